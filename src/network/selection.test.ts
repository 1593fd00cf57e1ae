/** Selections as a user states them: defaults, what enters the record, tables, refusals. */
import { describe, expect, it } from "vitest";
import { buildNetwork, type NetworkSpec } from "./build.js";
import { AliasRows } from "./alias-rows.js";
import type { Network } from "./network.js";

const build = (spec: Partial<NetworkSpec>, nodes = 100): Promise<Network> =>
  buildNetwork({ topology: "complete", latency: "round", lossRatio: 0, ...spec }, nodes, 1);

/** Share of the weight that each item of a table has. */
function sharesOf(table: Uint32Array): number[] {
  const shares = new Array<number>(table.length / 2).fill(0);
  for (const column of shares.keys()) {
    const own = table[2 * column]! / 2 ** 32;
    shares[column]! += own / shares.length;
    shares[table[2 * column + 1]!]! += (1 - own) / shares.length;
  }
  return shares;
}

describe("alias rows", () => {
  it("hold the weights of every row, alone or beside others", () => {
    const rows: readonly (readonly number[])[] = [
      [1],
      [2, 2, 2],
      [1e-9, 1, 1e9],
      [5, 1, 1, 1, 1, 1],
      Array.from({ length: 200 }, (_, i) => (i * 7919) % 101 || 0.5),
      [0.1, 0.2, 0.3, 0.4],
    ];
    const items = rows.flat().length;
    const made = new AliasRows(items, 200);
    let first = 0;
    for (const row of rows) {
      made.build(first, row.length, (place) => row[place]!);
      const total = row.reduce((sum, weight) => sum + weight, 0);
      const shares = sharesOf(made.table.slice(2 * first, 2 * (first + row.length)));
      shares.forEach((share, place) => expect(share).toBeCloseTo(row[place]! / total, 8));
      first += row.length;
    }
    expect(() => made.build(0, 1, () => NaN)).toThrow("do not add up");
  });
});

describe("selection", () => {
  it("is none where peers are uniform, and then leaves no trace in the record", async () => {
    for (const spec of [{}, { selection: "uniform" } as const]) {
      const network = await build(spec);
      expect(network.selection).toBeUndefined();
      expect(network.description).toEqual({ topology: "complete", latency: "round", lossRatio: 0 });
    }
  });

  it("states what it used, defaults included", async () => {
    const said = async (spec: Partial<NetworkSpec>): Promise<unknown> => {
      const { description } = await build(spec);
      const { topology, latency, lossRatio, edges, largestComponent, degree, ...rest } =
        description;
      expect([topology, latency, lossRatio, edges, largestComponent, degree]).toHaveLength(6);
      return rest;
    };
    const graph = { topology: "scale-free" } as const;
    expect(await said({ ...graph, selection: "degree" })).toEqual({
      selection: "degree",
      alpha: 1,
    });
    const centrality = { ...graph, selection: "centrality" } as const;
    expect(await said({ ...centrality, directedRounds: 4 })).toEqual({
      ...{ selection: "centrality", score: "coreness", alpha: 1, directedRounds: 4 },
    });
    expect(await said({ ...centrality, score: "betweenness", alpha: -0.5 })).toEqual({
      ...{ selection: "centrality", score: "betweenness", sources: 64, alpha: -0.5 },
    });
    expect(await said({ selection: "zones", dcs: 4, racks: 5 })).toEqual({
      ...{ dcs: 4, racks: 5, selection: "zones", outsideDc: 0.1, outsideRack: 0.3 },
    });
    expect(await said({ selection: "zones", racks: 5, outsideRack: 0.01 })).toEqual({
      ...{ dcs: 1, racks: 5, selection: "zones", outsideRack: 0.01 },
    });
    expect(await said({ latency: "cities", selection: "nearest" })).toEqual({
      ...{ citiesPreset: "public", selection: "nearest", candidates: 2 },
    });
    expect(await said({ selection: "spatial" })).toEqual({
      ...{ selection: "spatial", space: "ring", rho: 1.5 },
    });
    expect(await said({ selection: "spatial", space: "torus" })).toEqual({
      ...{ selection: "spatial", space: "torus", rho: 3, rowNodes: 10 },
    });
  });

  it("weighs steps by distance", async () => {
    const { selection } = await build({ selection: "spatial", rho: 2 }, 6);
    if (selection?.rule.kind !== "spatial") throw new Error("no spatial rule");
    const weights = [1, 1 / 4, 1 / 9, 1 / 4, 1];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = sharesOf(selection.rule.table);
    shares.forEach((share, step) => expect(share).toBeCloseTo(weights[step]! / total, 8));
  });

  it.each([
    [{ selection: "hubs" as "degree" }, "network.selection must be one of uniform, degree, "],
    [{ selection: "degree" }, "network.selection degree needs neighbours to choose from"],
    [
      { selection: "spatial", topology: "ring" },
      "network.selection spatial needs topology complete",
    ],
    [{ selection: "zones", dcs: 2, topology: "ring" }, "selection zones needs topology complete"],
    [{ selection: "zones" }, "network.selection zones needs network.dcs or network.racks above 1"],
    [{ selection: "nearest" }, "set network.latency to cities or edge"],
    [{ alpha: 1 }, "network.alpha has no effect with selection uniform: leave it out, or set "],
    [{ directedRounds: 3 }, "network.directedRounds has no effect with selection uniform"],
    [{ selection: "spatial", outsideDc: 0.1 }, "has no effect with selection spatial"],
    [
      { selection: "degree", topology: "ring", alpha: 3 },
      "alpha must be a number from -2 to 2, got 3",
    ],
    [{ selection: "zones", dcs: 2, outsideRack: 0.5 }, "outsideRack has no effect with one rack"],
    [{ selection: "zones", racks: 2, outsideDc: 0.5 }, "has no effect with one data centre"],
    [
      { selection: "zones", dcs: 2, outsideDc: 1.5 },
      "outsideDc must be a number from 0 to 1, got 1.5",
    ],
    [
      { selection: "nearest", latency: "cities", candidates: 1 },
      "candidates must be a whole number from 2 to 16, got 1",
    ],
    [{ selection: "spatial", rho: -1 }, "network.rho must be a number from 0 to 16, got -1"],
    [{ selection: "spatial", rowNodes: 10 }, "network.rowNodes has no effect with space ring"],
    [
      { selection: "spatial", space: "torus", rowNodes: 7 },
      "network.rowNodes must divide 100 nodes into rows, got 7",
    ],
    [
      { selection: "centrality", topology: "ring", sources: 9 },
      "network.sources has no effect with score coreness",
    ],
  ] as const satisfies readonly [Partial<NetworkSpec>, string][])(
    "refuses %j",
    async (spec, message) => {
      await expect(build(spec)).rejects.toThrow(message);
    },
  );

  it("refuses a torus of nodes that make no rows", async () => {
    const spec = { selection: "spatial", space: "torus" } as const;
    await expect(build(spec, 101)).rejects.toThrow("nearly square rows");
  });
});
