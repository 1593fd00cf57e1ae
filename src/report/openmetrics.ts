/**
 * Records as OpenMetrics text (version 1.0): gauges with units in their names, one family after another,
 * labels escaped, `# EOF` at the end. What was never reached is left out: a gauge has no null.
 */
import type { BenchRecord } from "../history/bench-record.js";
import type { RunRecord } from "../history/record.js";
import type { ValidateRecord } from "../history/validate-record.js";

export interface Family {
  readonly name: string;
  /** "seconds", "bytes", "ratio"; the name ends with it. */
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

export function renderRunOpenMetrics(records: readonly RunRecord[]): string {
  const arms = records.flatMap(({ id, scenario, arms: all }) =>
    all.map(({ backend, trials, summary }) => ({
      labels: {
        ...{ record: id, scenario: scenario.name, protocol: scenario.protocol },
        ...{ nodes: String(scenario.nodes), backend },
      },
      ...{ trials, summary },
    })),
  );
  return renderOpenMetrics([
    {
      name: "hearsay_run_complete",
      help: "1 for a run with all its trials, 0 for one that was cut short.",
      samples: records.map(({ id, scenario, status }) => ({
        labels: { record: id, scenario: scenario.name },
        value: status === "complete" ? 1 : 0,
      })),
    },
    {
      name: "hearsay_run_digests_equal",
      help: "1 where both backends ended every trial in the same state, 0 where not.",
      samples: records.map(({ id, scenario, agreement }) => ({
        labels: { record: id, scenario: scenario.name },
        value: agreement.digestsEqual === null ? null : Number(agreement.digestsEqual),
      })),
    },
    {
      name: "hearsay_run_trials",
      help: "Trials that were finished.",
      samples: arms.map(({ labels, trials }) => ({ labels, value: trials.length })),
    },
    {
      name: "hearsay_run_trial_seconds",
      unit: "seconds",
      help: "Wall time of each trial.",
      samples: arms.flatMap(({ labels, trials }) =>
        trials.map(({ seed, elapsedMs }) => ({
          labels: { ...labels, seed: String(seed) },
          value: elapsedMs / 1000,
        })),
      ),
    },
    {
      name: "hearsay_run_node_round_seconds",
      unit: "seconds",
      help: "Wall time per node and round, mean over trials.",
      samples: arms.map(({ labels, trials }) => ({
        labels,
        value: meanOf(trials.map(({ nsPerNodeRound }) => nsPerNodeRound / 1e9)),
      })),
    },
    {
      name: "hearsay_run_metric",
      help: "Every measure of a run, mean over trials; its unit is part of the metric's name.",
      samples: arms.flatMap(({ labels, summary }) =>
        Object.entries(summary).map(([metric, { mean }]) => ({
          labels: { ...labels, metric },
          value: mean,
        })),
      ),
    },
  ]);
}

export function renderBenchOpenMetrics(records: readonly BenchRecord[]): string {
  const arms = records.flatMap(({ id, rows }) =>
    rows.flatMap((row) =>
      row.arms.map((arm) => ({
        labels: {
          ...{ record: id, bench: row.id, scope: row.scope },
          ...{ size: String(row.size), arm: arm.name },
        },
        arm,
      })),
    ),
  );
  return renderOpenMetrics([
    {
      name: "hearsay_bench_operation_seconds",
      unit: "seconds",
      help: "Time of one operation, median over rounds.",
      samples: arms.map(({ labels, arm }) => ({
        labels,
        value: arm.summary === null ? null : arm.summary.p50 / 1e9,
      })),
    },
    {
      name: "hearsay_bench_over_wasm_ratio",
      unit: "ratio",
      help: "Time over the time of WASM, paired by round.",
      samples: arms.map(({ labels, arm }) => ({ labels, value: arm.overWasm?.ratio ?? null })),
    },
    {
      name: "hearsay_bench_correct",
      help: "1 for an arm whose result was right, 0 for one whose result was not.",
      samples: arms.map(({ labels, arm }) => ({
        labels,
        value: arm.status === "missing" ? null : Number(arm.status !== "wrong"),
      })),
    },
  ]);
}

export function renderValidateOpenMetrics(records: readonly ValidateRecord[]): string {
  const cases = records.flatMap(({ id, cases: all }) =>
    all.map((each) => ({
      labels: { record: id, source: each.source, index: String(each.index), case: each.label },
      each,
    })),
  );
  const measures = cases.flatMap(({ labels, each }) =>
    each.measures.map((measure) => ({ labels: { ...labels, measure: measure.name }, measure })),
  );
  return renderOpenMetrics([
    {
      name: "hearsay_validate_passed",
      help: "1 for a case within its tolerance, 0 for a failed one; skipped and shown ones are left out.",
      samples: cases.map(({ labels, each }) => ({
        labels: { ...labels, verdict: each.verdict },
        value: each.verdict === "fail" ? 0 : ["pass", "off"].includes(each.verdict) ? 1 : null,
      })),
    },
    {
      name: "hearsay_validate_expected",
      help: "The published figure.",
      samples: measures.map(({ labels, measure }) => ({ labels, value: measure.expected })),
    },
    {
      name: "hearsay_validate_measured",
      help: "Our figure.",
      samples: measures.map(({ labels, measure }) => ({ labels, value: measure.measured })),
    },
    {
      name: "hearsay_validate_case_seconds",
      unit: "seconds",
      help: "Wall time of a case.",
      samples: cases.map(({ labels, each }) => ({ labels, value: each.elapsedMs / 1000 })),
    },
  ]);
}

/** Families without a sample are left out. */
export function renderOpenMetrics(families: readonly Family[]): string {
  const blocks = families.map(({ name, unit, help, samples }) => {
    const lines = samples.flatMap(({ labels, value }) =>
      value === null ? [] : [`${name}${labelText(labels)} ${numberText(value)}`],
    );
    if (lines.length === 0) return "";
    const unitLine = unit === undefined ? [] : [`# UNIT ${name} ${unit}`];
    const about = [`# TYPE ${name} gauge`, ...unitLine, `# HELP ${name} ${escapeLabel(help)}`];
    return `${[...about, ...lines].join("\n")}\n`;
  });
  return `${blocks.join("")}# EOF\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Backslash, quote and line feed, as section 3.1 of the format says; lone halves of pairs are no UTF-8. */
function escapeLabel(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
