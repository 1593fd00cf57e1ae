/** The rule by hand-made rounds, and its simulation against the table of the method. */
import { describe, expect, it } from "vitest";
import { judge, type Evidence } from "./judge.js";
import { simulate } from "./simulation.js";

const rule = { looks: [8, 14, 20], seed: 1 };
const wobble = [0.001, -0.002, 0.0015, 0, -0.0005, 0.002, -0.001, 0.0005];
const around = (centre: number): number[] => wobble.map((value) => centre + value);

function evidence(part: Partial<Evidence>): Evidence {
  return { id: "a", rounds: around(0), confirmRounds: [], floor: 0.02, ...part };
}

describe("judge", () => {
  it("knows the five states", () => {
    const states = judge(
      [
        evidence({ rounds: around(0.05), confirmRounds: around(0.05) }),
        evidence({ rounds: around(-0.05) }),
        evidence({}),
        evidence({ rounds: around(0.02) }),
        evidence({ floor: 0.11, rounds: around(0.5) }),
      ],
      rule,
    ).map(({ state }) => state);
    expect(states).toEqual(["regressed", "improved", "equivalent", "inconclusive", "advisory"]);
  });

  it("asks for a confirmation, and drops what new rounds do not find", () => {
    const slow = { rounds: around(0.05) };
    const [asked] = judge([evidence(slow)], rule);
    expect(asked).toMatchObject({ state: "inconclusive", awaits: true });
    const [dropped] = judge([evidence({ ...slow, confirmRounds: around(0.005) })], rule);
    expect(dropped).toMatchObject({ state: "inconclusive", awaits: false });
  });

  it("judges nothing before the first look, and does not peek between looks", () => {
    const few = judge([evidence({ rounds: around(0.05).slice(1) })], rule)[0];
    expect(few).toMatchObject({ state: "inconclusive", look: 0, isOpen: true });
    const between = [...around(0.02), 0.2, 0.2, 0.2];
    expect(judge([evidence({ rounds: between })], rule)[0]!.estimate!.count).toBe(8);
  });

  it("one outlier makes no regression", () => {
    const rounds = [0.9, 0, 0, 0, 0, 0, 0, 0.001];
    expect(judge([evidence({ rounds })], rule)[0]!.state).toBe("inconclusive");
  });
});

describe("simulation of the rule", () => {
  // Shares of the method's table (1500 runs each): noise, change, false red, naive, found.
  const quiet = { sd: 0.01, noisyShare: 0, biasSd: 0 };
  const loud = { sd: 0.02, noisyShare: 0, biasSd: 0 };
  const heavy = { sd: 0.02, noisyShare: 0.1, biasSd: 0 };
  const biased = { sd: 0.01, noisyShare: 0.1, biasSd: 0.01 };
  const runs = 100;
  it.each([
    ["SD 1 %, +3 %", quiet, 0.03, 0, 0, 0.63],
    ["SD 1 %, +5 %", quiet, 0.05, 0, 0, 1],
    ["SD 2 %, +3 %", loud, 0.03, 0, 0.04, 0.06],
    ["SD 2 %, +5 %", loud, 0.05, 0, 0.04, 0.98],
    ["noisy rounds, +5 %", heavy, 0.05, 0, 0.15, 0.56],
    ["noisy rounds, +8 %", heavy, 0.08, 0, 0.15, 0.93],
    ["bias, +3 %", biased, 0.03, 0.065, 0.85, 0.35],
    ["bias, +5 %", biased, 0.05, 0.065, 0.85, 0.87],
  ])("%s", (_, noise, change, falseRed, naive, found) => {
    const cell = simulate(noise, { runs, rows: 50, change, seed: 11 });
    // Four standard errors of 100 runs, at least one run in 25.
    const near = (share: number): number =>
      Math.max(0.04, 4 * Math.sqrt((share * (1 - share)) / runs));
    expect(Math.abs(cell.falseRed - falseRed)).toBeLessThanOrEqual(near(falseRed));
    expect(Math.abs(cell.falseRedNaive - naive)).toBeLessThanOrEqual(near(naive));
    expect(Math.abs(cell.found - found)).toBeLessThanOrEqual(near(found));
  });
});
