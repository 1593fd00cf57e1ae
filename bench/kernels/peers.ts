/**
 * Benches of peer sampling: the kernels over strips beside C, and PeerSampler as a user calls it.
 * The packages draw with uniformInt and step over self; they have no weighted or distinct draws, so
 * there stands what one would write over their generator.
 */
import type { BackendName } from "../../src/kernels/backend.js";
import { STRIP_NODES } from "../../src/kernels/peer-sampling.js";
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { PeerSampler } from "../../src/peers/peer-sampler.js";
import { digestOf, digestOfBytes, inputWords, type Arm, type KernelBench } from "./bench.js";
import { builtinRandom } from "./random.js";

const SEED = 1;
const TICK = 3;
const K = 3;
const DEGREE = 16;
const GROUPS = 16;
/** A member of the node's own group weighs so much more than any other node. */
const OWN_WEIGHT = 64;
const EPOCH = 1;
const POSITION = 5;
const SIZES = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 22];
/** Where rows of a graph or orders are the cost. */
const ROW_SIZES = [2 ** 12, 2 ** 16, 2 ** 20];
/** Tables grow to what needs DRAM; peers are drawn for the first DRAWN_MAX nodes only. */
const TABLE_SIZES = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 23];
const DRAWN_MAX = 2 ** 18;
const BACKENDS = ["wasm", "ts"] as const;

/** Memory of one arm: results, scratch, and what its law needs. */
interface Bed {
  readonly space: Workspace;
  readonly owner: object;
  readonly outAt: number;
  readonly scratchAt: number;
  readonly nodes: number;
  /** Nodes that peers are drawn for. */
  readonly drawn: number;
}

/** One arm of ours: `prepare` lays out its tables and returns what is timed. */
function ours(
  name: BackendName,
  nodes: number,
  resultBytes: number,
  prepare: (bed: Bed) => () => void,
): Arm {
  const space = workspace(name);
  const owner = {};
  const outAt = space.allocate(owner, resultBytes);
  const scratchAt = space.allocate(owner, (K + 2) * 2 * STRIP_NODES * 4);
  return {
    name,
    run: prepare({ space, owner, outAt, scratchAt, nodes, drawn: Math.min(nodes, DRAWN_MAX) }),
    digest: () => digestOf(space, outAt, resultBytes),
    dispose: () => space.release(owner),
  };
}

function store({ space, owner }: Bed, words: Uint32Array): number {
  const at = space.allocate(owner, words.length * 4);
  space.u32.set(words, at / 4);
  return at;
}

function storeWeights({ space, owner }: Bed, weights: Float64Array): number {
  const at = space.allocate(owner, weights.length * 8);
  space.f64.set(weights, at / 8);
  return at;
}

function heavyWeights(nodes: number): Float64Array {
  return Float64Array.from(inputWords(nodes, 7), (word) => 1 + (word & 1023) ** 2);
}

/** A draw below a bound from the package, or by Math.random. */
type Below = (bound: number) => number;

async function generators(): Promise<readonly (readonly [string, Below])[]> {
  const { xoroshiro128plus } = await import("pure-rand/generator/xoroshiro128plus");
  const { uniformInt } = await import("pure-rand/distribution/uniformInt");
  const generator = xoroshiro128plus(SEED);
  return [
    ["pure-rand", (bound) => uniformInt(generator, 0, bound - 1)],
    ["plain", (bound) => Math.floor(builtinRandom() * bound)],
  ];
}

/**
 * An arm over a generator that writes one peer per place; none may be the node itself or too large.
 */
function foreign(
  name: string,
  nodes: number,
  results: number,
  k: number,
  fill: (out: Uint32Array, k: number) => void,
): Arm {
  const out = new Uint32Array(results * k);
  return {
    name,
    run: () => fill(out, k),
    check: () => {
      const wrong = out.findIndex((peer, i) => peer >= nodes || peer === Math.floor(i / k));
      return wrong === -1 ? undefined : `peer ${wrong} is ${out[wrong]!}`;
    },
  };
}

/** k distinct others of every node: drawn again while one is repeated. */
function fillDistinct(out: Uint32Array, k: number, below: Below): void {
  const nodes = out.length / k;
  for (let node = 0, at = 0; node < nodes; node++) {
    for (const first = at; at < first + k;) {
      const rank = below(nodes - 1);
      const peer = rank >= node ? rank + 1 : rank;
      let repeated = false;
      for (let i = first; i < at; i++) repeated ||= out[i] === peer;
      if (!repeated) out[at++] = peer;
    }
  }
}

function uniformBench(id: string, title: string, k: number): KernelBench {
  return {
    id: `peers/${id}`,
    title,
    scope: "compute",
    operation: "peer",
    sizes: SIZES,
    headlineSize: 2 ** 16,
    native: { source: "peers.c", kernel: id },
    prepare: async (nodes) => ({
      arms: [
        ...BACKENDS.map((name) =>
          ours(name, nodes, nodes * k * 4, ({ space: { kernels }, outAt, scratchAt }) => {
            const strips = nodes / STRIP_NODES;
            return () =>
              kernels.uniformPeers(outAt, 0, strips, nodes - 1, k, 1, SEED, TICK, scratchAt);
          }),
        ),
        ...(await generators()).map(([name, below]) =>
          foreign(name, nodes, nodes, k, (out) => fillDistinct(out, k, below)),
        ),
      ],
      operations: nodes * k,
      workingSetBytes: nodes * k * 4,
    }),
  };
}

/** What a bench measures per node, and how many nodes it has. */
interface Shape {
  readonly sizes: readonly number[];
  /** Nodes of each size that results are for. */
  readonly results: (nodes: number) => number;
  readonly peers: number;
  readonly resultBytes: number;
  readonly tableBytes: number;
}

const all = (nodes: number): number => nodes;
const some = (nodes: number): number => Math.min(nodes, DRAWN_MAX);

/** A bench of a kernel that needs tables. */
function tableBench(
  id: string,
  bench: Pick<KernelBench, "title" | "operation">,
  shape: Shape,
  prepare: (bed: Bed) => () => void,
  others: (nodes: number) => Promise<readonly Arm[]>,
): KernelBench {
  return {
    id: `peers/${id}`,
    ...bench,
    scope: "compute",
    sizes: shape.sizes,
    headlineSize: 2 ** 16,
    native: { source: "peers.c", kernel: id },
    prepare: async (nodes) => {
      const results = shape.results(nodes);
      const resultBytes = results * shape.resultBytes;
      return {
        arms: [
          ...BACKENDS.map((name) => ours(name, nodes, resultBytes, prepare)),
          ...(await others(nodes)),
        ],
        operations: results * shape.peers,
        workingSetBytes: resultBytes + nodes * shape.tableBytes,
      };
    },
  };
}

function neighbours({ space, ...bed }: Bed): () => void {
  const { kernels } = space;
  const { nodes, outAt, scratchAt } = bed;
  const offsetsAt = store(
    { space, ...bed },
    Uint32Array.from({ length: nodes + 1 }, (_, i) => i * DEGREE),
  );
  const targetsAt = store({ space, ...bed }, randomTargets(nodes));
  const strips = nodes / STRIP_NODES;
  return () =>
    kernels.neighbourPeers(
      outAt,
      0,
      strips,
      nodes,
      offsetsAt,
      targetsAt,
      K,
      1,
      SEED,
      TICK,
      scratchAt,
    );
}

function randomTargets(nodes: number): Uint32Array {
  return inputWords(nodes * DEGREE, 5).map((word) => Math.floor(word * (nodes / 2 ** 32)));
}

function weighted(bed: Bed): () => void {
  const { space, owner, nodes, drawn, outAt, scratchAt } = bed;
  const { kernels } = space;
  const weightsAt = storeWeights(bed, heavyWeights(nodes));
  const tableAt = space.allocate(owner, nodes * 8);
  kernels.aliasBuild(weightsAt, tableAt, nodes, space.allocate(owner, nodes * 4));
  const strips = drawn / STRIP_NODES;
  return () => {
    kernels.weightedPeers(outAt, 0, strips, nodes, tableAt, nodes, 0, 1, 1, SEED, TICK, scratchAt);
  };
}

function aliasBuild(bed: Bed): () => void {
  const { space, owner, nodes, outAt } = bed;
  const listAt = space.allocate(owner, nodes * 4);
  const weightsAt = storeWeights(bed, heavyWeights(nodes));
  return () => {
    space.kernels.aliasBuild(weightsAt, outAt, nodes, listAt);
  };
}

function byGroup(bed: Bed): () => void {
  const { space, owner, nodes, drawn, outAt, scratchAt } = bed;
  const { kernels } = space;
  const groups = inputWords(nodes, 9).map((word) => word % GROUPS);
  const starts = new Uint32Array(GROUPS + 1);
  for (const group of groups) starts[group + 1]!++;
  for (let group = 0; group < GROUPS; group++) starts[group + 1]! += starts[group]!;
  const members = new Uint32Array(nodes + 1);
  const next = starts.slice();
  groups.forEach((group, node) => (members[next[group]!++] = node));
  const [groupsAt, startsAt, membersAt] = [groups, starts, members].map((words) =>
    store(bed, words),
  ) as [number, number, number];
  const tablesAt = space.allocate(owner, GROUPS * GROUPS * 8);
  for (let own = 0; own < GROUPS; own++) {
    const row = Float64Array.from({ length: GROUPS }, (_, group) => {
      const isOwn = group === own;
      const count = starts[group + 1]! - starts[group]! - (isOwn ? 1 : 0);
      return count * (isOwn ? OWN_WEIGHT : 1);
    });
    kernels.aliasBuild(storeWeights(bed, row), tablesAt + own * GROUPS * 8, GROUPS, scratchAt);
  }
  const strips = drawn / STRIP_NODES;
  return () => {
    kernels.groupPeers(
      outAt,
      0,
      strips,
      nodes,
      groupsAt,
      startsAt,
      membersAt,
      tablesAt,
      GROUPS,
      1,
      1,
      SEED,
      TICK,
      scratchAt,
    );
  };
}

/** What one writes without alias tables: search in running sums. */
async function searchArms(nodes: number): Promise<readonly Arm[]> {
  const sums = heavyWeights(nodes);
  for (let node = 1; node < nodes; node++) sums[node]! += sums[node - 1]!;
  const total = sums[nodes - 1]!;
  return (await generators()).map(([name, below]) =>
    foreign(name, nodes, some(nodes), 1, (out) => {
      for (let node = 0; node < out.length; node++) {
        let peer = node;
        while (peer === node) {
          const place = below(2 ** 31) * (total / 2 ** 31);
          let from = 0;
          let to = nodes - 1;
          while (from < to) {
            const middle = (from + to) >>> 1;
            if (sums[middle]! <= place) from = middle + 1;
            else to = middle;
          }
          peer = from;
        }
        out[node] = peer;
      }
    }),
  );
}

/** Three distinct places of a row, drawn again while one is repeated. */
async function rowArms(nodes: number): Promise<readonly Arm[]> {
  const targets = randomTargets(nodes);
  return (await generators()).map(([name, below]) => {
    const out = new Uint32Array(nodes * K);
    const run = (): void => {
      for (let node = 0, at = 0; node < nodes; node++) {
        const first = below(DEGREE);
        let second = below(DEGREE);
        while (second === first) second = below(DEGREE);
        let third = below(DEGREE);
        while (third === first || third === second) third = below(DEGREE);
        out[at++] = targets[node * DEGREE + first]!;
        out[at++] = targets[node * DEGREE + second]!;
        out[at++] = targets[node * DEGREE + third]!;
      }
    };
    const check = (): string | undefined =>
      out.some((peer) => peer >= nodes) ? "a peer is no node" : undefined;
    return { name, run, check };
  });
}

function samplerArm(
  name: BackendName,
  nodes: number,
  draw: (made: PeerSampler) => Uint32Array,
): Arm {
  const made = new PeerSampler({ nodes, seed: SEED, backend: name });
  let last = new Uint32Array(0);
  return {
    name,
    run: () => {
      last = draw(made) as Uint32Array<ArrayBuffer>;
    },
    digest: () => digestOfBytes(new Uint8Array(last.buffer, last.byteOffset, last.byteLength)),
    dispose: () => made.dispose(),
  };
}

export const peersBenches: readonly KernelBench[] = [
  uniformBench("uniform", "One peer per node", 1),
  uniformBench("distinct", "Three distinct peers per node", K),
  tableBench(
    "neighbours",
    { title: "Three distinct of 16 neighbours per node", operation: "peer" },
    { sizes: ROW_SIZES, results: all, peers: K, resultBytes: K * 4, tableBytes: 4 + DEGREE * 4 },
    neighbours,
    rowArms,
  ),
  tableBench(
    "weighted",
    { title: "One weighted peer per node, alias table", operation: "peer" },
    { sizes: TABLE_SIZES, results: some, peers: 1, resultBytes: 4, tableBytes: 8 },
    weighted,
    searchArms,
  ),
  tableBench(
    "alias-build",
    { title: "Building an alias table", operation: "weight" },
    { sizes: SIZES, results: all, peers: 1, resultBytes: 8, tableBytes: 12 },
    aliasBuild,
    () => Promise.resolve([]),
  ),
  tableBench(
    "group",
    { title: "One peer per node by group, 16 groups", operation: "peer" },
    { sizes: TABLE_SIZES, results: some, peers: 1, resultBytes: 4, tableBytes: 8 },
    byGroup,
    () => Promise.resolve([]),
  ),
  tableBench(
    "round-robin",
    { title: "Next peer in order per node", operation: "peer" },
    { sizes: ROW_SIZES, results: all, peers: 1, resultBytes: 4, tableBytes: 0 },
    ({ space: { kernels }, outAt, nodes }) =>
      () =>
        kernels.orderedPeers(outAt, 0, nodes, nodes - 1, SEED, EPOCH, POSITION),
    () => Promise.resolve([]),
  ),
  {
    id: "peers/sampler-round",
    title: "PeerSampler.round, one peer per node",
    scope: "end-to-end",
    operation: "peer",
    sizes: SIZES,
    headlineSize: 2 ** 16,
    prepare: async (nodes) => ({
      arms: [
        ...BACKENDS.map((name) => samplerArm(name, nodes, (made) => made.round(TICK))),
        ...(await generators()).map(([name, below]) =>
          foreign(name, nodes, nodes, 1, (out, k) => fillDistinct(out, k, below)),
        ),
      ],
      operations: nodes,
      workingSetBytes: nodes * 4,
    }),
  },
  {
    id: "peers/sampler-peer",
    title: "PeerSampler.peer, node after node",
    scope: "call",
    operation: "peer",
    sizes: [2 ** 12, 2 ** 16],
    headlineSize: 2 ** 16,
    prepare: async (nodes) => ({
      arms: [
        ...BACKENDS.map((name) => {
          const out = new Uint32Array(nodes);
          return samplerArm(name, nodes, (made) => {
            for (let node = 0; node < nodes; node++) out[node] = made.peer(node, TICK);
            return out;
          });
        }),
        ...(await generators()).map(([name, below]) =>
          foreign(name, nodes, nodes, 1, (out, k) => fillDistinct(out, k, below)),
        ),
      ],
      operations: nodes,
      workingSetBytes: nodes * 4,
    }),
  },
];
