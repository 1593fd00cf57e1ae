/** Overlays in figures: one row each, means over trials. */
import type { Overlay, ViewsRecord, ViewTrial } from "../history/views-record.js";
import type { LabelledOverlay } from "./charts/views.js";
import { formatMean, formatValue, type Format } from "./format.js";
import { figureColumns, type Table } from "./table.js";

/** Name, numbered where records repeat it. */
export function labelledOverlays(records: readonly ViewsRecord[]): LabelledOverlay[] {
  const all = records.flatMap(({ overlays, nodes }) =>
    overlays.map((overlay) => ({ overlay, nodes })),
  );
  const seen = new Map<string, number>();
  return all.map(({ overlay, nodes }, style) => {
    const namesakes = all.filter(({ overlay: { name } }) => name === overlay.name);
    const isSame = namesakes.every((other) => other.nodes === nodes);
    const name = isSame ? overlay.name : `${overlay.name}, ${formatValue(nodes, "count")} nodes`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { label: count === 1 ? name : `${name} (${count})`, style, overlay };
  });
}

export function overlaysTable(overlays: readonly LabelledOverlay[]): Table {
  return {
    caption: "Overlays before the crash and at the end; means over trials",
    columns: figureColumns(
      ...(["Overlay", "Trials", "In-degree sd", "Clustering", "Path length"] as const),
      ...([
        "Dead links at the end",
        "Healed after rounds",
        "Largest part",
        "Memory per node",
      ] as const),
    ),
    rows: overlays.map(({ label, overlay: { trials, bytesPerNode } }) => {
      const mean = meanOf(trials);
      return [
        label,
        String(trials.length),
        mean(({ points }) => points.at(-1)!.inDegreeSd, "number"),
        mean(({ points }) => points.at(-1)!.clustering, "number"),
        mean(({ points }) => points.at(-1)!.pathLength, "number"),
        mean(({ healing }) => healing.at(-1)?.deadLinksPerNode, "number"),
        healedText(trials),
        mean(({ healing }) => healing.at(-1)?.largestShare, "percent"),
        formatValue(bytesPerNode, "bytes"),
      ];
    }),
  };
}

export function overlayTimesTable(overlays: readonly LabelledOverlay[]): Table {
  return {
    caption: "Time of a node's round, before the crash; means over trials",
    columns: figureColumns("Overlay", "WASM", "TypeScript", "TypeScript over WASM", "Digests"),
    rows: overlays.map(({ label, overlay: { trials, digestsEqual } }) => {
      const mean = meanOf(trials);
      return [
        label,
        mean(timeOf("wasm"), "nanoseconds"),
        mean(timeOf("ts"), "nanoseconds"),
        mean((trial) => {
          const [ts, wasm] = [timeOf("ts")(trial), timeOf("wasm")(trial)];
          return ts === undefined || wasm === undefined || wasm === 0 ? undefined : ts / wasm;
        }, "ratio"),
        digestsEqual === null ? "one backend" : digestsEqual ? "equal" : "DIFFER",
      ];
    }),
  };
}

function timeOf(backend: "wasm" | "ts") {
  return ({ arms }: ViewTrial): number | undefined =>
    arms.find((arm) => arm.backend === backend)?.nsPerNodeRound;
}

/** A mean with its standard deviation over trials; a dash where any trial has no value. */
function meanOf(trials: Overlay["trials"]) {
  return (of: (trial: ViewTrial) => number | undefined, format: Format): string => {
    const values = trials.flatMap((trial) => of(trial) ?? []);
    if (values.length < trials.length || values.length === 0) return "–";
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    if (values.length < 2 || squares === 0) return formatValue(mean, format);
    return formatMean(mean, Math.sqrt(squares / (values.length - 1)), format);
  };
}

function healedText(trials: Overlay["trials"]): string {
  if (trials.every(({ healing }) => healing.length === 0)) return "–";
  const rounds = trials.map(
    ({ healing }) => healing.find(({ deadLinksPerNode }) => deadLinksPerNode === 0)?.round,
  );
  if (rounds.includes(undefined)) return "not yet";
  return meanOf(trials)((trial) => rounds[trials.indexOf(trial)], "number");
}
