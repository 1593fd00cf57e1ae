/**
 * Cost of comparing two Merkle trees: bench/oracle/merkle-diff.json, and the formula behind it over more
 * shapes. Leaves that differ are drawn uniformly, without repetition.
 */
import { describe, expect, it } from "vitest";
import { workspace } from "../../src/kernels/workspace.js";
import { MerkleTree, type MerkleDiff } from "../../src/merkle/merkle-tree.js";
import { merkleShape, type MerkleFanout } from "../../src/merkle/shape.js";
import { expectMean, oracleCases, type OracleCase } from "./cases.js";

interface Setting {
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
function measured({ fanout, leaves, differing }: Setting, runs: number): MerkleDiff[] {
  // A key per leaf: the key is the leaf.
  const a = new MerkleTree({ fanout, leaves, keyRange: leaves });
  const b = new MerkleTree({ fanout, leaves, keyRange: leaves });
  const none = Array.from({ length: differing }, () => undefined);
  const diffs = Array.from({ length: runs }, (_, run) => {
    const keys = distinct(differing, leaves, run);
    const versions = keys.map(() => run);
    b.setAll(keys, none, versions);
    const diff = a.diff(b);
    expect([...diff.leaves]).toEqual(keys.toSorted((x, y) => x - y));
    b.setAll(keys, versions, none);
    return diff;
  });
  expect(a.diff(b).differingNodes).toBe(0);
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

/** The oracle's derivation: a node differs unless all leaves below it are missed. */
function formula({ fanout, leaves, differing }: Setting): Record<string, number> {
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

function check(oracle: OracleCase, diffs: readonly MerkleDiff[]): void {
  const samples = (name: "differingNodes" | "hashesCompared"): number[] =>
    diffs.map((diff) => diff[name]);
  expectMean(oracle, "differing_nodes", samples("differingNodes"));
  expectMean(oracle, "hashes_compared", samples("hashesCompared"));
  const { round_trips_level_by_level: roundTrips } = oracle.expected;
  expect([...new Set(diffs.map((diff) => diff.roundTrips))]).toEqual([roundTrips]);
}

describe("merkle-diff", () => {
  for (const oracle of oracleCases("merkle-diff")) {
    if (oracle.acceptance !== "hard") continue;
    const { branching, leaves, differing_leaves: differing } = oracle.parameters;
    const setting = {
      fanout: branching as MerkleFanout,
      leaves: Number(leaves),
      differing: Number(differing),
    };
    it(`fanout ${setting.fanout}, ${setting.differing} of ${setting.leaves} leaves`, () => {
      const ours = formula(setting);
      for (const [name, value] of Object.entries(oracle.expected)) {
        // The table is rounded to two digits after the point.
        expect(Math.abs(ours[name]! - value), name).toBeLessThanOrEqual(0.051);
      }
      check(oracle, measured(setting, Number(oracle.tolerance.min_runs)));
    });
  }

  it.each<Setting>([
    { fanout: 2, leaves: 2, differing: 1 },
    { fanout: 2, leaves: 1024, differing: 37 },
    { fanout: 2, leaves: 4096, differing: 4096 },
    { fanout: 16, leaves: 64, differing: 5 },
    { fanout: 16, leaves: 2048, differing: 3 },
    { fanout: 16, leaves: 8192, differing: 500 },
  ])("follows the formula at %o", (setting) => {
    const rel = { rel: 0.01 };
    const tolerance = { differing_nodes: rel, hashes_compared: rel };
    const parameters = { ...setting };
    const oracle = { parameters, expected: formula(setting), tolerance, acceptance: "hard" };
    check(oracle as OracleCase, measured(setting, 200));
  });
});
