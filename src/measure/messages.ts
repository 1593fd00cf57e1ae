/** What parent and child say to each other: one request, one reply. */
import type { WarmUp } from "../history/measure-record.js";

export interface ArmSource {
  /** Built checkout whose bench it is; null: a canary, which comes with the sampler. */
  readonly root: string | null;
  readonly bench: string;
  readonly arm: string;
  /** true: the bench's smallest size, else the one it is judged at. */
  readonly smallest: boolean;
}

export type Request =
  | { readonly ask: "prepare"; readonly source: ArmSource }
  | { readonly ask: "calibrate" }
  | { readonly ask: "warm-up"; readonly calls: number }
  | { readonly ask: "inspect"; readonly calls: number }
  | { readonly ask: "block"; readonly calls: number; readonly collects: boolean };

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
  readonly block?: Block;
}
