/** What parent and child say to each other: one request, one reply. */
import type { WarmUp } from "../history/measure-record.js";
import type { ArmTiers, Collections } from "../history/round-evidence.js";

export interface ArmSource {
  /** Built checkout whose bench it is; null: a canary, which comes with the sampler. */
  readonly root: string | null;
  readonly bench: string;
  readonly arm: string;
  /** true: the bench's smallest size, else the one it is judged at. */
  readonly smallest: boolean;
}

/** How long a warm-up lasts at least; it ends when times are steady besides. */
export interface WarmUpPlan {
  readonly msMin: number;
  readonly blocksMin: number;
}

export type Request =
  | { readonly ask: "prepare"; readonly source: ArmSource }
  | { readonly ask: "calibrate" }
  | ({ readonly ask: "warm-up"; readonly calls: number } & WarmUpPlan)
  | { readonly ask: "inspect"; readonly calls: number }
  | { readonly ask: "block"; readonly calls: number; readonly collects: boolean }
  /** Garbage collections in the blocks since the warm-up. */
  | { readonly ask: "collections" }
  /** Of a process with V8's natives on, whose times count nowhere. */
  | { readonly ask: "tiers"; readonly calls: number };

/** Nanoseconds of one call; start and end on the machine's monotonic clock, nanoseconds as text. */
export interface Block {
  readonly ns: number;
  readonly from: string;
  readonly to: string;
}

export interface Reply {
  readonly failure?: string;
  readonly missing?: true;
  readonly digest?: string | null;
  readonly size?: number;
  readonly calls?: number;
  readonly warmUp?: WarmUp;
  readonly halving?: number;
  readonly overhead?: number;
  /** Bytes that one call allocates on the heap. */
  readonly allocated?: number;
  readonly block?: Block;
  readonly collections?: Collections;
  readonly tiers?: ArmTiers;
}
