/** What is made of many runs: sweeps, growth with its line, the Pareto front, reliability, loss. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRecord, suiteRecords, type RunSettings } from "../../test/report/fixture.js";
import type { RunRecord } from "../history/record.js";
import { growthChart, slopeTable } from "./charts/growth.js";
import { lossCharts } from "./charts/loss.js";
import { reliabilityChart } from "./charts/reliability.js";
import { tradeOffChart } from "./charts/trade-off.js";
import { findingsSentence } from "./findings.js";
import { growthOf } from "./growth.js";
import { renderMarkdown } from "./markdown.js";
import { prepareRuns } from "./runs.js";
import { sweepsOf } from "./sweeps.js";
import { frontOf, shownTradeOffs } from "./trade-off.js";

const suite = suiteRecords();
const small: RunSettings = { name: "x", mode: "push", nodes: 64, trials: 3, observe: false };

/** The record with other values of some metrics, the same in every trial. */
function withMetrics(record: RunRecord, metrics: Record<string, number | null>): RunRecord {
  const arms = record.arms.map((arm) => ({
    ...arm,
    trials: arm.trials.map((trial) => ({ ...trial, metrics: { ...trial.metrics, ...metrics } })),
    summary: {
      ...arm.summary,
      ...Object.fromEntries(
        Object.entries(metrics).map(([name, value]) => [
          name,
          { ...arm.summary["coverage"]!, count: value === null ? 0 : 3, mean: value },
        ]),
      ),
    },
  }));
  return { ...record, arms };
}

/** A run on each size whose every trial takes rounds(nodes). */
function grown(
  name: string,
  mode: RunSettings["mode"],
  rounds: (nodes: number) => number | null,
): RunRecord[] {
  return [1, 2, 3, 4].map((power) => {
    const record = makeRecord({ ...small, name: `${name}-1e${power}`, mode });
    const nodes = 10 ** power;
    const changed = withMetrics(record, { roundsTo100: rounds(nodes), roundsTo99_9: 3 });
    return { ...changed, scenario: { ...changed.scenario, nodes } };
  });
}

describe("sweeps", () => {
  it("finds each setting that takes four values while all others stay, and names what is common", () => {
    const found = sweepsOf(prepareRuns(suite)).map(({ setting, label, runs }) => [
      setting,
      label,
      runs.map(({ value }) => value),
    ]);
    expect(found).toEqual([
      ["nodes", "push", [64, 128, 256, 512]],
      ["nodes", "push-pull", [64, 128, 256, 512]],
      ["network lossRatio", "push", [0, 0.01, 0.05, 0.2]],
      ["parameter patience", "cut", [6, 8, 10, 12]],
    ]);
  });

  it("does not depend on the order of runs, and needs four different values", () => {
    const reversed = sweepsOf(prepareRuns(suite.toReversed()));
    expect(reversed.map(({ runs }) => runs.map(({ value }) => value))).toContainEqual([
      0, 0.01, 0.05, 0.2,
    ]);
    const three = [64, 128, 256, 256].map((nodes, seed) => makeRecord({ ...small, nodes, seed }));
    expect(sweepsOf(prepareRuns(three))).toEqual([]);
  });
});

describe("growth", () => {
  it("fits the line that was put in, and stands it beside the published result", () => {
    const records = grown("push", "push", (nodes) => 2 + 1.5 * Math.log2(nodes));
    const [growth, ...others] = growthOf(sweepsOf(prepareRuns(records)), "round");
    expect(others).toEqual([]);
    expect(growth).toMatchObject({ label: "push", percent: 100 });
    expect(growth!.line.slope).toBeCloseTo(1.5, 12);
    expect(growth!.line.intercept).toBeCloseTo(2, 10);
    expect(growth!.line.points).toBe(12);
    // log2 n + ln n + 1.18 is itself a line over log2 n.
    expect(growth!.known!.slope).toBeCloseTo(1.6931, 4);
    expect(growth!.known!.line.slope).toBeCloseTo(1.6931, 4);
    expect(slopeTable([growth!])!.rows[0]!.slice(0, 5)).toEqual([
      "push",
      "1.500",
      "1.500",
      "1.500",
      "1 + ln 2 = 1.693",
    ]);
    const chart = growthChart([growth!])!;
    expect(chart.model.summary).toContain(
      "1.500 rounds per doubling (95 % interval 1.500 to 1.500)",
    );
    expect(findingsSentence(prepareRuns(records))).toMatch(
      /^From 10 to 10,000 nodes push took 1\.500/,
    );
  });

  it("knows push-pull's smaller slope, and nothing of lossy or unknown runs", () => {
    const known = (records: RunRecord[]): string | undefined =>
      growthOf(sweepsOf(prepareRuns(records)), "round")[0]?.known?.slopeText;
    expect(known(grown("a", "push-pull", Math.log2))).toBe("1 / log₂ 3");
    expect(known(grown("a", "push", Math.log2).map((record) => lossy(record)))).toBeUndefined();
  });

  it("takes a smaller share where some trials never reached all", () => {
    const records = grown("push", "push", (nodes) => (nodes > 100 ? null : 7));
    const [growth] = growthOf(sweepsOf(prepareRuns(records)), "round");
    expect(growth).toMatchObject({ percent: 99.9, line: { slope: 0 } });
    expect(growth!.known).toBeUndefined();
  });
});

function lossy(record: RunRecord): RunRecord {
  const { scenario } = record;
  return { ...record, scenario: { ...scenario, network: { ...scenario.network, lossRatio: 0.1 } } };
}

/** Runs with given times and bytes. */
function priced(costs: readonly (readonly [time: number | null, bytes: number])[]): RunRecord[] {
  const base = makeRecord(small);
  return costs.map(([roundsTo99_9, bytesPerNode], index) => {
    const record = withMetrics(base, { roundsTo99_9, bytesPerNode, residue: 0 });
    return { ...record, scenario: { ...record.scenario, name: `run-${index}` } };
  });
}

describe("speed against cost", () => {
  it("finds the front of a hand-made set; what never got there is not on it", () => {
    const records = priced([
      [5, 900],
      [9, 100],
      [7, 400],
      [7, 500],
      [9, 100],
      [8, 400],
      [null, 10],
    ]);
    const [tradeOff] = shownTradeOffs(prepareRuns(records));
    expect(frontOf(tradeOff!).map(({ run }) => run.label)).toEqual([
      "run-0",
      "run-2",
      "run-1",
      "run-4",
    ]);
    const { model, table } = tradeOffChart(tradeOff!);
    expect(model.summary).toContain("1 run did not reach 99.9 %");
    expect(table.rows.at(-1)!.slice(0, 2)).toEqual(["run-6", "never"]);
  });

  it("leaves nothing on the front that another beats, and everything else beaten", () => {
    const cost = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
    const check = fc.property(fc.array(cost, { minLength: 4, maxLength: 12 }), (costs) => {
      const [tradeOff] = shownTradeOffs(prepareRuns(priced(costs)));
      tradeOff!.points.forEach(({ onFront }, index) => {
        const [time, bytes] = costs[index]!;
        const isBeaten = costs.some(([t, b]) => t <= time && b <= bytes && (t < time || b < bytes));
        expect(onFront).toBe(!isBeaten);
      });
    });
    fc.assert(check, { numRuns: 40 });
  });

  it("compares four runs or more on the same nodes, clock and loss only", () => {
    expect(
      shownTradeOffs(
        prepareRuns(
          priced([
            [1, 1],
            [2, 2],
            [3, 3],
          ]),
        ),
      ),
    ).toEqual([]);
    const sizes = [64, 65, 66, 67].map((nodes) => makeRecord({ ...small, nodes }));
    expect(shownTradeOffs(prepareRuns(sizes))).toEqual([]);
    const [first, ...others] = priced([
      [1, 4],
      [2, 3],
      [3, 2],
      [4, 1],
    ]);
    expect(shownTradeOffs(prepareRuns([lossy(first!), ...others]))).toEqual([]);
    const [whole] = shownTradeOffs(prepareRuns([first!, ...others].map(lossy)));
    expect(tradeOffChart(whole!).model.title).toBe("Speed against cost, 64 nodes, 10\u00a0% loss");
  });

  it("gives the wider ring to the larger residue, and none to a run that missed nobody", () => {
    const records = priced([
      [1, 4],
      [2, 3],
      [3, 2],
      [4, 1],
    ]).map((record, index) => withMetrics(record, { residue: [0, 1e-5, 1e-3, 0.1][index]! }));
    const { model } = tradeOffChart(shownTradeOffs(prepareRuns(records))[0]!);
    const rings = model.kind === "scatter" ? model.series[0]!.points.map(({ ring }) => ring) : [];
    expect(rings[0]).toBeUndefined();
    expect(rings[1]!).toBeLessThan(rings[2]!);
    expect(rings[2]!).toBeLessThan(rings[3]!);
    expect(rings[3]!).toBeLessThanOrEqual(1);
  });
});

describe("reliability and loss", () => {
  it("reads the copies per 9 off runs whose residue falls tenfold for two copies", () => {
    const records = [1, 2, 3, 4].map((k) => {
      const record = makeRecord({ ...small, name: `rm-k${k}`, parameters: { k } });
      return withMetrics(record, { messagesPerNode: 1 + 2 * k, residue: 10 ** -k });
    });
    const { model, table } = reliabilityChart(sweepsOf(prepareRuns(records)))!;
    expect(model.summary).toMatch(/: 2 \(2 to 2\) in rm$/);
    expect(table.rows[3]).toEqual(["rm", "k 4", "9", "99.99\u00a0%", "0.01\u00a0%", "0", "3"]);
  });

  it("tells time and copies beyond those without loss", () => {
    const records = [0, 0.1, 0.2, 0.3].map((lossRatio) => {
      const record = makeRecord({ ...small, name: `push-${lossRatio}`, lossRatio });
      const roundsTo100 = lossRatio === 0.3 ? null : 10 + 100 * lossRatio;
      return withMetrics(record, { roundsTo100, messagesPerNode: 4 + lossRatio, residue: 0 });
    });
    const [time, copies, ...missed] = lossCharts(sweepsOf(prepareRuns(records)), "round");
    expect(time!.model.summary).toMatch(/at 30.% loss over that at 0.%: push misses nodes$/);
    expect(missed, "nobody was missed").toEqual([]);
    expect(copies!.model.summary).toMatch(/: push 1\.07×$/);
    expect(time!.table.rows.map((row) => row.slice(2, 6))).toEqual([
      ["10", "0", "4", "0"],
      ["20", "10", "4.1", "0.1"],
      ["30", "20", "4.2", "0.2"],
      ["never", "–", "4.3", "0.3"],
    ]);
  });

  it("stands in the Markdown too, and only where there are runs enough", () => {
    const headings = (records: RunRecord[]): string[] =>
      [...renderMarkdown(records).matchAll(/^## (.*)$/gm)].map(([, text]) => text!);
    expect(headings(suite).slice(0, 4)).toEqual([
      "Growth",
      "Reliability",
      "Loss",
      "Speed against cost",
    ]);
    expect(headings([makeRecord(small)])[0]).toBe("Spread, by rounds");
  });
});
