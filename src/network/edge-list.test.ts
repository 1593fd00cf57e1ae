/** Edge lists: the format, every way a file can be broken, and the real overlays where they are. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../artifacts.js";
import { InputError } from "../errors.js";
import { readEdgeList, type EdgeList } from "./edge-list.js";
import { EdgeLineParser } from "./edge-lines.js";

const GZIP_CUT = "a.gz ends early: the gzip is truncated, fetch or pack it again";
const folder = mkdtempSync(join(tmpdir(), "hearsay-edges-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes `content` as a file and returns its path. */
function fileOf(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function read(content: string, options: { directed?: boolean } = {}): Promise<EdgeList> {
  return readEdgeList(fileOf("graph.txt", content), options);
}

/** The message of the InputError that reading `file` ends in, with the folder left out. */
async function failure(file: string, options: { directed?: boolean } = {}): Promise<string> {
  const error: unknown = await readEdgeList(file, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder}/`, "");
}

function rows({ csr }: EdgeList): number[][] {
  const { offsets, targets } = csr;
  return Array.from({ length: offsets.length - 1 }, (_, node) => [
    ...targets.subarray(offsets[node], offsets[node + 1]),
  ]);
}

describe("readEdgeList", () => {
  it("symmetrises, compacts ids in ascending order and counts", async () => {
    const list = await read("# crawl\n% more\n70 5\n\n5,70\r\n5\t5\n900 , 70\n4294967294 5");
    expect([...list.ids]).toEqual([5, 70, 900, 4294967294]);
    expect(rows(list)).toEqual([[1, 3], [0, 2], [1], [0]]);
    expect(list).toMatchObject({ nodes: 4, edges: 3, lines: 5, hasLatency: false });
    expect(list.largestComponent).toBe(4);
  });

  it("keeps directions when asked", async () => {
    const list = await read("0 1\n1 2\n2 0\n2 1\n", { directed: true });
    expect(rows(list)).toEqual([[1], [2], [0, 1]]);
    expect(list.edges).toBe(4);
  });

  it("takes a header and a third column as one-way latency", async () => {
    const list = await read("source,target,latency\n0,1,0.5\n1,0,2e1\n1,2,.25\n");
    expect(list.hasLatency).toBe(true);
    expect(rows(list)).toEqual([[1], [0, 2], [1]]);
    expect([...list.csr.latencyMs!]).toEqual([0.5, 20, 0.25, 0.25]);
  });

  it("reads gzip by its name or its content, and text after a byte order mark", async () => {
    const packed = gzipSync("0 1\n1 2\n");
    for (const name of ["graph.txt.gz", "graph.dat"]) {
      expect((await readEdgeList(fileOf(name, packed))).nodes).toBe(3);
    }
    expect((await read("\ufeff0 1\n")).nodes).toBe(2);
  });

  it("finds nodes by search as by table: sparse ids give the graph of dense ones", async () => {
    const pairs = Array.from({ length: 300 }, (_, i) => [
      (i * 37) % 101,
      (i * 37 + 1 + (i % 7)) % 101,
    ]);
    const dense = await read(pairs.map(([one, other]) => `${one} ${other}`).join("\n"));
    const far = (id: number): number => id * 42_000_000;
    const sparse = await read(pairs.map(([a, b]) => `${far(a!)} ${far(b!)}`).join("\n"));
    expect(sparse.csr).toEqual(dense.csr);
    expect([...sparse.ids]).toEqual([...dense.ids].map(far));
  });

  it("says how far a rumor can reach", async () => {
    expect((await read("0 1\n1 2\n7 8\n")).largestComponent).toBe(3);
  });

  it("does not depend on where chunks end", () => {
    const text = Buffer.from("# one\r\nfrom,to,delay_ms\n1,22,3.5\n333,1,0\n22,333,12.25");
    const linesOf = (size: number): unknown => {
      const parser = new EdgeLineParser("graph");
      for (let at = 0; at < text.length; at += size) parser.push(text.subarray(at, at + size));
      return parser.finish();
    };
    for (let size = 1; size < 20; size++) expect(linesOf(size)).toEqual(linesOf(text.length));
  });
});

describe("a broken line", () => {
  const LIMIT = "4294967294";
  it.each([
    ["0 1\n# x\n1 x\n", 'graph.txt:3: expected "from to", got "1 x"'],
    ["1 x\n", 'graph.txt:1: expected "from to", got "1 x"'],
    ["0 1\n2\n", 'graph.txt:2: expected "from to", got "2"'],
    ["0 1\n1 2 3\n", 'graph.txt:2: expected "from to", got "1 2 3"'],
    ["0 1\n1,,2\n", 'graph.txt:2: expected "from to", got "1,,2"'],
    ["0 1\n1.5 2\n", 'graph.txt:2: expected "from to", got "1.5 2"'],
    ["0 1 5\n1 2\n", 'graph.txt:2: expected "from to latency" as in line 1, got "1 2"'],
    ["0 1 5\n1,2,\n", 'graph.txt:2: expected "from to latency" as in line 1, got "1,2,"'],
    ["1 2 3 4\n", 'graph.txt:1: expected "from to latency", got "1 2 3 4"'],
    ["0 1\na b\n", 'graph.txt:2: expected "from to", got "a b"'],
    ["a b\nc d\n", 'graph.txt:2: expected "from to", got "c d"'],
    ["0 1\n0 -3\n", `graph.txt:2: node ids must be whole numbers from 0 to ${LIMIT}, got "0 -3"`],
    ["-1 2\n", `graph.txt:1: node ids must be whole numbers from 0 to ${LIMIT}, got "-1 2"`],
    [
      "0 4294967295\n",
      `graph.txt:1: node ids must be whole numbers from 0 to ${LIMIT}, got 4294967295`,
    ],
    ["0 1 -2\n", 'graph.txt:1: latency must be a number from 0 to 60000 ms, got "-2"'],
    ["0 1 NaN\n", 'graph.txt:1: latency must be a number from 0 to 60000 ms, got "NaN"'],
    ["0 1 60001\n", 'graph.txt:1: latency must be a number from 0 to 60000 ms, got "60001"'],
    [
      "a,b,weight\n0,1,2\n",
      'graph.txt:1: the third column must be a one-way latency in ms, got "weight"',
    ],
    ["0 1\n" + "9".repeat(5000), "graph.txt:2: a line is longer than 4096 bytes; not an edge list"],
  ])("case %#", async (content, message) => {
    expect(await failure(fileOf("graph.txt", content))).toBe(message);
  });
});

describe("a file that is no edge list", () => {
  const packed = gzipSync("0 1\n".repeat(50_000), { level: 0 });
  it.each<[string, string | Buffer, string]>([
    ["a.txt", "", "a.txt is empty, expected an edge list"],
    ["a.txt", "# nothing\n\n", "a.txt holds no edge, only comments"],
    ["a.txt", "3 3\n", "a.txt: a network needs at least 2 nodes, got 1"],
    ["a.txt", "0 1\n2 2\n", "a.txt: node 2 has no edge but to itself; give it one or remove it"],
    ["a.gz", "", "a.gz is empty, expected an edge list"],
    ["a.gz", gzipSync(""), "a.gz is empty inside, expected an edge list"],
    ["a.gz", packed.subarray(0, 5000), GZIP_CUT],
    ["a.gz", packed.subarray(0, 5), GZIP_CUT],
    ["a.gz", "0 1\n", "a.gz is not a sound gzip: incorrect header check"],
  ])("%s %#", async (name, content, message) => {
    expect(await failure(fileOf(name, content))).toBe(message);
  });

  it("is missing, or a folder", async () => {
    expect(await failure(join(folder, "none.txt"))).toBe("none.txt: no such file");
    mkdirSync(join(folder, "inner"));
    expect(await failure(join(folder, "inner"))).toBe("inner is a folder, expected an edge list");
    expect(await failure("/dev/null")).toBe("/dev/null is not a file, expected an edge list");
  });

  it("is spoilt inside: the checksum tells", async () => {
    const spoilt = Buffer.from(packed);
    spoilt[2000]! ^= 1;
    expect(await failure(fileOf("a.gz", spoilt))).toMatch(/^a\.gz(:\d+: | is not a sound gzip: )/);
  });
});

describe("a directed gap", () => {
  it("is refused with the node's id in the file and the mend", async () => {
    const file = fileOf("graph.txt", "10 20\n20 30\n");
    expect(await failure(file, { directed: true })).toBe(
      "graph.txt: node 30 has no outgoing edge, so it could never gossip; " +
        "give it one, remove it, or set network.directed to false",
    );
    expect((await readEdgeList(file)).nodes).toBe(3);
  });
});

const data = join(packageRoot, "../shared/data");
const present = existsSync(data);
if (!present) console.log("real overlays skipped: no ../shared/data beside the checkout");

describe.skipIf(!present)("real overlays", () => {
  it.each([
    // File, nodes, edges, lines, largest component, highest degree: as their sources state them;
    // for as-2000 less its 661 self-loops, which the stated 13,233 edges and degree 1,459 include.
    ["gnutella-2002/p2p-Gnutella31.edges.gz", 62_586, 147_892, 147_892, 62_561, 95],
    ["as-2000/as20000102.txt.gz", 6474, 12_572, 13_895, 6474, 1458],
    ["goerli-testnet/goerliTopology.edgelist.gz", 1355, 19_146, 19_146, 1355, 712],
  ])("%s", async (name, nodes, edges, lines, component, degreeMax) => {
    const list = await readEdgeList(join(data, name));
    expect(list).toMatchObject({ nodes, edges, lines, largestComponent: component });
    const { offsets } = list.csr;
    let highest = 0;
    for (let node = 0; node < nodes; node++) {
      highest = Math.max(highest, offsets[node + 1]! - offsets[node]!);
    }
    expect(highest).toBe(degreeMax);
  });

  it("cardano-network with its latencies, in under a second", async () => {
    const before = process.cpuUsage();
    const list = await readEdgeList(join(data, "cardano-network/edges-v1.csv.gz"));
    const { user, system } = process.cpuUsage(before); // microseconds; other processes do not count
    expect(user + system).toBeLessThan(1e6);
    expect(list).toMatchObject({ nodes: 10_000, lines: 298_756, hasLatency: true });
    expect(list.largestComponent).toBe(10_000);
    expect(Math.max(...list.csr.latencyMs!.slice(0, 50_000))).toBeLessThan(636.9);
    expect((2 * list.edges) / list.nodes).toBeCloseTo(57.6, 1);
  });
});
