/** How a step of a picture reads, in the page's tables and beside its scrubber. */

/** Length of one step and its unit: "40 ms" -> 40, "ms"; "round" -> 1, "round". */
export function stepLength(stepUnit: string): { length: number; unit: string } {
  const found = /^(\d+(?:\.\d+)?) (.+)$/.exec(stepUnit);
  if (found === null) return { length: 1, unit: stepUnit };
  return { length: Number(found[1]), unit: found[2]!.replace(/^rounds$/, "round") };
}

/** Step 1 is the start: "round 17", "4,280 ms". */
export function stepText(step: number, stepUnit: string): string {
  const { length, unit } = stepLength(stepUnit);
  const at = Number(((step - 1) * length).toPrecision(12)).toLocaleString("en-US");
  return unit === "round" ? `round ${at}` : `${at} ${unit}`;
}
