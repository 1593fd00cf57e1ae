/** Ends of a linear axis around values. */

/** Whole steps of 1, 2 or 5 times a power of ten, about twelve of them, with air at both sides. */
export function roundEnds(low: number, high: number): [number, number] {
  const range = high > low ? high - low : Math.max(Math.abs(low), 1e-9);
  const raw = range / 10;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= raw * 0.999)!;
  const ends = [Math.floor(low / step - 0.25) * step, Math.ceil(high / step + 0.25) * step];
  return ends.map((end) => Number(end.toPrecision(6))) as [number, number];
}
