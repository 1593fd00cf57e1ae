/** Ends of a log axis around positive values. */

/** The nearest 1, 2 or 5 times a power of ten below and above, with a little air. */
export function logBounds(values: readonly number[]): { min: number; max: number } {
  const low = Math.min(...values) / 1.08;
  const high = Math.max(...values) * 1.08;
  return { min: roundLog(low, "down"), max: roundLog(high, "up") };
}

function roundLog(value: number, direction: "down" | "up"): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10];
  const step =
    direction === "up"
      ? steps.find((each) => each * power >= value)!
      : steps.findLast((each) => each * power <= value)!;
  return Number((step * power).toPrecision(3));
}
