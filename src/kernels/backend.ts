/**
 * The one interface of both backends: the kernels and the steps of a protocol, over one memory.
 * The signatures are those of the twins in this folder. A u32 that comes out of WASM is signed: callers
 * write `>>> 0` where the top bit may be set.
 */

/** The functions of a module, without its constants. */
type Functions<M> = {
  readonly [K in keyof M as M[K] extends (...inputs: never[]) => unknown ? K : never]: M[K];
};

type Twins = Functions<typeof import("./digest.js")> &
  Functions<typeof import("./galois.js")> &
  Functions<typeof import("./iblt.js")> &
  Functions<typeof import("./iblt-rateless.js")> &
  Functions<typeof import("./random.js")> &
  Functions<typeof import("./alias.js")> &
  Functions<typeof import("./peer-sampling.js")> &
  Functions<typeof import("./peer-sampling-weighted.js")> &
  Functions<typeof import("./permutation.js")> &
  Functions<typeof import("./rumor.js")> &
  Functions<typeof import("./merkle.js")> &
  Functions<typeof import("./xxhash.js")>;

/** Portable functions that the host calls by name, from assembly/runtime. */
interface Portable {
  naturalLog(x: number): number;
}

export type Kernels = Twins & Portable;

export type BackendName = "wasm" | "ts";

/** The two portable functions of a protocol; each works on the shard that the context names. */
export interface Steps {
  receive(context: number): void;
  act(context: number): void;
}

export interface Backend {
  readonly name: BackendName;
  readonly kernels: Kernels;
  /** @param symbol the protocol's prefix; throws when the module does not export its steps. */
  steps(symbol: string): Steps;
}

/** Looks up `${symbol}Receive` and `${symbol}Act` among a module's exports. */
export function findSteps(exports: Record<string, unknown>, symbol: string): Steps {
  const receive = exports[`${symbol}Receive`];
  const act = exports[`${symbol}Act`];
  if (typeof receive !== "function" || typeof act !== "function") {
    throw new Error(`hearsay bug: no steps exported for ${symbol}`);
  }
  return { receive: receive as Steps["receive"], act: act as Steps["act"] };
}
