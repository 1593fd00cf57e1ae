/** The chart of detectors: times and rates as the measures have them, and what never came. */
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../history/record.js";
import { makeRecord, summarizeValues } from "../../test/report/fixture.js";
import { detectorsChart } from "./charts/detectors.js";
import { detectionsOf } from "./detections.js";
import { prepareRuns, spreadsNothing } from "./runs.js";

/** A run of 36 simulated seconds in windows of 100 ms with the given measures of a detector. */
function detecting(name: string, measures: Readonly<Record<string, number | null>>): RunRecord {
  const settings = { name, mode: "push", nodes: 100, trials: 2, clock: "event" } as const;
  const record = makeRecord({ ...settings, observe: false });
  const time = Array.from({ length: 361 }, (_, step) => step * 100);
  const summary = Object.fromEntries(
    Object.entries(measures).map(([metric, value]) => [metric, summarizeValues([value, value])]),
  );
  const arms = record.arms.map((arm) => ({
    ...arm,
    summary: { ...arm.summary, ...summary },
    trials: arm.trials.map((trial) => ({ ...trial, series: { ...trial.series, time } })),
  }));
  return { ...record, arms };
}

describe("detectors", () => {
  const quick = { firstDetectionSteps: 20, allKnowSteps: 35, falseAlarms: 8 };
  const blind = { firstDetectionSteps: 50, allKnowSteps: null, falseAlarms: 0 };
  const runs = prepareRuns([detecting("quick", quick), detecting("blind", blind)]);
  const { model, table } = detectorsChart(runs)!;
  if (model.kind !== "scatter") throw new Error("not a scatter chart");

  it("stand at their time and their rate; what never came stands beyond the axis", () => {
    const [all, first] = model.series.map(({ points }) => points.map(({ x, y }) => [x, y]));
    const never = model.x.gutter!.at;
    // 8 alarms of 100 nodes in a hundredth of an hour.
    expect(all).toEqual([
      [3500, 8],
      [never, 0],
    ]);
    expect(first).toEqual([
      [2000, 8],
      [5000, 0],
    ]);
    expect(never).toBeGreaterThan(5000);
    expect(table.rows.map((row) => row.slice(0, 3))).toEqual([
      ["quick", "2 s", "3.5 s"],
      ["blind", "5 s", "never"],
    ]);
    expect(model.summary).toMatch(/^quick was the first .* after 3\.5 s; 1 of 2 runs gave no/);
  });

  it("had a crash to find when one trial had, even if another tracked none of those that crashed", () => {
    const [run] = prepareRuns([detecting("some", quick)]);
    const down = (values: readonly number[][]) =>
      detectionsOf([
        {
          ...run!,
          trials: run!.trials.map((trial, index) => ({
            ...trial,
            series: { ...trial.series, measures: { subjectsDown: [...values[index]!] } },
          })),
        },
      ])[0]!.hasCrash;
    expect(down([[0], [0, 2]])).toBe(true);
    expect(
      down([
        [0, 0],
        [2, 0],
      ]),
    ).toBe(false);
  });

  it("and stores spread nothing: all nodes are covered at once, where a rumor begins with one", () => {
    const [run] = prepareRuns([detecting("some", quick)]);
    const starting = (coverage: number[]): boolean => {
      const trials = run!.trials.map((trial) => ({
        ...trial,
        series: { ...trial.series, coverage },
      }));
      return spreadsNothing({ ...run!, trials });
    };
    expect(starting([1, 1, 0.9])).toBe(true);
    expect(starting([0, 1, 0.4])).toBe(true);
    expect(starting([0.5, 1])).toBe(false);
    expect(starting([0, 0, 1])).toBe(false);
  });

  it("are no chart of rumors, nor of models on a round clock", () => {
    expect(detectorsChart(prepareRuns([detecting("rumor", {})]))).toBeUndefined();
    const round = detecting("round", quick);
    const clock = { ...round.scenario.clock, kind: "round" } as const;
    const scenario = { ...round.scenario, clock };
    expect(detectorsChart(prepareRuns([{ ...round, scenario }]))).toBeUndefined();
  });
});
