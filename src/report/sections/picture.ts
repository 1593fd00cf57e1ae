/** The epidemic as a picture: one pixel per node, coloured by when it was informed, with a scrubber. */
import { formatCount } from "../../units.js";
import { escape } from "../escape.js";
import { formatValue } from "../format.js";
import type { Pictures, RunPicture } from "../picture-data.js";
import { stepLength, stepText } from "../picture-steps.js";
import { figureColumns, renderTable, type Table } from "../table.js";

/** Steps in a table; more are joined evenly. */
const TABLE_ROWS = 60;

export function pictureSection({ shown, leftOut }: Pictures): string {
  if (shown.length === 0) return "";
  // Places make a picture; without them it is noise, of the right colours.
  const first = shown.find(({ picture }) => picture.order === "hilbert") ?? shown[0]!;
  const options = shown.map((each) => {
    const selected = each === first ? " selected" : "";
    return `<option value="${each.run.index}"${selected}>${escape(each.run.label)}</option>`;
  });
  const omitted =
    leftOut.length === 0
      ? ""
      : `<p class="note">Left out to keep this page small: the pictures of ${escape(leftOut.map(({ label }) => label).join(", "))}. A report of these records alone shows them.</p>`;
  return `<section id="picture">
<h2>The picture</h2>
<p class="lead">One pixel is one node; its colour says when the rumor reached it. Drag the slider, or press play, to watch it spread. Nodes of a complete graph have no places, so their pixels stand in the order of their numbers; nodes that have places follow a Hilbert curve, so that neighbours on the map are neighbours in the picture. The second picture shows the same nodes at the same moment: who was down, cut off or never reached.</p>
<div class="picture double" id="picture-panel">
<p class="picture-choice"><span><label for="picture-run">Run</label> <select id="picture-run">${options.join("")}</select></span> <span><label for="picture-layout">Layout</label> <select id="picture-layout"><option value="plain">Hilbert curve by region</option><option value="map">World map</option></select></span> <span class="second-choice"><label for="losses-mode">Second picture</label> <select id="losses-mode"><option value="fates">Down, cut off, never reached</option><option value="lost">Messages lost per node</option></select></span></p>
${pictureControls("picture", pictureSummary(first), `picture-table-${first.run.index}`)}
${SECOND}
</div>
<p class="note map-note">The map is in the Equal Earth projection, with a line every 30 degrees. A node takes the free pixel nearest to its city. With more than 100,000 nodes several share one: it is lit once half of them know, and the second picture shows the worst of them.</p>
<p class="note lost-note">In this run no node could be down or cut off, and none was left out: there is no second picture.</p>
<p class="note scripts-only">This page was opened with scripts off: the picture is not drawn, its figures are below.</p>
${shown.map(pictureDetails).join("\n")}
${omitted}
</section>`;
}

/** The second picture; its slider is the first one's. */
const SECOND = `<div class="picture-second"><canvas id="losses-canvas" width="1000" height="1000" role="img" aria-label="Nodes that were down, cut off or never informed, at the time shown"></canvas>
<ul class="picture-fates" id="losses-legend"></ul>
<p class="picture-buttons"><button type="button" id="losses-save">Save as PNG</button></p></div>`;

/**
 * A picture with its slider and buttons, for mountPictureView(prefix).
 * @param details id of the element with the same figures
 */
export function pictureControls(prefix: string, summary: string, details: string): string {
  return `<div class="picture-frame"><canvas id="${prefix}-canvas" width="1000" height="1000" role="img" aria-label="${escape(summary)}" aria-details="${details}"></canvas></div>
<div class="picture-side">
<p class="picture-now" id="${prefix}-now"></p>
<svg class="picture-key" id="${prefix}-key" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true"></svg>
<div class="scrubber"><input type="range" id="${prefix}-step" min="0" max="1" value="1" aria-label="Time shown"></div>
<p class="picture-ends" id="${prefix}-ends" aria-hidden="true"></p>
<p class="picture-buttons"><button type="button" class="primary" id="${prefix}-play">Play</button> <button type="button" id="${prefix}-save">Save as PNG</button></p>
<p class="picture-legend" id="${prefix}-legend"></p>
</div>`;
}

function pictureDetails(picture: RunPicture): string {
  const { index, label } = picture.run;
  return `<details class="data" id="picture-table-${index}"><summary>Figures of the picture: ${escape(label)}</summary>
<p class="summary" id="picture-summary-${index}">${escape(pictureSummary(picture))}</p>
${lossWords(picture)}
${renderTable(pictureTable(picture))}
</details>`;
}

/** "push, 1,000,000 nodes: half were informed by round 20, the last by round 36; none were missed." */
export function pictureSummary({ run, picture, stepCounts }: RunPicture): string {
  const { nodes, stepUnit } = picture;
  const missed = stepCounts[0]!;
  let informed = 0;
  let half = 0;
  for (let step = 1; step < stepCounts.length && half === 0; step++) {
    informed += stepCounts[step]!;
    if (informed * 2 >= nodes) half = step;
  }
  const last = stepCounts.findLastIndex((count, step) => step > 0 && count > 0);
  const by =
    half === 0
      ? "fewer than half were informed"
      : `half were informed by ${stepText(half, stepUnit)}`;
  const end = last < 1 ? "" : `, the last by ${stepText(last, stepUnit)}`;
  const rest = missed === 0 ? "none was missed" : `${formatCount(missed)} were never informed`;
  return `${run.label}, ${formatCount(nodes)} nodes: ${by}${end}; ${rest}.`;
}

/** "12,000 nodes were down at some time; …": what the second picture shows, in figures. */
export function lossWords({ picture: { nodes }, lossCounts, stepCounts }: RunPicture): string {
  if (lossCounts === undefined) {
    const missed = formatCount(stepCounts[0]!);
    return `<p class="summary">No node could be down or cut off in this run; ${missed} were never informed.</p>`;
  }
  const { everDown, down, cut, cutNodes, losing, lostMax } = lossCounts;
  const most = (counts: readonly number[]): string =>
    formatCount(counts.reduce((max, count) => Math.max(max, count), 0));
  const parts = [
    `${formatCount(everDown)} of ${formatCount(nodes)} nodes were down at some time, at most ${most(down)} at once`,
    `at most ${most(cut)} were cut off`,
    `at ${formatCount(losing)} nodes a message was lost because a node was down, cut off or its link full, at most ${formatCount(lostMax)} at one; what links lose by chance falls on all nodes alike and is not in this picture`,
    ...(cutNodes === 0
      ? []
      : [`of ${formatCount(cutNodes)} nodes only the first 8 changes are kept`]),
  ];
  return `<p class="summary">${parts.join("; ")}.</p>`;
}

function pictureTable({
  run,
  picture: { nodes, stepUnit },
  stepCounts,
  lossCounts,
}: RunPicture): Table {
  const steps = stepCounts.length - 1;
  const stride = Math.ceil(steps / TABLE_ROWS);
  const rows: string[][] = [];
  let informed = 0;
  let fresh = 0;
  for (let step = 1; step <= steps; step++) {
    informed += stepCounts[step]!;
    fresh += stepCounts[step]!;
    if (step > 1 && step < steps && (step - 1) % stride !== 0) continue;
    rows.push([
      stepText(step, stepUnit),
      formatCount(fresh),
      formatCount(informed),
      formatValue(informed / nodes, "percent"),
      ...(lossCounts === undefined
        ? []
        : [formatCount(lossCounts.down[step]!), formatCount(lossCounts.cut[step]!)]),
    ]);
    fresh = 0;
  }
  const lossColumns = lossCounts === undefined ? [] : ["Down", "Cut off"];
  rows.push(["never", formatCount(stepCounts[0]!), "–", "–", ...lossColumns.map(() => "–")]);
  const time = stepLength(stepUnit).unit === "round" ? "Round" : "Time";
  return {
    caption: `${run.label}: nodes by the time that informed them, in the traced trial`,
    columns: figureColumns(time, "Newly informed", "Informed so far", "Share", ...lossColumns),
    rows,
  };
}
