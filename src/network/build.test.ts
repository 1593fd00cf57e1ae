/** Networks from settings: what each choice builds, what it records, and every refusal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { buildNetwork, TOPOLOGY_NAMES, type NetworkSpec } from "./build.js";

const PLAIN: NetworkSpec = { topology: "complete", latency: "round", lossRatio: 0 };
const folder = mkdtempSync(join(tmpdir(), "hearsay-network-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const plainFile = join(folder, "plain.txt");
writeFileSync(plainFile, "10 20\n20 30\n7 8\n");
const timedFile = join(folder, "timed.csv");
writeFileSync(timedFile, "source,target,latency\n0,1,12.5\n1,2,30\n");

async function refusal(spec: object, nodes = 100): Promise<string> {
  const built = buildNetwork({ ...PLAIN, ...spec }, nodes, 1);
  const error: unknown = await built.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder}/`, "");
}

describe("buildNetwork", () => {
  it("builds and records the complete graph", async () => {
    expect(await buildNetwork({ ...PLAIN, lossRatio: 0.05 }, 4_000_000_000, 1)).toEqual({
      topology: { kind: "complete", nodes: 4_000_000_000 },
      latency: { kind: "round" },
      lossRatio: 0.05,
      description: { topology: "complete", latency: "round", lossRatio: 0.05 },
      order: "id",
    });
  });

  it.each([
    ["k-out", { degree: 8 }, undefined],
    ["ring", { degree: 1 }, 100],
    ["small-world", { degree: 4, rewire: 0.1 }, 400],
    ["scale-free", { degree: 4 }, 390],
    ["grid", { torus: true }, 200],
  ] as const)("builds %s with its defaults", async (topology, settings, edges) => {
    const { topology: built, description } = await buildNetwork({ ...PLAIN, topology }, 100, 1);
    expect(built).toMatchObject({ kind: "graph", nodes: 100 });
    expect(description).toMatchObject({ topology, ...settings, largestComponent: 100 });
    if (edges !== undefined) expect(description.edges).toBe(edges);
  });

  it.each(TOPOLOGY_NAMES.filter((name) => name !== "file" && name !== "small-world"))(
    "builds %s of 2 nodes",
    async (topology) => {
      const network = await buildNetwork({ ...PLAIN, topology }, 2, 1);
      expect(network.topology.nodes).toBe(2);
      if (network.topology.kind === "graph") {
        expect([...network.topology.csr.targets]).toEqual([1, 0]);
      }
    },
  );

  it("takes the nodes of a file from the file, and records its name without the folder", async () => {
    const spec: NetworkSpec = { ...PLAIN, topology: "file", file: plainFile };
    const network = await buildNetwork(spec, 999, 1);
    expect(network.topology.nodes).toBe(5);
    expect(network.description).toEqual({
      topology: "file",
      file: "plain.txt",
      directed: false,
      edges: 3,
      largestComponent: 3,
      latency: "round",
      lossRatio: 0,
    });
  });

  it("draws from the seed", async () => {
    const spec: NetworkSpec = { ...PLAIN, topology: "k-out", degree: 3 };
    const [one, same, other] = await Promise.all([1, 1, 2].map((s) => buildNetwork(spec, 500, s)));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("builds every latency", async () => {
    const kindOf = async (spec: object): Promise<object> => {
      const { latency, description } = await buildNetwork({ ...PLAIN, ...spec }, 1000, 1);
      return { kind: latency.kind, ...description };
    };
    expect(await kindOf({ latency: "constant", latencyMs: 20 })).toMatchObject({
      kind: "constant",
      latencyMs: 20,
    });
    expect(await kindOf({ latency: "uniform", latencyMsMin: 5, latencyMsMax: 9 })).toMatchObject({
      kind: "quantiles",
      latencyMsMin: 5,
      latencyMsMax: 9,
    });
    expect(await kindOf({ latency: "lognormal", latencyMs: 50 })).toMatchObject({
      kind: "quantiles",
      latencyMs: 50,
      latencySigma: 0.5,
    });
    expect(await kindOf({ latency: "edge", topology: "file", file: timedFile })).toMatchObject({
      kind: "edge",
      file: "timed.csv",
    });
  });

  it("places nodes on cities, on any topology", async () => {
    for (const topology of ["complete", "ring"] as const) {
      const network = await buildNetwork({ ...PLAIN, topology, latency: "cities" }, 1000, 1);
      expect(network.order).toBe("hilbert");
      expect(network.description).toMatchObject({ latency: "cities", citiesPreset: "public" });
      expect(network.latency.kind === "distance" && network.latency.places.length).toBe(4000);
    }
  });
});

describe("refusals", () => {
  it.each([
    [{ topology: "rng" }, /^network\.topology must be one of .*, got "rng"; did you mean ring\?$/],
    [{ latency: "citys" }, /^network\.latency must be one of .* did you mean cities\?$/],
    [{ lossRatio: 1 }, "network.lossRatio must be a number from 0 to 0.99, got 1"],
    [{ lossRatio: NaN }, "network.lossRatio must be a number from 0 to 0.99, got NaN"],
    [{ lossRatio: -0.1 }, "network.lossRatio must be a number from 0 to 0.99, got -0.1"],
    [
      { topology: "k-out", degree: 65 },
      "network.degree must be a whole number from 1 to 64 peers, got 65",
    ],
    [
      { topology: "ring", degree: 0 },
      "network.degree must be a whole number from 1 to 50 at 100 nodes, got 0",
    ],
    [
      { topology: "scale-free", degree: 2.5 },
      "network.degree must be a whole number from 1 to 64 peers, got 2.5",
    ],
    [
      { topology: "small-world", rewire: 1.5 },
      "network.rewire must be a number from 0 to 1, got 1.5",
    ],
    [
      { degree: 4 },
      "network.degree has no effect with topology complete: leave it out, or set " +
        "network.topology to k-out",
    ],
    [
      { latencyMs: 4 },
      "network.latencyMs has no effect with latency round: leave it out, or set " +
        "network.latency to constant",
    ],
    [{ latency: "constant" }, "network.latencyMs must be set for network.latency constant"],
    [
      { latency: "constant", latencyMs: -1 },
      "network.latencyMs must be a number from 0 to 60000 ms, got -1",
    ],
    [
      { latency: "uniform", latencyMsMin: 50, latencyMsMax: 20 },
      "network.latencyMsMax must be a number from 50 to 60000 ms, got 20",
    ],
    [
      { latency: "lognormal", latencyMs: 100, latencySigma: 3 },
      "network.latencySigma must be a number from 0 to 2, got 3",
    ],
    [
      { latency: "lognormal", latencyMs: 1000, latencySigma: 2 },
      /^network\.latencySigma must keep the longest delay within 60000 ms, got 7\d+ ms from/,
    ],
    [
      { latency: "cities", citiesPreset: "pubic" },
      /^network\.citiesPreset must be .* did you mean public\?$/,
    ],
    [
      { latency: "edge" },
      "network.latency edge needs an edge list with a third column of one-way ms, " +
        "got topology complete",
    ],
    [{ topology: "file" }, "network.file must name an edge list for topology file, got nothing"],
    [{ topology: "file", file: join(folder, "none") }, "none: no such file"],
    [{ topology: "file", file: plainFile, directed: true }, /^plain.txt: node 8 has no outgoing/],
  ])("%j", async (spec, message) => {
    const got = await refusal(spec);
    if (typeof message === "string") expect(got).toBe(message);
    else expect(got).toMatch(message);
  });

  it.each([0, 1, -5, 1e12, 2.5, NaN])("%d nodes", async (nodes) => {
    const range = "nodes must be a whole number from 2 to 4294967294";
    for (const topology of ["complete", "ring"] as const) {
      expect(await refusal({ topology }, nodes)).toBe(`${range}, got ${nodes}`);
    }
  });

  it("a degree that few nodes do not allow, a small world of 2", async () => {
    expect(await refusal({ topology: "k-out", degree: 8 }, 5)).toBe(
      "network.degree must be a whole number from 1 to 4 at 5 nodes, got 8",
    );
    expect(await refusal({ topology: "small-world" }, 2)).toBe(
      "network.topology small-world needs 3 nodes or more, got 2",
    );
  });

  it("graphs that do not fit, before they are built", async () => {
    for (const topology of ["k-out", "ring", "small-world", "scale-free", "grid"] as const) {
      const message = await refusal({ topology }, 1e9);
      expect(message).toMatch(/^needs \d+(\.\d+)? GiB at 1e9 nodes; 4 GiB is the limit/);
    }
  });
});
