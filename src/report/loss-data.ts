/** What of a record's losses the page writes in figures: nodes down and cut off by step, messages lost. */
import { InputError } from "../errors.js";
import type { Losses, Picture } from "../history/record.js";
import { unpack } from "./unpack.js";

/** Changes of a node that a record keeps, and their end. */
const CHANGE_BYTES_MAX = 9;

export interface LossCounts {
  /** Nodes down at each step, from step 0, which is none. */
  readonly down: readonly number[];
  /** Nodes in ranges that a partition cuts off at each step. */
  readonly cut: readonly number[];
  /** Nodes that were down at any time. */
  readonly everDown: number;
  /** Nodes whose later changes were not kept. */
  readonly cutNodes: number;
  /** Nodes at which a message was lost, and the most at one. */
  readonly losing: number;
  readonly lostMax: number;
}

/** @throws InputError where the data are not what the record says */
export function countLosses(label: string, losses: Losses, { nodes, steps }: Picture): LossCounts {
  const field = `observed.losses of ${label}`;
  const lost = unpack(`${field}.lost`, losses.lost, nodes);
  if (lost.length !== nodes) {
    throw new InputError(`${field}.lost must hold ${nodes} bytes, got ${lost.length}`);
  }
  const cut = new Array<number>(steps + 1).fill(0);
  for (const { first, end, from, until } of losses.cuts) {
    if (first > end || end > nodes || until > steps + 1) {
      throw new InputError(`${field}.cuts must lie within ${nodes} nodes and ${steps} steps`);
    }
    for (let step = from; step < until; step++) cut[step]! += end - first;
  }
  return {
    ...countDown(`${field}.changes`, losses.changes, nodes, steps),
    cut,
    cutNodes: losses.cutNodes ?? 0,
    losing: lost.reduce((count, value) => count + Number(value > 0), 0),
    lostMax: losses.lostMax,
  };
}

function countDown(
  field: string,
  packed: string | undefined,
  nodes: number,
  steps: number,
): { down: number[]; everDown: number } {
  /** gained[step] = nodes that go down there less those that come back. */
  const gained = new Array<number>(steps + 1).fill(0);
  let everDown = 0;
  if (packed !== undefined) {
    const bytes = unpack(field, packed, CHANGE_BYTES_MAX * nodes);
    let node = 0;
    let index = 0;
    for (const step of bytes) {
      if (step > steps) {
        throw new InputError(`${field} must hold steps from 0 to ${steps}, got ${step}`);
      }
      if (step === 0) node++;
      else gained[step]! += index % 2 === 0 ? 1 : -1;
      if (index === 0 && step !== 0) everDown++;
      index = step === 0 ? 0 : index + 1;
    }
    if (node !== nodes || index !== 0) {
      throw new InputError(`${field} must hold the changes of ${nodes} nodes, got ${node}`);
    }
  }
  let sum = 0;
  return { down: gained.map((gain) => (sum += gain)), everDown };
}
