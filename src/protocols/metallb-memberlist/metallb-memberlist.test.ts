/** Addresses have one owner while views agree: none until a crash is noticed, two across a partition. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const module = compileWasm();
const NODES = 24;
const ADDRESSES = 32;
const stepOf = (seconds: number): number => seconds * 10;

async function play(
  spec: EnvironmentSpec,
  seconds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { environment } = buildEnvironment(spec, {
    ...{ nodes: NODES, zones: undefined, clock: "event" },
  });
  const { play: trial } = await inlinePlayer("wasm", {
    ...{ protocol: "metallb-memberlist", nodes: NODES, module, maxRounds: seconds },
    parameters: { subjects: NODES, addresses: ADDRESSES },
    network: {
      ...completeGraph(NODES),
      ...{ latency: { kind: "constant" as const, ms: 5 }, environment },
    },
    clock: { kind: "event", tickMs: 5, periodTicks: 200, timer: "periodic" },
  });
  return trial(3).series.measures;
}
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

describe("an address", () => {
  it("has one owner while nothing happens", async () => {
    const { unownedAddresses, doublyOwnedAddresses } = await play({}, 30);
    expect(most(unownedAddresses!)).toBe(0);
    expect(most(doublyOwnedAddresses!)).toBe(0);
  });

  it("of crashed speakers has none until they are declared dead, and then one again", async () => {
    const { unownedAddresses, doublyOwnedAddresses, subjectsKnownByAll, subjectsDown } = await play(
      { outages: [{ from: "10 s", first: 0, count: 8 }] },
      50,
    );
    const [none, two] = [unownedAddresses!, doublyOwnedAddresses!];
    // A third of the speakers: about as many of the addresses, which are drawn.
    const lost = none[stepOf(11)]!;
    expect(lost).toBeGreaterThan(ADDRESSES / 8);
    expect(lost).toBeLessThan(ADDRESSES * 0.7);
    const known = subjectsKnownByAll!.findIndex((count) => count === 8);
    expect(subjectsDown![stepOf(12)]).toBe(8);
    expect(known).toBeGreaterThan(stepOf(12));
    // Who is next in line has to have noticed, not everybody.
    expect(most(none.slice(known))).toBe(0);
    expect(two.at(-1)).toBe(0);
  });

  it("has an owner on either side of a partition, and keeps both: memberlist does not join again", async () => {
    const cut = { partitions: [{ from: "10 s", until: "60 s", share: 0.5 }] };
    const { unownedAddresses, doublyOwnedAddresses } = await play(cut, 120);
    expect(doublyOwnedAddresses![stepOf(59)]).toBe(ADDRESSES);
    expect(unownedAddresses![stepOf(59)]).toBe(0);
    expect(doublyOwnedAddresses!.at(-1)).toBe(ADDRESSES);
  });

  it("keeps its one owner through a partition that ends before anybody is declared dead", async () => {
    const cut = { partitions: [{ from: "10 s", until: "13 s", share: 0.5 }] };
    const { doublyOwnedAddresses } = await play(cut, 60);
    expect(most(doublyOwnedAddresses!)).toBe(0);
  });
});
