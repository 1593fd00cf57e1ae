/**
 * The one interface of both backends: the kernels and the steps of a protocol, over one memory.
 * The signatures are those of the twins in this folder. A u32 that comes out of WASM is signed: callers
 * write `>>> 0` where the top bit may be set.
 */

import type * as alias from "./alias.js";
import type * as bloom from "./bloom.js";
import type * as bloomCells from "./bloom-cells.js";
import type * as digest from "./digest.js";
import type * as fingerprints from "./fingerprints.js";
import type * as galois from "./galois.js";
import type * as iblt from "./iblt.js";
import type * as ibltRateless from "./iblt-rateless.js";
import type * as merkle from "./merkle.js";
import type * as peerSampling from "./peer-sampling.js";
import type * as peerSamplingWeighted from "./peer-sampling-weighted.js";
import type * as permutation from "./permutation.js";
import type * as random from "./random.js";
import type * as rumor from "./rumor.js";
import type * as viewRows from "./view-rows.js";
import type * as xxhash from "./xxhash.js";

/** The functions of a module, without its constants. */
type Functions<M> = {
  readonly [K in keyof M as M[K] extends (...inputs: never[]) => unknown ? K : never]: M[K];
};

type Twins = Functions<typeof bloom> &
  Functions<typeof bloomCells> &
  Functions<typeof digest> &
  Functions<typeof fingerprints> &
  Functions<typeof galois> &
  Functions<typeof iblt> &
  Functions<typeof ibltRateless> &
  Functions<typeof random> &
  Functions<typeof alias> &
  Functions<typeof peerSampling> &
  Functions<typeof peerSamplingWeighted> &
  Functions<typeof permutation> &
  Functions<typeof rumor> &
  Functions<typeof merkle> &
  Functions<typeof viewRows> &
  Functions<typeof xxhash>;

/** Portable functions that the host calls by name, from assembly/runtime and assembly/views. */
interface Portable {
  naturalLog(x: number): number;
  exponential(x: number): number;
  // Detectors by phi.
  phiExponential(silence: number, mean: number): number;
  phiNormal(silence: number, mean: number, deviation: number): number;
  withSample(window: number, sample: number, size: number, now: number): number;
  // A hash ring at `r`; `context` holds the nodes and the seed.
  writeRing(context: number, r: number, rounds: number, window: number, purpose: number): void;
  ringOwner(context: number, r: number, place: number): number;
  ringPlace(context: number, r: number, node: number, token: number): number;
  // Nodes that are down; `context` is that of a worker.
  forgetHit(context: number, mask: number): void;
  countLive(context: number, isRumor: number): void;
  // Views of all nodes; `context` is the address of the service's context.
  drawOrder(context: number): void;
  nodeInOrder(context: number, position: number): number;
  clearRows(context: number, first: number, end: number): void;
  startRandom(context: number, nodes: number, view: number): void;
  startLattice(context: number, nodes: number, view: number): void;
  startStar(context: number, nodes: number): void;
  joinContact(context: number, first: number, end: number, age: number): void;
  cyclonJoin(context: number, first: number, end: number): void;
  cyclonRound(context: number, first: number, end: number): void;
  frameworkRound(context: number, first: number, end: number): void;
  newscastRound(context: number, first: number, end: number): void;
  hyparviewJoin(context: number, first: number, end: number): void;
  hyparviewRound(context: number, first: number, end: number): void;
  scampJoin(context: number, first: number, end: number): number;
  scampLeave(context: number, node: number): number;
  scampRound(context: number, first: number, end: number): number;
  listValue(list: number, index: number): number;
}

export type Kernels = Twins & Portable;

export type BackendName = "wasm" | "ts";

/** The portable functions of a protocol; each works on the shard that the context names. */
export interface Steps {
  /** Sets up the state before the first tick; models with measures have it. */
  start?(context: number): void;
  /** Adds the shard's share to its cells. */
  measure?(context: number): void;
  receive(context: number): void;
  act(context: number): void;
}

export interface Backend {
  readonly name: BackendName;
  readonly kernels: Kernels;
  /** @param symbol the protocol's prefix; throws when the module does not export its steps. */
  steps(symbol: string): Steps;
}

/** Looks up the functions of a protocol among a module's exports. */
export function findSteps(exports: Record<string, unknown>, symbol: string): Steps {
  const receive = exports[`${symbol}Receive`];
  const act = exports[`${symbol}Act`];
  if (typeof receive !== "function" || typeof act !== "function") {
    throw new Error(`hearsay bug: no steps exported for ${symbol}`);
  }
  const start = exports[`${symbol}Start`] as Steps["start"];
  const measure = exports[`${symbol}Measure`] as Steps["measure"];
  return {
    receive: receive as Steps["receive"],
    act: act as Steps["act"],
    ...(start === undefined ? {} : { start }),
    ...(measure === undefined ? {} : { measure }),
  };
}
