/** The table that compare, gate and calibrate print: one line a row within 80 columns, the worst first. */
import { styleText } from "node:util";
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { percent } from "../measure/verdicts.js";
import { printable } from "../report/escape.js";
import { shownPath } from "./files.js";
import { renderTable, TERMINAL_COLUMNS } from "./table.js";

const STATES = ["regressed", "improved", "equivalent", "inconclusive", "advisory"] as const;

/** A shape beside each word: output is read without colours, too. */
const MARKS: Readonly<Record<string, string>> = {
  regressed: "▲",
  improved: "▼",
  equivalent: "=",
  inconclusive: "?",
  advisory: "◇",
};

/** Colours go where the stream shows them: NO_COLOR, FORCE_COLOR and pipes are respected. */
const COLOURS = { "▲ regressed": "red", "▼ improved": "green", "✗": "red" } as const;

/** @param files that were written, the record first @param accepted lines of the accept file's entries */
export function renderMeasureSummary(
  { header, rows }: MeasureRecord,
  files: readonly string[],
  accepted: readonly string[] = [],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const judged = rows
    .filter(({ scope }) => scope !== "canary")
    .toSorted((a, b) => weight(b) - weight(a));
  const counts = STATES.map(
    (state) => `${judged.filter(({ verdict }) => verdict.state === state).length} ${state}`,
  );
  const overhead = Math.max(0, ...judged.map((row) => row.overhead ?? 0));
  const moved = header.canaries.filter(({ stable }) => !stable).map(({ id }) => id);
  const untried = judged.filter((row) => row.status === "measured" && row.verdict.look === 0);
  const ending = commonEnding(judged.map(({ id }) => id));
  const table = renderTable(
    [
      { title: ending === "" ? "row" : `row, each ${ending.slice(1)}`, align: "left" },
      ...["change", "95 % interval", "finds"].map((title) => ({ title, align: "right" as const })),
      { title: "verdict", align: "left" },
    ],
    judged.map((row) => cellsOf(row, ending)),
  );
  const record = shownPath(files[0]!);
  return [
    counts.join(", "),
    coloured(table, stream),
    ...noteLines(judged).map(printable),
    ...accepted,
    ...(untried.length === 0
      ? []
      : [`${untried.length} rows had no time for a first look: they are not decided`]),
    moved.length === 0 ? "canaries held" : `canaries moved: ${printable(moved.join(", "))}`,
    `a block's empty loop took at most ${(100 * overhead).toFixed(2)} % of it`,
    ...files.map((file) => `wrote ${shownPath(file)}`),
    `arithmetic of a row: hearsay explain ID ${record}`,
    "",
  ].join("\n");
}

function cellsOf({ id, status, verdict }: MeasureRow, ending: string): string[] {
  const { delta, ci95, detectable, state } = verdict;
  const name = printable(id.slice(0, id.length - ending.length));
  if (status !== "measured") return [name, "", "", "", `✗ ${status}`];
  return [
    name,
    delta === null ? "" : percent(delta),
    ci95 === null ? "" : `${percent(ci95[0]).replace(" %", "")} to ${percent(ci95[1])}`,
    detectable === null ? "" : `${(100 * detectable).toFixed(1)} %`,
    `${MARKS[state] ?? "·"} ${state}`,
  ];
}

/** "/wasm-over-ts" where all rows end so: said once, it leaves room for what tells them apart. */
function commonEnding(ids: readonly string[]): string {
  const endings = new Set(ids.map((id) => id.slice(id.lastIndexOf("/"))));
  const [ending = ""] = endings;
  return endings.size === 1 && ids.length > 1 && ending.startsWith("/") ? ending : "";
}

/** Each reason once, with how many rows have it. */
function noteLines(rows: readonly MeasureRow[]): string[] {
  const notes = new Map<string, string[]>();
  for (const { id, note, verdict } of rows) {
    const text = verdict.note ?? note;
    if (text !== null) notes.set(text, [...(notes.get(text) ?? []), id]);
  }
  return [...notes].flatMap(([text, ids]) => {
    const of = ids.length === 1 ? ids[0]! : `${ids.length} rows`;
    const line = `${of}: ${text}`;
    return line.length <= TERMINAL_COLUMNS ? [line] : [`${of}:`, `  ${text}`];
  });
}

function coloured(table: string, stream: NodeJS.WriteStream): string {
  return table.replace(/▲ regressed|▼ improved|✗/g, (word) =>
    styleText(COLOURS[word as keyof typeof COLOURS], word, { stream }),
  );
}

function weight({ status, verdict }: MeasureRow): number {
  if (status !== "measured") return Infinity;
  return Math.abs(verdict.delta ?? 0) / Math.max(verdict.floor, 1e-6);
}
