/**
 * Cost of comparing two Merkle trees level by level. Leaves that differ are drawn uniformly, without
 * repetition; every run checks that the comparison finds just those.
 */
import { workspace } from "../../src/kernels/workspace.js";
import { MerkleTree, type MerkleDiff } from "../../src/merkle/merkle-tree.js";
import { merkleShape, type MerkleFanout } from "../../src/merkle/shape.js";
import { exactly, meanOf, type Effort, type Estimate, type PublishedSource } from "./source.js";

const RUNS: Readonly<Record<Effort, number>> = { quick: 20, normal: 200, full: 1000 };

export interface MerkleSetting {
  readonly fanout: MerkleFanout;
  readonly leaves: number;
  readonly differing: number;
}

/** `count` distinct numbers below `bound`; the run is the seed. */
function distinct(count: number, bound: number, run: number): number[] {
  const { kernels } = workspace("wasm");
  const chosen = new Set<number>();
  for (let draw = 0; chosen.size < count; draw++) {
    chosen.add(kernels.drawBelow(run, 1, 0, draw, bound) >>> 0);
  }
  return [...chosen];
}

/** Differences of `runs` pairs of trees; in each, other leaves differ. */
function measured({ fanout, leaves, differing }: MerkleSetting, runs: number): MerkleDiff[] {
  // A key per leaf: the key is the leaf.
  const a = new MerkleTree({ fanout, leaves, keyRange: leaves });
  const b = new MerkleTree({ fanout, leaves, keyRange: leaves });
  const none = Array.from({ length: differing }, () => undefined);
  const diffs = Array.from({ length: runs }, (_, run) => {
    const keys = distinct(differing, leaves, run);
    const versions = keys.map(() => run);
    b.setAll(keys, none, versions);
    const diff = a.diff(b);
    const expected = keys.toSorted((x, y) => x - y);
    if (diff.leaves.join() !== expected.join()) throw new Error(`run ${run}: other leaves differ`);
    b.setAll(keys, versions, none);
    return diff;
  });
  if (a.diff(b).differingNodes !== 0) throw new Error("equal trees differ");
  a.dispose();
  b.dispose();
  return diffs;
}

/** Share of draws of `differing` among n leaves that miss n / nodes given ones: C(n - m, d) / C(n, d). */
function missed(leaves: number, nodes: number, differing: number): number {
  const below = leaves / nodes;
  if (below + differing > leaves) return 0;
  let share = 1;
  for (let i = 0; i < differing; i++) share *= (leaves - below - i) / (leaves - i);
  return share;
}

/** The derivation of the figures: a node differs unless all leaves below it are missed. */
export function expectedCosts({
  fanout,
  leaves,
  differing,
}: MerkleSetting): Record<string, number> {
  const levels = merkleShape(leaves, fanout).levels.map((level) => ({
    ...level,
    differing: level.nodes * (1 - missed(leaves, level.nodes, differing)),
  }));
  return {
    differing_nodes: levels.reduce((sum, level) => sum + level.differing, 0),
    hashes_compared: levels.reduce((sum, level) => sum + level.fanout * level.differing, 1),
    round_trips_level_by_level: levels.length,
  };
}

/** Means over `runs` pairs of trees, by the names of the figures. */
export function measuredCosts(setting: MerkleSetting, runs: number): Record<string, Estimate> {
  const diffs = measured(setting, runs);
  const trips = new Set(diffs.map(({ roundTrips }) => roundTrips));
  if (trips.size !== 1) throw new Error(`round trips differ: ${[...trips].join(", ")}`);
  return {
    differing_nodes: meanOf(diffs.map(({ differingNodes }) => differingNodes)),
    hashes_compared: meanOf(diffs.map(({ hashesCompared }) => hashesCompared)),
    round_trips_level_by_level: exactly([...trips][0]!),
  };
}

export const merkleFigures: PublishedSource = {
  id: "merkle-diff",
  measure({ branching, leaves, differing_leaves: differing }, effort) {
    const setting = {
      fanout: Number(branching) as MerkleFanout,
      leaves: Number(leaves),
      differing: Number(differing),
    };
    return Promise.resolve({ measures: measuredCosts(setting, RUNS[effort]) });
  },
};
