/**
 * A chart as plain data: what report/charts/ makes of records, what the page embeds as JSON and what
 * the client draws. And the markup around it: heading, sentence, canvas, key, table of the same data.
 */
import { escape, escapeJson } from "./escape.js";
import { asSentence, type Format } from "./format.js";
import { renderTable, type Table } from "./table.js";

export interface Axis {
  /** With its unit: "copies per node". */
  readonly label: string;
  readonly format: Format;
  readonly scale: "linear" | "log";
  readonly min?: number;
  readonly max?: number;
  /** A place beyond the scale for what has no value on it; `max` reaches past it. */
  readonly gutter?: { readonly at: number; readonly label: string };
}

interface ChartText {
  /** Unique within a page; the element's id. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, in one sentence made from the figures. */
  readonly summary: string;
}

/** Curves over a common x axis; the label stands beside the line where there is room. */
export interface LinesModel extends ChartText {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
}

export interface LineSeries {
  readonly label: string;
  /** Decides colour, dash and marker. */
  readonly style: number;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

/** One horizontal bar per row, from zero, cut into parts; the total stands at its end. */
export interface BarsModel extends ChartText {
  readonly kind: "bars";
  readonly x: Axis;
  readonly rows: readonly string[];
  readonly parts: readonly { label: string; values: readonly (number | null)[] }[];
}

/** One line of points per row, each with its interval. */
export interface DotsModel extends ChartText {
  readonly kind: "dots";
  readonly x: Axis;
  readonly rows: readonly string[];
  readonly series: readonly {
    label: string;
    style: number;
    values: readonly (readonly [value: number, low: number, high: number] | null)[];
  }[];
  /** A vertical line of reference. */
  readonly reference?: { readonly at: number; readonly label: string };
}

/** Points in the plane, with whiskers or names, and lines through or beside them. */
export interface ScatterModel extends ChartText {
  readonly kind: "scatter";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly label: string;
    readonly style: number;
    readonly points: readonly ScatterPoint[];
    /** In a fine chart: full marks, for what sums up the others. */
    readonly isLarge?: boolean;
  }[];
  readonly lines: readonly ScatterLine[];
  /** Marks of a few pixels, for hundreds of points. */
  readonly isFine?: boolean;
  /** Stretches of the x axis on a tinted ground. */
  readonly shades?: readonly Shade[];
}

export interface Shade {
  readonly from: number;
  readonly to: number;
}

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the whisker, along y. */
  readonly low?: number;
  readonly high?: number;
  /** Stands beside the point; where not all find room, numbers do, and the key tells them. */
  readonly name?: string;
  /** From 0 to 1: a ring instead of a full mark, the wider the more. */
  readonly ring?: number;
  /** What a reader is told of the point: its title, then one line each. */
  readonly words: readonly string[];
}

export interface ScatterLine {
  /** Beside the line where there is room; none where empty. */
  readonly label: string;
  readonly style: number;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Faint and dashed: not what was measured. */
  readonly isReference?: boolean;
}

/** One thin row per bench: its change with its interval, before the band of changes that do not count. */
export interface ForestModel extends ChartText {
  readonly kind: "forest";
  /** Symmetric about zero; marks beyond it stand at its edge. */
  readonly x: Axis & { readonly min: number; readonly max: number };
  readonly rows: readonly ForestRow[];
}

export interface ForestRow {
  readonly name: string;
  /** Decides shape and colour, see FOREST_LOOKS. */
  readonly state: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly band: readonly [low: number, high: number];
  /** What a reader is told of the row: its title, then one line each. */
  readonly words: readonly string[];
}

/** Looks of states: a colour by its name in the style sheet, a marker, full or hollow. */
export const FOREST_LOOKS: Readonly<
  Record<string, { readonly style: number; readonly marker: string; readonly isFull: boolean }>
> = {
  regressed: { style: 1, marker: "triangle", isFull: true },
  improved: { style: 2, marker: "rectRot", isFull: true },
  equivalent: { style: 0, marker: "rect", isFull: true },
  inconclusive: { style: 6, marker: "circle", isFull: false },
  advisory: { style: 4, marker: "crossRot", isFull: false },
};

export type ChartModel = LinesModel | BarsModel | DotsModel | ScatterModel | ForestModel;

export interface ChartWithTable {
  readonly model: ChartModel;
  readonly table: Table;
}

/** Rows beyond are in the table only: a chart is a picture, not a list. */
export const CHART_ROWS_MAX = 40;

/** Heights the style sheet knows, in rows; a style attribute would need a weaker policy. */
const ROW_CLASSES = [2, 3, 4, 6, 8, 12, 20, 30, CHART_ROWS_MAX] as const;

export function renderChart({ model, table }: ChartWithTable): string {
  const { title, summary } = model;
  const id = escape(model.id);
  const height =
    model.kind === "lines" || model.kind === "scatter"
      ? "tall"
      : `${model.kind === "forest" ? "thin-" : ""}rows-${ROW_CLASSES.find((rows) => rows >= model.rows.length) ?? CHART_ROWS_MAX}`;
  return `<figure class="chart-figure" id="${id}">
<h3 id="${id}-title">${escape(title)}</h3>
<p class="summary" id="${id}-summary">${escape(asSentence(summary))}</p>
<div class="chart ${height}"><canvas role="img" tabindex="0" data-chart="${id}" aria-labelledby="${id}-title" aria-describedby="${id}-summary" aria-details="${id}-data"></canvas></div>
<ul class="key" id="${id}-key"${isLongKey(model) ? ' tabindex="0"' : ""}>${keyItems(model)}</ul>${nameList(model)}
<p class="reading" id="${id}-reading" aria-live="polite"></p>
<details class="data" id="${id}-data"><summary>Figures of this chart<span class="unseen">: ${escape(title)}</span></summary>
${renderTable(table)}
</details>
<script type="application/json" data-model="${id}">${escapeJson(model)}</script>
</figure>`;
}

/** A key of more names than this scrolls where the page is narrow, and the keyboard must reach it. */
const KEY_ITEMS_MAX = 12;

function isLongKey(model: ChartModel): boolean {
  if (model.kind === "bars" || model.kind === "forest") return false;
  return model.series.length > KEY_ITEMS_MAX;
}

/** Every line, part or marker with its name; the client hides it where names stand on the lines. */
function keyItems(model: ChartModel): string {
  if (model.kind === "bars") {
    if (model.parts.length === 1) return "";
    return model.parts
      .map(({ label }, index) => item(`<span class="swatch part-${index}"></span>`, label))
      .join("");
  }
  if (model.kind === "scatter") return scatterKey(model);
  if (model.kind === "forest") return forestKey(model);
  return model.series
    .map(({ label, style }) =>
      item(swatch(style, model.kind === "lines" ? "both" : "marker"), label),
    )
    .join("");
}

/** The states that occur, each with its mark. */
function forestKey({ rows }: ForestModel): string {
  const states = Object.keys(FOREST_LOOKS).filter((name) =>
    rows.some(({ state }) => state === name),
  );
  const marks = states.map((state) => {
    const { style, marker, isFull } = FOREST_LOOKS[state]!;
    const shape = MARKER_PATHS[marker as (typeof MARKERS)[number]];
    const drawn = isFull ? shape : shape.replace('fill="currentColor"', HOLLOW);
    return item(svgSwatch(style, MARKER_BOX, drawn), state);
  });
  return [
    ...marks,
    item('<span class="swatch band"></span>', "floor: smaller changes do not count"),
  ].join("");
}

function scatterKey({ series, lines }: ScatterModel): string {
  const isReference = ({ isReference: faint }: ScatterLine): boolean => faint === true;
  const named = lines.filter((line) => line.label !== "" && !isReference(line));
  const reference = lines.find(isReference);
  const swatches = [
    ...series
      .filter(({ label }) => label !== "")
      .map(({ label, style }) => item(swatch(style, "marker"), label)),
    ...named.map(({ label, style }) => item(swatch(style, "line"), label)),
  ];
  if (reference !== undefined) swatches.push(item(REFERENCE_SWATCH, reference.label));
  return swatches.join("");
}

/** Names by number, shown where the names found no room in the plot. */
function nameList(model: ChartModel): string {
  if (model.kind !== "scatter") return "";
  const names = model.series.flatMap(({ points }) => points.flatMap(({ name }) => name ?? []));
  if (names.length === 0) return "";
  const items = names.map((name) => `<li>${escape(name)}</li>`).join("");
  return `\n<ol class="key names" id="${model.id}-names">${items}</ol>`;
}

function item(mark: string, label: string): string {
  return `<li>${mark} ${escape(label)}</li>`;
}

/** Looks of a series by its number: seven colours, four dashes and five markers never repeat in step. */
export const COLOURS = 7;
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
export const MARKERS = ["circle", "rect", "triangle", "rectRot", "crossRot"] as const;

const REFERENCE_SWATCH =
  '<svg class="swatch-line" viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path d="M0 6H30" stroke="currentColor" stroke-width="1" stroke-dasharray="3 3"/></svg>';

const MARKER_BOX = 'viewBox="9 0 12 12" width="12"';
const HOLLOW = 'fill="none" stroke="currentColor" stroke-width="1.5"';

const MARKER_PATHS: Readonly<Record<(typeof MARKERS)[number], string>> = {
  circle: '<circle cx="15" cy="6" r="3.5" fill="currentColor"/>',
  rect: '<path d="M12 3h6v6h-6z" fill="currentColor"/>',
  triangle: '<path d="M15 2l4 7h-8z" fill="currentColor"/>',
  rectRot: '<path d="M15 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5z" fill="currentColor"/>',
  crossRot: '<path d="M12 3l6 6m0-6l-6 6" stroke="currentColor" stroke-width="2"/>',
};

function swatch(style: number, shows: "line" | "marker" | "both"): string {
  const dash = DASHES[style % DASHES.length]!.join(" ");
  const line =
    shows === "marker"
      ? ""
      : `<path d="M0 6H30" stroke="currentColor" stroke-width="2" stroke-dasharray="${dash || "none"}"/>`;
  const marker = MARKER_PATHS[MARKERS[style % MARKERS.length]!];
  const box = shows === "marker" ? MARKER_BOX : 'viewBox="0 0 30 12" width="30"';
  return svgSwatch(style, box, `${line}${shows === "line" ? "" : marker}`);
}

function svgSwatch(style: number, box: string, parts: string): string {
  return `<svg class="swatch-line colour-${style % COLOURS}" ${box} height="12" aria-hidden="true">${parts}</svg>`;
}
