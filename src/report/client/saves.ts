/** Under each chart's figures: the chart as PNG and SVG, on the page's paper, and its figures as CSV. */
import { csvCell } from "../csv.js";
import { saveBlob } from "./download.js";
import { readTheme } from "./theme.js";

export function mountSaves(canvas: HTMLCanvasElement, id: string, svg: () => string): void {
  const details = document.getElementById(`${id}-data`);
  if (details === null) return;
  const buttons = document.createElement("p");
  buttons.className = "downloads";
  buttons.append(
    button("Save chart as PNG", () => savePng(canvas, id)),
    " ",
    button("Save chart as SVG", () => {
      saveBlob(new Blob([svg()], { type: "image/svg+xml" }), `${id}.svg`);
    }),
    " ",
    button("Save figures as CSV", () => saveCsv(details, id)),
  );
  details.append(buttons);
}

function button(label: string, save: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", save);
  return made;
}

/** A chart's canvas is transparent, and unreadable on another ground than its page's. */
function savePng(canvas: HTMLCanvasElement, id: string): void {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const ctx = copy.getContext("2d");
  if (ctx === null) return;
  ctx.fillStyle = readTheme(0).paper;
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => {
    if (blob !== null) saveBlob(blob, `${id}.png`);
  });
}

function saveCsv(details: HTMLElement, id: string): void {
  const rows = [...details.querySelectorAll("tr")].map((row) =>
    [...row.cells].map(({ textContent }) => csvCell(textContent)).join(","),
  );
  saveBlob(new Blob([`${rows.join("\r\n")}\r\n`], { type: "text/csv" }), `${id}.csv`);
}
