/** The one interface of both backends: the kernels and the steps of a protocol, over one memory. */

export interface Kernels {
  rumorRound(
    informedAt: number,
    nextAt: number,
    from: number,
    to: number,
    nodes: number,
    push: number,
    pull: number,
    fanout: number,
    seed: number,
    tick: number,
    lossBelow: number,
    scratchAt: number,
    resultAt: number,
  ): void;
  rumorRoundBucketed(
    informedAt: number,
    nextAt: number,
    from: number,
    to: number,
    nodes: number,
    push: number,
    pull: number,
    fanout: number,
    seed: number,
    tick: number,
    lossBelow: number,
    scratchAt: number,
    resultAt: number,
    bucketShift: number,
    capacity: number,
    bucketsAt: number,
  ): void;
  mergeRound(
    informedAt: number,
    nextAt: number,
    stride: number,
    workers: number,
    fromWord: number,
    toWord: number,
  ): number;
  digestRange(at: number, bytes: number, stateAt: number): void;
  digestFinish(stateAt: number): void;
  threefry(key0: number, key1: number, counter0: number, counter1: number): number;
  rawBlock(at: number, seed: number, purpose: number, tick: number, block: number): void;
  peerBlock(
    at: number,
    nodes: number,
    seed: number,
    slot: number,
    tick: number,
    block: number,
  ): void;
  naturalLog(x: number): number;
}

/** The two portable functions of a protocol; each works on the shard that the context names. */
export interface Steps {
  receive(context: number): void;
  act(context: number): void;
}

export interface Backend {
  readonly name: "wasm" | "ts";
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
