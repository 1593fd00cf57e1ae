/**
 * PeerSampler on both backends: the laws it draws by, that draws depend on (seed, tick, node)
 * alone, what must never be drawn, and what it refuses.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { binomialZ, chiSquareZ, uniformZ, Z_MAX } from "../../test/chi-square.js";
import { InputError } from "../errors.js";
import { PeerSampler, type PeerSamplerOptions } from "./peer-sampler.js";
import type { PeerGraph } from "./weights.js";

const BACKENDS = ["wasm", "ts"] as const;

/** Node v knows v + 1 .. v + degree(v), modulo the nodes, in ascending rows. */
function graphOf(nodes: number, degree: (node: number) => number): PeerGraph {
  const offsets = new Uint32Array(nodes + 1);
  const targets: number[] = [];
  for (let node = 0; node < nodes; node++) {
    const row = Array.from({ length: degree(node) }, (_, i) => (node + 1 + i) % nodes);
    targets.push(...row.sort((a, b) => a - b));
    offsets[node + 1] = targets.length;
  }
  return { offsets, targets: Uint32Array.from(targets) };
}

/** Every law at a number of nodes: 0 .. LAWS - 1. */
const LAWS = 8;
function lawOf(law: number, nodes: number): Pick<PeerSamplerOptions, "weights" | "graph"> {
  const groups = Uint8Array.from({ length: nodes }, (_, node) => node % 3);
  const graph = graphOf(nodes, (node) => 1 + (node % Math.min(5, nodes - 1)));
  switch (law) {
    case 0:
      return {};
    case 1:
      return { graph };
    case 2:
      return { weights: Float64Array.from({ length: nodes }, (_, node) => 1 + (node % 7)) };
    case 3:
      return { weights: { by: "degree", graph, exponent: 1.5 } };
    case 4:
      return { weights: { by: "spatial", exponent: 2 } };
    case 5:
      return { weights: { by: "spatial", exponent: 1, width: nodes % 2 === 0 ? 2 : nodes } };
    case 6:
      return { weights: { by: "group", groups, weights: 0.7 } };
    default: {
      const latencyMs = Float64Array.of(1, 50, 90, 50, 2, 70, 90, 70, 3);
      return { weights: { by: "latency", groups, latencyMs } };
    }
  }
}

const word = fc.integer({ min: 0, max: 0xffffffff });

describe.each(BACKENDS)("PeerSampler on %s", (backend) => {
  function sampler<T>(
    options: Omit<PeerSamplerOptions, "backend">,
    use: (made: PeerSampler) => T,
  ): T {
    const made = new PeerSampler({ ...options, backend });
    try {
      return use(made);
    } finally {
      made.dispose();
    }
  }

  /** Draws of node 0 .. nodes - 1 over many ticks, counted by (node, peer). */
  function counted(made: PeerSampler, ticks: number, k = 1, replace = false): Uint32Array {
    const { nodes } = made;
    const counts = new Uint32Array(nodes * nodes);
    for (let tick = 0; tick < ticks; tick++) {
      const peers = made.round(tick, { k, replace });
      for (let i = 0; i < peers.length; i++) counts[Math.floor(i / k) * nodes + peers[i]!]!++;
    }
    return counts;
  }

  /**
   * Worst deviate over all nodes between draws and the shares of their peers; 0 must not be drawn.
   */
  function worstZ(counts: Uint32Array, share: (node: number, peer: number) => number): number {
    const nodes = Math.sqrt(counts.length);
    let worst = 0;
    for (let node = 0; node < nodes; node++) {
      const row = counts.subarray(node * nodes, (node + 1) * nodes);
      const shares = Array.from(row, (_, peer) => (peer === node ? 0 : share(node, peer)));
      const total = shares.reduce((sum, each) => sum + each, 0);
      const draws = row.reduce((sum, each) => sum + each, 0);
      shares.forEach(
        (each, peer) => each === 0 && expect([node, peer, row[peer]]).toEqual([node, peer, 0]),
      );
      const drawn = row.filter((_, peer) => shares[peer]! > 0);
      const expected = shares.filter((each) => each > 0).map((each) => (each / total) * draws);
      if (drawn.length > 1) worst = Math.max(worst, Math.abs(chiSquareZ(drawn, expected)));
    }
    return worst;
  }

  test.prop(
    [
      fc.integer({ min: 0, max: LAWS - 1 }),
      fc.integer({ min: 6, max: 400 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      word,
      word,
    ],
    { numRuns: 60 },
  )("single and batch draws agree, in any order", (law, nodes, k, replace, seed, tick) => {
    sampler({ nodes, seed, ...lawOf(law, nodes) }, (made) => {
      const all = made.round(tick, { k, replace }).slice();
      expect(all.length).toBe(nodes * k);
      for (let step = 0; step < 40; step++) {
        const node = (step * 137) % nodes;
        const own = Array.from(all.subarray(node * k, node * k + k));
        const drawn = own.filter((peer) => peer !== PeerSampler.NONE);
        expect(Array.from(made.peers(node, tick, k, { replace }))).toEqual(drawn);
        expect(made.peer(node, tick)).toBe(own[0]);
        made.peer((node + 300) % nodes, (tick ^ 1) >>> 0);
      }
      const from = Math.floor(nodes / 3);
      const part = made.round(tick, { k, replace, from, to: nodes - 1 });
      expect(part).toEqual(all.subarray(from * k, (nodes - 1) * k));
    });
  });

  test.prop(
    [
      fc.integer({ min: 0, max: LAWS - 1 }),
      fc.integer({ min: 12, max: 300 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.nat({ max: 11 }), { maxLength: 8 }),
      word,
      word,
    ],
    { numRuns: 60 },
  )("never draws self, a repeat or an excluded node", (law, nodes, k, exclude, seed, tick) => {
    sampler({ nodes, seed, ...lawOf(law, nodes) }, (made) => {
      for (let node = 0; node < nodes; node += 7) {
        const without = made.peers(node, tick, k, { exclude });
        const plain = made.peers(node, tick, k);
        for (const peers of [without, plain]) {
          expect(new Set(peers).size).toBe(peers.length);
          expect(peers).not.toContain(node);
          for (const peer of peers) expect(peer).toBeLessThan(nodes);
        }
        for (const id of exclude) expect(without).not.toContain(id);
        // A draw of j is the beginning of a draw of k.
        expect(plain[0]).toBe(made.peer(node, tick));
        if (plain.length > 1) expect(made.peers(node, tick, 2)).toEqual(plain.slice(0, 2));
      }
    });
  });

  it.each([2, 3, 5, 100, 129])("draws all other nodes alike: %i nodes", (nodes) => {
    sampler({ nodes, seed: 3 }, (made) => {
      expect(worstZ(counted(made, 20 * nodes + 200), () => 1)).toBeLessThan(Z_MAX);
    });
  });

  it.each([1e9 + 1, 3e9 + 1, 2 ** 32])("draws all of %i nodes alike", (nodes) => {
    sampler({ nodes, seed: 4 }, (made) => {
      const buckets = new Uint32Array(500);
      const from = nodes - 100_000;
      const peers = made.round(9, { from, to: nodes });
      let wrong = 0;
      peers.forEach((peer, index) => {
        if (peer === from + index || peer >= nodes) wrong++;
        buckets[Math.floor((peer / nodes) * 500)]!++;
      });
      expect(wrong).toBe(0);
      expect(Math.abs(uniformZ(buckets))).toBeLessThan(Z_MAX);
      // Values that plain multiply-shift would give one word more than others: frac(i 2^32 /
      // bound).
      const bound = nodes - 1;
      const share = (2 ** 32 % bound) / bound;
      if (share === 0 || share < 1e-6) return;
      const favoured = peers.filter((peer, index) => {
        const rank = BigInt(peer > from + index ? peer - 1 : peer);
        const size = BigInt(bound);
        const first = (x: bigint): bigint => (x * 2n ** 32n + size - 1n) / size;
        return first(rank + 1n) - first(rank) > BigInt(Math.floor(2 ** 32 / bound));
      }).length;
      expect(Math.abs(binomialZ(favoured, peers.length, share))).toBeLessThan(Z_MAX);
    });
  });

  it.each([
    ["3 of 6", 7, 3],
    ["2 of 9", 10, 2],
    ["all 4", 5, 4],
  ])("gives every ordered choice of %s peers alike", (_, nodes, k) => {
    sampler({ nodes, seed: 5 }, (made) => {
      const counts = new Map<string, number>();
      for (let tick = 0; tick < 4000; tick++) {
        const peers = made.round(tick, { k });
        for (let node = 0; node < nodes; node++) {
          // Ranks among the others, so that all nodes count together.
          const own = Array.from(peers.subarray(node * k, node * k + k));
          const key = own.map((peer) => (peer > node ? peer - 1 : peer)).join();
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      let choices = 1;
      for (let i = 0; i < k; i++) choices *= nodes - 1 - i;
      expect(counts.size).toBe(choices);
      expect(Math.abs(uniformZ([...counts.values()]))).toBeLessThan(Z_MAX);
    });
  });

  it("takes the excluded out and leaves the rest alike, in each law", () => {
    const nodes = 12;
    const exclude = [0, 3, 4, 11];
    for (const [options, share] of [
      [{}, () => 1],
      [
        lawOf(1, nodes),
        (node: number, peer: number) => +((peer - node + 12) % 12 <= 1 + (node % 5)),
      ],
      [lawOf(2, nodes), (_: number, peer: number) => 1 + (peer % 7)],
      [
        lawOf(7, nodes),
        (node: number, peer: number) =>
          [1, 1 / 50, 1 / 90, 1 / 50, 1 / 2, 1 / 70, 1 / 90, 1 / 70, 1 / 3][
            (node % 3) * 3 + (peer % 3)
          ]!,
      ],
    ] as const) {
      sampler({ nodes, seed: 6, ...options }, (made) => {
        const counts = new Uint32Array(nodes * nodes);
        for (let node = 0; node < nodes; node++) {
          for (let tick = 0; tick < 2500; tick++) {
            for (const peer of made.peers(node, tick, 1, { exclude }))
              counts[node * nodes + peer]!++;
          }
        }
        const left = (node: number, peer: number) =>
          exclude.includes(peer) ? 0 : share(node, peer);
        expect(worstZ(counts, left)).toBeLessThan(Z_MAX);
      });
    }
  });

  it("draws by weight, never at weight 0", () => {
    const weights = Float64Array.from({ length: 20 }, (_, node) => (node % 4) ** 2);
    sampler({ nodes: 20, seed: 7, weights }, (made) => {
      expect(worstZ(counted(made, 4000), (_, peer) => weights[peer]!)).toBeLessThan(Z_MAX);
    });
  });

  it("draws by degree and by latency", () => {
    const graph = graphOf(30, (node) => (node % 6) * 2);
    sampler({ nodes: 30, seed: 8, weights: { by: "degree", graph, exponent: 0.5 } }, (made) => {
      const share = (_: number, peer: number): number => Math.sqrt((peer % 6) * 2);
      expect(worstZ(counted(made, 6000), share)).toBeLessThan(Z_MAX);
    });
    const latencyMs = Float64Array.from({ length: 30 }, (_, node) => 5 + node * 3);
    sampler({ nodes: 30, seed: 9, weights: { by: "latency", latencyMs, exponent: 2 } }, (made) => {
      expect(worstZ(counted(made, 6000), (_, peer) => latencyMs[peer]! ** -2)).toBeLessThan(Z_MAX);
    });
  });

  it("draws by group: a share that stays, weights, latencies between groups", () => {
    const groups = Uint8Array.from({ length: 24 }, (_, node) => Math.floor(Math.sqrt(node)));
    const sizes = new Uint32Array(5);
    for (const group of groups) sizes[group]!++;
    const nodes = 24;
    sampler({ nodes, seed: 10, weights: { by: "group", groups, weights: 0.8 } }, (made) => {
      const share = (node: number, peer: number): number =>
        groups[node] === groups[peer]
          ? 0.8 / (sizes[groups[node]!]! - 1)
          : 0.2 / (nodes - sizes[groups[node]!]!);
      expect(worstZ(counted(made, 8000), share)).toBeLessThan(Z_MAX);
    });
    const perGroup = Float64Array.of(5, 1, 0, 2, 1);
    sampler({ nodes, seed: 11, weights: { by: "group", groups, weights: perGroup } }, (made) => {
      const share = (_: number, peer: number): number => perGroup[groups[peer]!]!;
      expect(worstZ(counted(made, 8000), share)).toBeLessThan(Z_MAX);
    });
    const latencyMs = Float64Array.from({ length: 25 }, (_, cell) => 1 + (cell % 7) * 4);
    sampler({ nodes, seed: 12, weights: { by: "latency", groups, latencyMs } }, (made) => {
      const share = (node: number, peer: number): number =>
        1 / latencyMs[groups[node]! * 5 + groups[peer]!]!;
      expect(worstZ(counted(made, 8000), share)).toBeLessThan(Z_MAX);
    });
  });

  it("draws by group where some numbers have no nodes", () => {
    const groups = Uint8Array.from({ length: 130 }, (_, node) => 1 + (node % 2) * 2);
    sampler({ nodes: 130, seed: 16, weights: { by: "group", groups, weights: 0.25 } }, (made) => {
      const own = [0, 1, 2, 3].flatMap((tick) =>
        Array.from(made.round(tick, { k: 20 }), (peer, i) =>
          Number(groups[peer] === groups[Math.floor(i / 20)]),
        ),
      );
      const stayed = own.reduce((sum, each) => sum + each, 0);
      // 20 distinct of 64 nearby are not independent draws; they vary less.
      expect(stayed / own.length).toBeGreaterThan(0.22);
      expect(stayed / own.length).toBeLessThan(0.3);
    });
  });

  it.each([
    ["ring", 17, 17, 2],
    ["ring", 40, 40, 0.5],
    ["torus", 35, 7, 1.5],
    ["torus of one column", 12, 1, 1],
  ])(
    "draws at distance d in proportion to d^-a: %s of %i, width %i",
    (_, nodes, width, exponent) => {
      const weights = { by: "spatial", exponent, ...(width === nodes ? {} : { width }) } as const;
      sampler({ nodes, seed: 13, weights }, (made) => {
        const wrap = (gap: number, size: number): number => Math.min(gap, size - gap);
        const share = (node: number, peer: number): number => {
          const right = Math.abs((node % width) - (peer % width));
          const down = Math.abs(Math.floor(node / width) - Math.floor(peer / width));
          return (wrap(right, width) + wrap(down, nodes / width)) ** -exponent;
        };
        expect(worstZ(counted(made, 6000), share)).toBeLessThan(Z_MAX);
      });
    },
  );

  it("draws neighbours alike, with and without replacement, all of them when k is larger", () => {
    const nodes = 14;
    const graph = graphOf(nodes, (node) => node % 7);
    const isEdge = (node: number, peer: number): number =>
      +((peer - node + nodes) % nodes >= 1 && (peer - node + nodes) % nodes <= node % 7);
    sampler({ nodes, seed: 14, graph }, (made) => {
      const counts = new Uint32Array(nodes * nodes);
      const repeated = new Uint32Array(nodes);
      for (let tick = 0; tick < 3000; tick++) {
        const distinct = made.round(tick, { k: 3 }).slice();
        const any = made.round(tick, { k: 3, replace: true });
        for (let node = 0; node < nodes; node++) {
          const degree = node % 7;
          const own = distinct.subarray(node * 3, node * 3 + 3);
          const found = own.filter((peer) => peer !== PeerSampler.NONE);
          expect(found.length).toBe(Math.min(3, degree));
          expect(new Set(found).size).toBe(found.length);
          for (const peer of found) counts[node * nodes + peer]!++;
          const [first, second] = any.subarray(node * 3, node * 3 + 2);
          if (degree > 0 && first === second) repeated[node]!++;
          if (degree === 0) expect([first, second]).toEqual([PeerSampler.NONE, PeerSampler.NONE]);
        }
      }
      // Distinct draws are not independent: their counts vary less than chi-square allows for.
      expect(worstZ(counted1(made), isEdge)).toBeLessThan(Z_MAX);
      for (let node = 0; node < nodes; node++) {
        for (let peer = 0; peer < nodes; peer++) {
          const share = isEdge(node, peer) * Math.min(1, 3 / (node % 7));
          if (share === 0 || share === 1)
            expect(counts[node * nodes + peer]).toBe(share * 3000 || 0);
          else {
            const z = binomialZ(counts[node * nodes + peer]!, 3000, share);
            expect(Math.abs(z)).toBeLessThan(Z_MAX);
          }
        }
        const degree = node % 7;
        if (degree > 1) {
          expect(Math.abs(binomialZ(repeated[node]!, 3000, 1 / degree))).toBeLessThan(Z_MAX);
        }
      }
      expect(made.peer(0, 5)).toBe(PeerSampler.NONE);
      expect(made.peers(7, 5, 2)).toEqual(new Uint32Array(0));
      expect(made.peers(3, 5, 9).toSorted()).toEqual(Uint32Array.of(4, 5, 6));
    });

    /** First peers of nodes that have one. */
    function counted1(made: PeerSampler): Uint32Array {
      const counts = new Uint32Array(nodes * nodes);
      for (let tick = 0; tick < 3000; tick++) {
        made.round(tick).forEach((peer, node) => {
          if (peer !== PeerSampler.NONE) counts[node * nodes + peer]!++;
        });
      }
      return counts;
    }
  });

  test.prop([fc.integer({ min: 2, max: 150 }), word, fc.integer({ min: 0, max: 1000 })], {
    numRuns: 20,
  })("visits every other node once an epoch, in a new order each", (nodes, seed, epoch) => {
    sampler({ nodes, seed }, (made) => {
      const node = epoch % nodes;
      const orders = [epoch, epoch + 1].map((each) =>
        Array.from({ length: nodes - 1 }, (_, place) =>
          made.roundRobin(node, each * (nodes - 1) + place),
        ),
      );
      const others = Array.from({ length: nodes }, (_, id) => id).filter((id) => id !== node);
      for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(others);
      // 29! orders: two that agree are no chance.
      if (nodes > 30) expect(orders[0]).not.toEqual(orders[1]);
      const index = epoch * 3 + 1;
      const all = made.roundRobinRound(index).slice();
      expect(made.roundRobin(node, index)).toBe(all[node]);
      expect(made.roundRobinRound(index, { from: node, to: nodes })).toEqual(all.subarray(node));
    });
  });

  it("visits every neighbour once an epoch", () => {
    const graph = graphOf(40, (node) => node % 9);
    sampler({ nodes: 40, seed: 15, graph }, (made) => {
      for (let node = 0; node < 40; node++) {
        const row = Array.from(
          graph.targets.subarray(graph.offsets[node], graph.offsets[node + 1]),
        );
        for (const epoch of [0, 1, 7]) {
          const order = row.map((_, place) => made.roundRobin(node, epoch * row.length + place));
          expect(order.toSorted((a, b) => a - b)).toEqual(row);
        }
        if (row.length === 0) expect(made.roundRobin(node, 3)).toBe(PeerSampler.NONE);
      }
    });
  });

  it("draws anew with each seed and each tick", () => {
    sampler({ nodes: 5000, seed: 1 }, (one) =>
      sampler({ nodes: 5000, seed: 2 }, (other) => {
        const first = one.round(1).slice();
        for (const second of [one.round(2).slice(), other.round(1).slice()]) {
          const same = first.filter((peer, node) => peer === second[node]).length;
          expect(same).toBeLessThan(12); // Poisson with mean 1
        }
      }),
    );
  });

  it("refuses what it cannot draw from, in one line that names the field", () => {
    const groups = Uint8Array.of(0, 0, 1);
    const refused: readonly [Partial<PeerSamplerOptions>, RegExp][] = [
      [{ nodes: 1 }, /^nodes must be a whole number from 2 /],
      [{ nodes: 2 ** 32 + 1 }, /^nodes must/],
      [{ seed: -1 }, /^seed must/],
      [{ weights: Float64Array.of(1, 2) }, /^weights must have 3 elements, got 2$/],
      [{ weights: Float64Array.of(1, -2, 1) }, /^weights\[1\] must be a number from 0/],
      [{ weights: Float64Array.of(1, NaN, 1) }, /^weights\[1\] must/],
      [
        { weights: Float64Array.of(0, 0, 1) },
        /^weights must have 2 or more weights above 0, got 1$/,
      ],
      [
        { weights: { by: "latency", latencyMs: Float64Array.of(1, 0, 2) } },
        /latencyMs\[1\] must be above 0/,
      ],
      [
        { weights: { by: "latency", groups, latencyMs: Float64Array.of(1, 2) } },
        /must have 4 elements/,
      ],
      [
        { weights: { by: "group", groups, weights: 1.5 } },
        /^weights.weights must be a number from 0 to 1/,
      ],
      [{ weights: { by: "group", groups, weights: 1 } }, /^weights of group 1 must have 1 or more/],
      [
        { weights: { by: "group", groups: Uint32Array.of(0, 0, 9e6), weights: 1 } },
        /number of groups/,
      ],
      [{ weights: { by: "spatial", exponent: 2, width: 2 } }, /^weights.width must divide 3 nodes/],
      [{ weights: { by: "spatial", exponent: NaN } }, /^weights.exponent must/],
      [
        { graph: { offsets: Uint32Array.of(0, 1), targets: Uint32Array.of(1) } },
        /^graph.offsets must have 4/,
      ],
      [
        { graph: { offsets: Uint32Array.of(0, 1, 2, 3), targets: Uint32Array.of(0, 0, 0) } },
        /^graph.targets of node 0/,
      ],
      [
        { graph: { offsets: Uint32Array.of(0, 2, 2, 2), targets: Uint32Array.of(2, 1) } },
        /must ascend/,
      ],
      [
        { graph: graphOf(3, () => 1), weights: Float64Array.of(1, 1, 1) },
        /^weights and graph must not/,
      ],
    ];
    for (const [options, message] of refused) {
      expect(() => new PeerSampler({ nodes: 3, backend, ...options })).toThrow(InputError);
      expect(() => new PeerSampler({ nodes: 3, backend, ...options })).toThrow(message);
    }
    sampler({ nodes: 5 }, (made) => {
      expect(() => made.peer(5, 0)).toThrow(/^node must be a whole number from 0 to 4, got 5$/);
      expect(() => made.peer(1.5, 0)).toThrow(/^node must/);
      expect(() => made.peer(0, -1)).toThrow(/^tick must/);
      expect(() => made.peers(0, 0, 0)).toThrow(/^k must be a whole number from 1 to 256, got 0$/);
      expect(() => made.peers(0, 0, 1, { exclude: [7] })).toThrow(/^exclude must/);
      expect(() => made.round(0, { k: 5 })).toThrow(
        /^k must be a whole number from 1 to 4, got 5$/,
      );
      expect(() => made.round(0, { from: 3, to: 3 })).toThrow(/^to must/);
      expect(() => made.roundRobin(0, 1.5)).toThrow(/^index must/);
      expect(made.peers(2, 0, 9).toSorted()).toEqual(Uint32Array.of(0, 1, 3, 4));
      expect(made.peers(2, 0, 9, { exclude: [0, 1, 4] })).toEqual(Uint32Array.of(3));
      expect(made.peers(2, 0, 1, { exclude: [0, 1, 3, 4] })).toEqual(new Uint32Array(0));
    });
    sampler({ nodes: 4, weights: Float64Array.of(1, 1, 0, 1) }, (made) => {
      expect(() => made.round(0, { k: 3 })).toThrow(/node 0 did not find 3 at tick 0$/);
      expect(() => made.peers(0, 0, 3)).toThrow(InputError);
      expect(made.peers(0, 0, 2).toSorted()).toEqual(Uint32Array.of(1, 3));
    });
  });
});

test.prop(
  [
    fc.integer({ min: 0, max: LAWS - 1 }),
    fc.integer({ min: 7, max: 2000 }),
    fc.integer({ min: 1, max: 5 }),
    fc.boolean(),
    word,
    word,
    fc.array(fc.nat({ max: 6 }), { maxLength: 4 }),
  ],
  { numRuns: 100 },
)("both backends draw the same", (law, nodes, k, replace, seed, tick, exclude) => {
  const [wasm, ts] = BACKENDS.map((backend) => {
    const made = new PeerSampler({ nodes, seed, backend, ...lawOf(law, nodes) });
    const drawn = [
      made.round(tick, { k: Math.min(k, 2), replace }).slice(),
      made.roundRobinRound(tick).slice(),
      made.peers(3, tick, Math.min(k, 2), { exclude, replace }),
    ];
    made.dispose();
    return drawn;
  });
  expect(ts).toEqual(wasm);
});
