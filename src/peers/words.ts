/** The generator for use on its own: words and bounded draws keyed by what they are for. */
import { checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";

/** What a draw is for; equal keys give equal draws, on both backends. */
export interface DrawKey {
  /** u32, preset 1. */
  readonly seed?: number;
  /** 0 .. 255, one for each kind of draw of a model; preset 0. */
  readonly purpose?: number;
  /** u32, preset 0. */
  readonly tick?: number;
  readonly backend?: BackendName;
}

const WORD_MAX = 2 ** 32 - 1;
const STREAM_MAX = 2 ** 29 - 1;
/** 256 MiB in one call. */
const COUNT_MAX = 2 ** 26;

/**
 * The first `count` words of a stream; streams 0 .. 2^29 - 1 of a key are independent.
 * @param count 1 .. 2^26
 * @throws InputError naming the field that is out of range
 */
export function randomWords(count: number, stream: number, key: DrawKey = {}): Uint32Array {
  checkNumber("count", count, { min: 1, max: COUNT_MAX, integer: true });
  checkNumber("stream", stream, { min: 0, max: STREAM_MAX, integer: true });
  const { seed, purpose, tick, backend } = checkKey(key);
  const space = workspace(backend);
  const owner = {};
  const filled = Math.ceil(count / 4) * 4;
  const at = space.allocate(owner, filled * 4);
  space.kernels.rawWords(at, filled, seed, purpose, tick, stream);
  const words = space.u32.slice(at / 4, at / 4 + count);
  space.release(owner);
  return words;
}

/**
 * An unbiased whole number below `bound` for one node.
 * @param bound 1 .. 2^32 - 1
 * @throws InputError naming the field that is out of range
 */
export function randomBelow(bound: number, node: number, key: DrawKey = {}): number {
  checkNumber("bound", bound, { min: 1, max: WORD_MAX, integer: true });
  checkNumber("node", node, { min: 0, max: WORD_MAX, integer: true });
  const { seed, purpose, tick, backend } = checkKey(key);
  return workspace(backend).kernels.drawBelow(seed, purpose, tick, node, bound) >>> 0;
}

function checkKey({ seed = 1, purpose = 0, tick = 0, backend = "wasm" }: DrawKey) {
  return {
    seed: checkNumber("seed", seed, { min: 0, max: WORD_MAX, integer: true }),
    purpose: checkNumber("purpose", purpose, { min: 0, max: 255, integer: true }),
    tick: checkNumber("tick", tick, { min: 0, max: WORD_MAX, integer: true }),
    backend,
  };
}
