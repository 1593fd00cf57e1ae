/** Laws of views that hold after every round, on both backends, for drawn parameters and failures. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { CONTEXT_WORDS, NODES, ROUND, SEED } from "../../assembly/views/context.js";
import { InputError } from "../errors.js";
import { workspace } from "../kernels/workspace.js";
import type { PeerSamplingOptions, ViewProtocol } from "./options.js";
import { PeerSamplingService } from "./service.js";

type Own = Record<string, unknown>;

const view = { view: fc.integer({ min: 2, max: 64 }) };
const start = { start: fc.constantFrom("random", "lattice", "star") };
const OPTIONS: Readonly<Record<ViewProtocol, fc.Arbitrary<Own>>> = {
  cyclon: fc.record({ ...view, ...start, shuffle: fc.integer({ min: 1, max: 32 }) }),
  newscast: fc.record({ ...view, ...start }),
  framework: fc.record({
    ...view,
    ...start,
    peerSelection: fc.constantFrom("rand", "tail"),
    healer: fc.integer({ min: 0, max: 32 }),
    swapper: fc.integer({ min: 0, max: 32 }),
    exchange: fc.constantFrom("push", "push-pull"),
    timeout: fc.constantFrom("keep", "drop"),
  }),
  scamp: fc.record({
    copies: fc.integer({ min: 0, max: 5 }),
    leaseRounds: fc.integer({ min: 0, max: 4 }),
  }),
  hyparview: fc.record({
    active: fc.integer({ min: 1, max: 8 }),
    passive: fc.integer({ min: 1, max: 40 }),
    activeWalk: fc.integer({ min: 3, max: 8 }),
  }),
};

/** Cuts drawn values down to what the drawn number of nodes allows. */
function fitted(protocol: ViewProtocol, nodes: number, own: Own): PeerSamplingOptions {
  const length = Math.min(Number(own.view ?? 2), nodes - 1);
  const half = Math.floor(length / 2);
  const cut: Own = { ...own, ...("view" in own ? { view: length } : {}) };
  if ("shuffle" in own) cut.shuffle = Math.min(Number(own.shuffle), length);
  if ("healer" in own) cut.healer = Math.min(Number(own.healer), half);
  if ("swapper" in own) cut.swapper = Math.min(Number(own.swapper), Math.ceil(length / 2));
  if (protocol === "hyparview") {
    cut.shuffleActive = Math.min(3, Number(own.active));
    cut.shufflePassive = Math.min(4, Number(own.passive));
  }
  return { protocol, ...cut } as unknown as PeerSamplingOptions;
}

function expectSound(service: PeerSamplingService, most: number): void {
  for (let node = 0; node < service.joined; node++) {
    const peers = [...service.neighbours(node)];
    const passive = [...service.passiveView(node)];
    const all = [...peers, ...passive];
    expect(new Set(all).size, `node ${node} knows ${all.join()}`).toBe(all.length);
    expect(all).not.toContain(node);
    expect(all.every((peer) => peer < service.joined)).toBe(true);
    expect(peers.length).toBeLessThanOrEqual(most);
  }
}

function links(service: PeerSamplingService): number {
  let sum = 0;
  for (let node = 0; node < service.joined; node++) sum += service.neighbours(node).length;
  return sum;
}

describe.each(Object.keys(OPTIONS) as ViewProtocol[])("%s", (protocol) => {
  const size = fc.integer({ min: 2, max: 90 });
  const joins = fc.integer({ min: 0, max: 10 });
  const share = fc.constantFrom(0, 0.3, 0.8);

  test.prop([size, OPTIONS[protocol], joins, share, fc.nat()], { numRuns: 40 })(
    "keeps views sound, and the same on both backends, through joins and failures",
    (nodes, own, joining, killed, seed) => {
      const options = { ...fitted(protocol, nodes, own), nodes, nodesMax: nodes + joining, seed };
      const pair = (["wasm", "ts"] as const).map(
        (backend) => new PeerSamplingService({ ...options, backend }),
      );
      const [wasm, ts] = pair as [PeerSamplingService, PeerSamplingService];
      const most = protocol === "scamp" ? Infinity : "view" in options ? options.view : 8;
      const steps: ((service: PeerSamplingService) => void)[] = [
        () => undefined,
        (service) => service.run(1),
        (service) => service.run(1),
        (service) => service.join(joining),
        (service) => service.run(1),
        (service) => service.kill(Math.min(killed, 1 - 1.5 / nodes)),
        (service) => service.run(1),
        (service) => service.run(1),
        (service) => service.leave([0, 1]),
        (service) => service.run(1),
      ];
      for (const [step, act] of steps.entries()) {
        for (const service of pair) act(service);
        expect(ts.digest(), `after step ${step}`).toBe(wasm.digest());
        expectSound(wasm, most);
      }
      for (const service of pair) service.dispose();
    },
  );
});

describe("Cyclon", () => {
  test.prop([fc.integer({ min: 1, max: 20 }), fc.nat()], { numRuns: 10 })(
    "keeps the number of links while none fails",
    (shuffle, seed) => {
      const service = new PeerSamplingService({ protocol: "cyclon", nodes: 300, shuffle, seed });
      for (let round = 0; round < 5; round++) {
        service.run(3);
        expect(links(service)).toBe(300 * 20);
      }
      service.dispose();
    },
  );

  it("fills the newcomer's view and leaves the in-degrees of others as they are", () => {
    const service = new PeerSamplingService({ protocol: "cyclon", nodes: 500, nodesMax: 501 });
    service.run(10);
    const degrees = (): number[] => {
      const count = Array<number>(501).fill(0);
      for (let node = 0; node < service.joined; node++) {
        for (const peer of service.neighbours(node)) count[peer]!++;
      }
      return count;
    };
    const before = degrees();
    expect(service.join()).toBe(500);
    const after = degrees();
    const changed = before.filter((degree, node) => node < 500 && degree !== after[node]);
    // Walks that end twice at one node, or take an entry twice, give one entry less.
    expect(changed.length).toBeLessThanOrEqual(3);
    expect(after[500]).toBeGreaterThanOrEqual(17);
    expect(service.neighbours(500).length).toBeGreaterThanOrEqual(17);
    service.dispose();
  });

  it("drops a peer that does not answer", () => {
    const service = new PeerSamplingService({ protocol: "cyclon", nodes: 2000 });
    service.run(20);
    const steps = service.healing(0.5, 60);
    expect(steps[0]!.deadLinksPerNode).toBeGreaterThan(9);
    expect(steps.at(-1)!.deadLinksPerNode).toBe(0);
    expect(steps.at(-1)!.components).toEqual({ count: 1, largest: 1000 });
    service.dispose();
  });
});

describe("the framework", () => {
  it("heals with a healer after 95 % died, where views are long enough to stay connected", () => {
    const service = new PeerSamplingService({
      ...{ protocol: "framework", nodes: 10_000, view: 64 },
      ...{ healer: 32, swapper: 0, peerSelection: "rand" },
    });
    service.run(20);
    const steps = service.healing(0.95, 150);
    expect(steps[0]!.deadLinksPerNode).toBeGreaterThan(58);
    // A component of fewer nodes than a view has entries never has a reason to drop one.
    expect(steps.at(-1)!.deadLinksPerNode).toBeLessThan(5);
    expect(steps.at(-1)!.components.largest).toBeGreaterThan(450);
    service.dispose();
  });

  it("never heals when the oldest, dead peers are asked and kept", () => {
    const service = new PeerSamplingService({
      ...{ protocol: "framework", nodes: 1000, healer: 1, swapper: 14 },
      ...{ peerSelection: "tail", timeout: "keep" },
    });
    service.run(20);
    expect(service.healing(0.5, 60).at(-1)!.deadLinksPerNode).toBeGreaterThan(5);
    service.dispose();
  });

  it("connects a star and a lattice", () => {
    for (const start of ["star", "lattice"] as const) {
      const service = new PeerSamplingService({ protocol: "framework", nodes: 2000, start });
      service.run(60);
      const { inDegree, components, pathLength } = service.measures();
      expect(components).toEqual({ count: 1, largest: 2000 });
      expect(pathLength.mean).toBeLessThan(2.6);
      expect(inDegree.sd).toBeLessThan(8);
      service.dispose();
    }
  });
});

describe("HyParView", () => {
  it("keeps active views symmetric and the overlay connected, through joins and failures", () => {
    const service = new PeerSamplingService({
      ...{ protocol: "hyparview", nodes: 1000, nodesMax: 1200 },
    });
    const expectSymmetric = (): void => {
      for (let node = 0; node < service.joined; node++) {
        if (!service.isAlive(node)) continue;
        for (const peer of service.neighbours(node)) {
          if (service.isAlive(peer)) expect([...service.neighbours(peer)]).toContain(node);
        }
      }
    };
    expectSymmetric();
    expect(service.measures().components.count).toBe(1);
    service.run(10);
    service.join(200);
    expectSymmetric();
    expect(service.kill(0.6)).toBe(720);
    service.run(3);
    expectSymmetric();
    const { components, deadLinksPerNode } = service.measures();
    // A few that lost all others find only peers that are full, and stay among themselves.
    expect(components.largest).toBeGreaterThan(470);
    expect(deadLinksPerNode).toBe(0);
    service.dispose();
  });
});

describe("SCAMP", () => {
  it("forgets the dead when leases end", () => {
    const service = new PeerSamplingService({ protocol: "scamp", nodes: 500, leaseRounds: 10 });
    expect(service.healing(0.3, 10).at(-1)!.deadLinksPerNode).toBe(0);
    expect(service.measures().components.largest).toBeGreaterThan(345);
    service.dispose();
  });

  it("loses as many links as it must when nodes leave, and no view names who left", () => {
    const service = new PeerSamplingService({ protocol: "scamp", nodes: 1000 });
    const mean = links(service) / 1000;
    const leaving = Array.from({ length: 500 }, (_, index) => 2 * index);
    expect(service.leave(leaving)).toBe(500);
    const { deadLinksPerNode, inDegree, components } = service.measures();
    expect(deadLinksPerNode).toBe(0);
    expect(components.largest).toBe(500);
    // (c + 1) ln n at both sizes: each of 500 leavers takes c + 1 = 2 links beyond its own share.
    expect(inDegree.mean).toBeLessThan(mean);
    expect(inDegree.mean).toBeGreaterThan(0.75 * mean);
    service.dispose();
  });
});

describe("the order of a round", () => {
  const space = workspace("wasm");

  function orders(backend: "wasm" | "ts", nodes: number, rounds: number): Uint32Array[] {
    const { u32, kernels, ...own } = workspace(backend);
    const owner = { own };
    const at = workspace(backend).allocate(owner, 4 * CONTEXT_WORDS);
    const words = workspace(backend).u32;
    expect(u32.length).toBeLessThanOrEqual(words.length);
    words[(at >>> 2) + NODES] = nodes;
    words[(at >>> 2) + SEED] = 9;
    const result = Array.from({ length: rounds }, (_, round) => {
      words[(at >>> 2) + ROUND] = round;
      kernels.drawOrder(at);
      return Uint32Array.from({ length: nodes }, (_each, k) => kernels.nodeInOrder(at, k));
    });
    workspace(backend).release(owner);
    return result;
  }

  test.prop([fc.integer({ min: 1, max: 3000 })], { numRuns: 30 })(
    "names every node once, the same on both backends",
    (nodes) => {
      const [order] = orders("wasm", nodes, 1) as [Uint32Array];
      expect([...order].toSorted((a, b) => a - b)).toEqual([...order.keys()]);
      expect(orders("ts", nodes, 1)).toEqual([order]);
    },
  );

  it.each([10, 37, 64])("puts each of %i nodes anywhere equally often", (nodes) => {
    const rounds = 400 * nodes;
    const counts = new Uint32Array(nodes * nodes);
    for (const order of orders("wasm", nodes, rounds)) {
      order.forEach((node, position) => counts[node * nodes + position]!++);
    }
    const mean = rounds / nodes;
    const chiSquare = counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
    const degrees = (nodes - 1) ** 2;
    expect(space.backend).toBe("wasm");
    // Four standard deviations of the chi-square distribution.
    expect(chiSquare).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees));
  });
});

describe("turns", () => {
  it.each(["cyclon", "scamp", "hyparview"] as const)("make up the rounds of %s", (protocol) => {
    const options = { protocol, nodes: 500, ...(protocol === "scamp" ? { leaseRounds: 3 } : {}) };
    const [whole, parts] = [new PeerSamplingService(options), new PeerSamplingService(options)];
    whole.run(3);
    parts.runTurns(170);
    parts.runTurns(30);
    parts.run(1);
    expect(parts.rounds).toBe(1);
    for (let turn = 0; turn < 500; turn += 100) parts.runTurns(100);
    parts.run(1);
    expect(parts.rounds).toBe(3);
    expect(parts.digest()).toBe(whole.digest());
    expect(() => parts.runTurns(501)).toThrow(
      "turns must be a whole number from 0 to 500, got 501",
    );
    for (const service of [whole, parts]) service.dispose();
  });
});

describe("options", () => {
  it.each([
    [{ protocol: "cyclo" }, "protocol must be one of"],
    [{ nodes: 1 }, "nodes must be a whole number from 2 to 67108864, got 1"],
    [{ view: 65 }, "view must be a whole number from 1 to 64, got 65"],
    [{ nodes: 5, view: 5 }, "view must be a whole number from 1 to 4, got 5"],
    [{ shuffle: 21 }, "shuffle must be a whole number from 1 to 20, got 21"],
    [{ nodesMax: 9 }, "nodesMax must be a whole number from 100 to 67108864, got 9"],
    [{ start: "stars" }, "start must be one of random, lattice, star"],
    [{ protocol: "framework", healer: 16 }, "healer must be a whole number from 0 to 15, got 16"],
    [{ protocol: "framework", exchange: "pull" }, "exchange must be one of push, push-pull"],
    [
      { protocol: "hyparview", activeWalk: 2, passiveWalk: 3 },
      "passiveWalk must be a whole number",
    ],
    [{ backend: "js" }, "backend must be one of wasm, ts"],
  ])("refuses %j", (wrong, message) => {
    const make = (): unknown =>
      new PeerSamplingService({ protocol: "cyclon", nodes: 100, ...wrong } as PeerSamplingOptions);
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });

  it("says how much memory a view takes", () => {
    const service = new PeerSamplingService({ protocol: "cyclon", nodes: 1024 });
    expect(service.bytesPerNode).toBe(128);
    expect(service.view(3)).toHaveLength(20);
    expect(service.view(3)[0]).toEqual({ peer: expect.any(Number), age: 0 });
    expect(() => service.view(1024)).toThrow(
      "node must be a whole number from 0 to 1023, got 1024",
    );
    expect(() => service.join()).toThrow("count must be a whole number from 0 to 0, got 1");
    service.dispose();
  });
});
