/** What `hearsay views` prints at its end: one row per overlay, means over its trials. */
import type { Overlay, ViewsRecord, ViewTrial } from "../history/views-record.js";
import { trimmed } from "../units.js";
import { renderTable, type Column } from "./table.js";

const right = (title: string): Column => ({ title, align: "right" });

const COLUMNS: readonly Column[] = [
  { title: "overlay", align: "left" },
  ...["degree sd", "clustering", "path", "dead", "healed", "wasm ns", "ts"].map(right),
];

export function renderViewsSummary(record: ViewsRecord): string {
  const rows = record.overlays.map(row);
  return [
    renderTable(COLUMNS, rows),
    "degree sd, clustering, path: before the crash; dead: links per node at the end;",
    "healed: rounds until none is dead; wasm ns: per node and round; ts: times as long",
    agreement(record),
  ].join("\n");
}

function agreement({ overlays }: ViewsRecord): string {
  const differing = overlays.filter(({ digestsEqual }) => digestsEqual === false);
  if (differing.length > 0)
    return `DIGESTS DIFFER: ${differing.map(({ name }) => name).join(", ")}`;
  const isCompared = overlays.some(({ digestsEqual }) => digestsEqual === true);
  return isCompared ? "digests: equal on both backends" : "digests: one backend, none compared";
}

function row({ name, trials }: Overlay): string[] {
  const mean = (of: (trial: ViewTrial) => number | undefined): string => {
    const values = trials.flatMap((trial) => of(trial) ?? []);
    return values.length < trials.length || values.length === 0
      ? "-"
      : trimmed(values.reduce((sum, value) => sum + value, 0) / values.length);
  };
  const ns = (backend: "wasm" | "ts") => (trial: ViewTrial) =>
    trial.arms.find((arm) => arm.backend === backend)?.nsPerNodeRound;
  const ratio = mean((trial) => {
    const [ts, wasm] = [ns("ts")(trial), ns("wasm")(trial)];
    return ts === undefined || wasm === undefined || wasm === 0 ? undefined : ts / wasm;
  });
  return [
    name,
    mean(({ points }) => points.at(-1)!.inDegreeSd),
    mean(({ points }) => points.at(-1)!.clustering),
    mean(({ points }) => points.at(-1)!.pathLength),
    mean(({ healing }) => healing.at(-1)?.deadLinksPerNode),
    mean(({ healing }) => healing.find(({ deadLinksPerNode }) => deadLinksPerNode === 0)?.round),
    mean(ns("wasm")),
    ratio === "-" ? ratio : `${ratio}x`,
  ];
}
