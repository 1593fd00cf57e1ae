/** The browser side of a page of paired measuring: charts, the chosen row unpacked, downloads. */
import type { MeasureRow } from "../../history/measure-record.js";
import { distributionChart, differencesChart } from "../charts/measured-row.js";
import { timeLineChart } from "../charts/time-line.js";
import {
  wholeRow,
  type PackedRecords,
  type PackedRow,
  type SlimRow,
  type WarmUpTimes,
} from "../measure-raw.js";
import { csvCell } from "../csv.js";
import { mountCharts, showChart } from "./charts.js";
import { saveBlob } from "./download.js";
import { inflate } from "./raster.js";

const packed = JSON.parse(document.getElementById("measured")!.textContent) as PackedRecords;

document.documentElement.classList.add("live");
mountCharts();
mountDownloads();
void mountRows().finally(() => document.documentElement.classList.add("ready"));

async function mountRows(): Promise<void> {
  const choice = document.querySelector<HTMLSelectElement>("#row-name");
  if (choice === null) return;
  const places = document.getElementById("row-charts")!;
  const note = document.getElementById("row-note")!;
  let shown = 0;
  let remove: (() => void)[] = [];
  const show = async (): Promise<void> => {
    const turn = ++shown;
    const source = packed.rows[Number(choice.value)]!;
    const row = await unpack(source);
    // Another row was chosen meanwhile.
    if (turn !== shown || row === null) return;
    for (const each of remove) each();
    places.replaceChildren();
    remove = [distributionChart(row), differencesChart(row), timeLineChart(row)].map((chart) => {
      const place = document.createElement("div");
      places.append(place);
      return showChart(place, chart);
    });
    note.textContent =
      source.warmUps === null ? "The warm-ups of this row are in its record only." : "";
  };
  const move = (step: number): void => {
    const count = choice.options.length;
    choice.selectedIndex = (choice.selectedIndex + step + count) % count;
    void show();
  };
  choice.addEventListener("change", () => void show());
  document.getElementById("row-before")!.addEventListener("click", () => move(-1));
  document.getElementById("row-next")!.addEventListener("click", () => move(1));
  await show();
}

/** null where the page leaves the row's quads out. */
async function unpack({ quads, warmUps }: PackedRow): Promise<MeasureRow | null> {
  if (quads === null) return null;
  const slim = (await parsed(quads)) as SlimRow;
  const times = warmUps === null ? null : ((await parsed(warmUps)) as WarmUpTimes);
  return wholeRow(slim, times, packed.isExact ? 0 : slim.row.blockCalls);
}

async function parsed(text: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await inflate(text)));
}

function mountDownloads(): void {
  const offer = (id: string, name: string, type: string, text: () => Promise<string>): void => {
    document.getElementById(id)?.addEventListener("click", () => {
      void text().then((whole) => saveBlob(new Blob([whole], { type }), name));
    });
  };
  offer("download-record", "hearsay-measured.jsonl", "application/jsonl", jsonLines);
  offer("download-quads", "hearsay-quads.csv", "text/csv", csv);
}

/** Record after record, its rows in their order: what a command wrote, where the page holds all of it. */
async function jsonLines(): Promise<string> {
  const lines: string[] = [];
  for (const [index, header] of packed.headers.entries()) {
    const own = packed.rows.filter(({ record }) => record === index);
    const rows = [];
    for (const row of own.sort((a, b) => a.place - b.place)) rows.push(await unpack(row));
    const held = rows.filter((row) => row !== null);
    lines.push(...[{ ...header, rows: held.length }, ...held].map((line) => JSON.stringify(line)));
  }
  return lines.map((line) => `${line}\n`).join("");
}

async function csv(): Promise<string> {
  const lines = ["record,row,metric,round,confirms,quad,order,block,side,ns_per_call"];
  for (const source of packed.rows) {
    const row = await unpack(source);
    const id = packed.headers[source.record]!.id;
    row?.rounds.forEach(({ confirms, quads }, round) =>
      quads.forEach(({ order, ns }, quad) =>
        ns.forEach((time, block) => {
          const side = order[block] === "A" ? "base" : "head";
          const place = [round + 1, String(confirms), quad + 1, order, block + 1, side, time];
          lines.push([id, row.id, row.metric, ...place].map(csvCell).join(","));
        }),
      ),
    );
  }
  return `${lines.join("\r\n")}\r\n`;
}
