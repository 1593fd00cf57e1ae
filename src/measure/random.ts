/** Drawn orders: they have to vary and to be repeated from a recorded seed, not to be good. */

/** Uniform in [0, 1) from a 32-bit counter mixed by the finaliser of MurmurHash3 (Appleby 2011). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mixed(state) / 2 ** 32;
  };
}

/** A seed for one part of a run: same parent and name, same seed. */
export function childSeed(seed: number, name: string): number {
  let state = seed >>> 0;
  for (let i = 0; i < name.length; i++) state = mixed((state ^ name.charCodeAt(i)) + 0x9e3779b9);
  return state;
}

/** Fisher-Yates over a copy. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

function mixed(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
