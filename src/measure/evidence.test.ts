/** What a round tells about its own soundness, on made-up blocks, rounds and machines. */
import { describe, expect, it } from "vitest";
import { readMachine, type Machine } from "../history/machine.js";
import type { MeasuredRound, Quad } from "../history/measure-record.js";
import { collectionsIn } from "./collections.js";
import { coresOf, disturbedShares } from "./cores.js";
import { diagnose, type Observed } from "./doctor.js";
import { overlapsOf } from "./order.js";
import { uniform } from "./random.js";
import { armTime, varianceSplit } from "./variance.js";
import { emptyRow } from "./session.js";

describe("the order log", () => {
  it("counts blocks that began before the one before had ended", () => {
    const block = (from: number, to: number) => ({ ns: 1, from: String(from), to: String(to) });
    expect(overlapsOf([block(0, 5), block(6, 9), block(10, 12)])).toBe(0);
    expect(overlapsOf([block(0, 5), block(4, 9), block(10, 12)])).toBe(1);
    // More digits than a double holds.
    const late = 2n ** 60n;
    const tight = [
      { ns: 1, from: "0", to: String(late) },
      { ns: 1, from: String(late - 1n), to: String(late + 1n) },
    ];
    expect(overlapsOf(tight)).toBe(1);
  });
});

describe("collections", () => {
  it("are counted by their part in a block, and full ones mark it", () => {
    const blocks = [
      { from: 0, to: 2 },
      { from: 10, to: 12 },
      { from: 20, to: 22 },
    ];
    const found = collectionsIn(blocks, [
      { from: 4, to: 9, isMajor: true }, // between blocks, as it was asked for
      { from: 11.5, to: 13, isMajor: true },
      { from: 20.25, to: 20.5, isMajor: false },
    ]);
    expect(found).toEqual({ ms: 0.75, majorBlocks: [1] });
  });
});

describe("the machine", () => {
  it("tells steal and throttling as shares, and null where it does not know", () => {
    const at = (stealJiffies: number | null, allJiffies: number, throttledMs: number | null) => ({
      ...{ stealJiffies, allJiffies, throttledMs },
    });
    expect(disturbedShares(at(5, 100, 10), at(7, 200, 60), 1000)).toEqual({
      ...{ steal: 0.02, throttled: 0.05 },
    });
    expect(disturbedShares(at(null, 0, null), at(null, 0, null), 10)).toEqual({
      ...{ steal: null, throttled: null },
    });
    expect(coresOf("0-2,5")).toEqual([0, 1, 2, 5]);
  });

  it("is read from files, which may all be missing", () => {
    const none = readMachine("/none", () => null);
    expect(Object.values(none).every((value) => value === null)).toBe(true);
    const files = new Map([
      ["/proc/cpuinfo", "processor : 0\nmicrocode : 0x2b\nflags : fpu hypervisor\nprocessor : 1\n"],
      ["/proc/loadavg", "3.00 2.00 1.00 1/100 4\n"],
      ["/proc/stat", "cpu  10 0 10 70 0 0 0 10 0 0\ncpu0 1 1 1 1 1 1 1 1\n"],
      ["/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"],
      ["/sys/devices/system/cpu/smt/active", "1\n"],
      [
        "/none/asconfig.json",
        '{"options":{"runtime":"stub"},"targets":{"release":{"outFile":"x","optimizeLevel":3}}}',
      ],
    ]);
    expect(readMachine("/none", (file) => files.get(file) ?? null)).toEqual({
      ...{ microcode: "0x2b", governor: null, boost: true, smt: true },
      ...{ container: "virtual machine", lockfile: null, assemblyScript: null },
      compileFlags: '{"runtime":"stub","optimizeLevel":3}',
      ...{ load: 1.5, steal: 0.1 },
    });
  });
});

const QUIET: Machine = {
  ...{ microcode: null, governor: "performance", boost: false, smt: false, container: null },
  ...{ lockfile: null, assemblyScript: null, compileFlags: null, load: 0.1, steal: 0 },
};
const GOOD: Observed = {
  ...{ machine: QUIET, cores: 8, freeCores: 7.9, quotaCores: null, throttledMs: 0, steal: 0 },
  ...{ clock: { stepNs: 50, costNs: 60 }, flags: [], onBattery: null, pins: "6,7" },
  memory: { availableShare: 0.8, pressure: 0 },
  node: { version: "26.1.0", wanted: "26.1.0" },
};

describe("the doctor", () => {
  it("finds nothing on a quiet machine", () => {
    expect(diagnose(GOOD).filter(({ level }) => level !== "ok")).toEqual([]);
  });

  it.each([
    ["governor", { machine: { ...QUIET, governor: "powersave" } }, "warn"],
    ["boost", { machine: { ...QUIET, boost: true } }, "warn"],
    ["SMT", { machine: { ...QUIET, smt: true } }, "warn"],
    ["load", { machine: { ...QUIET, load: 0.9 } }, "warn"],
    ["power", { onBattery: true }, "bad"],
    ["cores", { cores: 1 }, "bad"],
    ["cores", { freeCores: 0.7 }, "warn"],
    ["pinning", { pins: null }, "warn"],
    ["quota", { quotaCores: 1.5 }, "bad"],
    ["throttled", { throttledMs: 40 }, "bad"],
    ["steal", { steal: 0.03 }, "bad"],
    ["memory", { memory: { availableShare: 0.05, pressure: null } }, "bad"],
    ["clock", { clock: { stepNs: 1e6, costNs: 60 } }, "bad"],
    ["flags", { flags: ["--jitless"] }, "bad"],
    ["Node", { node: { version: "24.0.0", wanted: "26.1.0" } }, "warn"],
  ] satisfies [string, Partial<Observed>, string][])("%s: %o", (name, change, level) => {
    const spoilt = diagnose({ ...GOOD, ...change }).filter((finding) => finding.level !== "ok");
    expect(spoilt.map((finding) => [finding.name, finding.level])).toEqual([[name, level]]);
    expect(spoilt[0]!.advice).not.toBe("");
    expect(spoilt[0]!.advice.length).toBeLessThanOrEqual(38); // the table is 80 columns wide
  });
});

/** Rounds with normal-like noise of the given spreads, in ln units. */
function noisyRounds(count: number, quads: number, between: number, within: number) {
  const random = uniform(7);
  const draw = (): number => random() + random() + random() + random() - 2; // variance 1/3
  const rounds = Array.from({ length: count }, (_, seed): MeasuredRound => {
    const shift = Math.sqrt(3) * between * draw();
    const made = Array.from({ length: quads }, (): Quad => {
      const head = 100 * Math.exp(shift + Math.sqrt(3) * within * draw());
      return { order: "ABBA", ns: [100, head, head, 100] };
    });
    const flat = { state: "flat" as const, ns: [1] };
    const warmUp = { base: flat, head: flat };
    return { seed, confirms: false, quads: made, warmUp, costMs: 400 };
  });
  return rounds;
}

describe("the split of noise", () => {
  it("finds both parts, and asks for more quads where these are the noise", () => {
    const calls = 10_000; // blocks of 1 ms
    const noisy = varianceSplit(noisyRounds(200, 20, 0.01, 0.05), calls);
    expect(Math.sqrt(noisy.between)).toBeGreaterThan(0.007);
    expect(Math.sqrt(noisy.between)).toBeLessThan(0.013);
    expect(Math.sqrt(noisy.within)).toBeCloseTo(Math.sqrt((1.57 * 0.05 ** 2) / 20), 3);
    const still = varianceSplit(noisyRounds(200, 20, 0.01, 0.002), calls);
    expect(noisy.bestQuads!).toBeGreaterThan(still.bestQuads!);
    expect(varianceSplit(noisyRounds(8, 20, 0, 0), calls).bestQuads).toBeNull();
  });

  it("shows an arm's time with an interval around it, the same each time", () => {
    const target = { id: "a", scope: "call", floor: 0.02 } as Parameters<typeof emptyRow>[0];
    const row = { ...emptyRow(target), rounds: noisyRounds(12, 10, 0.02, 0.02) };
    const { ns, ci95 } = armTime(row, "B", 3);
    expect(ci95![0]).toBeLessThan(ns);
    expect(ci95![1]).toBeGreaterThan(ns);
    expect(ci95![1] - ci95![0]).toBeLessThan(10);
    expect(armTime(row, "B", 3).ci95).toEqual(ci95);
    expect(armTime(row, "A", 3)).toEqual({ ns: 100, ci95: [100, 100] });
  });
});
