/**
 * How a kernel's bench is declared: one measured thing, several arms that do the same work on the same
 * inputs, several sizes. Arms prepare in `prepare`; what `run` does is what is timed.
 */
import { workspace, type Workspace } from "../../src/kernels/workspace.js";

/**
 * compute: the kernel over data that stands in its memory; call: one call per operation, arguments
 * passed; end-to-end: what a user of the class calls, with its checks and copies.
 */
export type Scope = "compute" | "call" | "end-to-end";

export interface Arm {
  /** "wasm" and "ts" for ours; a peer's package name; "plain" for straightforward typed-array code. */
  readonly name: string;
  /** Does all operations once. Every call does the same work and leaves the same result. */
  run(): void;
  /**
   * 16 hex digits over the result of the last run: arms are timed only when their digests are equal.
   * Left out by a peer whose results cannot equal ours (another hash, another stream); `check` must then be there.
   */
  digest?(): string;
  /** Says what is wrong with the result of the last run, undefined when it is right. */
  check?(): string | undefined;
  /** Gives back memory. */
  dispose?(): void;
}

export interface Prepared {
  readonly arms: readonly Arm[];
  /** Operations that one `run` does. */
  readonly operations: number;
  /** Bytes that one `run` touches: says which cache the size stands for. */
  readonly workingSetBytes: number;
}

export interface KernelBench {
  /** family/what/how, e.g. "bloom/split-block-insert". */
  readonly id: string;
  readonly title: string;
  readonly scope: Scope;
  /** What one operation is: "key", "word", "leaf", "shuffle". */
  readonly operation: string;
  /** From what fits in L1 to what needs DRAM; the first is the smoke size that tests run. */
  readonly sizes: readonly number[];
  /** Size whose ratios are judged against the goals. */
  readonly headlineSize: number;
  /**
   * The C twin: bench/native/SOURCE run as `program KERNEL SIZE`, which prints "ns-per-operation digest"; its
   * digest must equal ours. Built with gcc -O3 -march=native.
   */
  readonly native?: { readonly source: string; readonly kernel: string };
  /**
   * Makes the inputs and the arms; "wasm" first, "ts" second, peers after.
   * @param only the one arm that will run: others may be left out where making them takes long
   */
  prepare(size: number, only?: string): Promise<Prepared>;
}

/** XXH64 with seed 0 over `bytes` bytes of a workspace, as 16 hex digits. */
export function digestOf({ kernels }: Workspace, at: number, bytes: number): string {
  const low = kernels.xxh64(at, bytes, 0, 0) >>> 0;
  const high = kernels.xxh64High() >>> 0;
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** The same over bytes that stand elsewhere. */
export function digestOfBytes(bytes: Uint8Array): string {
  const space = workspace("wasm");
  const owner = {};
  const at = space.allocate(owner, bytes.length);
  space.u8.set(bytes, at);
  const digest = digestOf(space, at, bytes.length);
  space.release(owner);
  return digest;
}

/** Words that are the same in every arm and in C (bench.h): XXH64 of the index, low word. */
export function inputWords(count: number, seed: number): Uint32Array {
  const { kernels } = workspace("wasm");
  return Uint32Array.from({ length: count }, (_, index) => kernels.xxh64Of8(index, 0, seed, 0));
}
