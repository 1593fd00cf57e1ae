/** Pictures with their controls: which run, which moment, play and pause, save. */
import type { RunRecord } from "../../history/record.js";
import { formatCount } from "../../units.js";
import { formatValue } from "../format.js";
import { stepText } from "../picture-steps.js";
import { saveBlob } from "./download.js";
import { loadMap } from "./map.js";
import { drawKey, momentLabels, swatch } from "./picture-key.js";
import {
  GROUND,
  loadRaster,
  paint,
  plainLayout,
  stepColour,
  type CellLayout,
  type Raster,
} from "./raster.js";
import { mountSecondPicture } from "./second-picture.js";

/** A whole playback takes about this long. */
const PLAY_MS = 7000;
const FRAME_MS_MIN = 45;
const FRAME_MS_MAX = 450;

interface Panel {
  readonly canvas: HTMLCanvasElement;
  readonly slider: HTMLInputElement;
  readonly now: HTMLElement;
  readonly key: SVGElement;
  readonly ends: HTMLElement;
  readonly legend: HTMLElement;
  readonly play: HTMLButtonElement;
  readonly save: HTMLButtonElement;
}

/** What is said of the picture that is shown. */
export interface Caption {
  /** File it is saved as, without its end. */
  readonly name: string;
  /** One sentence, for who does not see it. */
  readonly summary: string;
  /** Element with the same figures. */
  readonly details?: string;
}

/** A picture with its slider: the controls that pictureControls(prefix) made. */
export interface PictureView {
  /** Shows the end of an epidemic. */
  show(raster: Raster, caption: Caption): void;
  /** Puts the nodes elsewhere; the moment stays. */
  place(layout: CellLayout): void;
  /** Lets nothing move any more. */
  stop(): void;
}

/** Does nothing on a page without pictures. */
export async function mountPicture(records: readonly RunRecord[]): Promise<void> {
  const panel = document.getElementById("picture-panel");
  if (panel === null) return;
  const select = element("picture-run") as HTMLSelectElement;
  const second = mountSecondPicture("losses", () => nameOf(records[Number(select.value)]));
  const view = mountPictureView("picture", (layout, step) => second.show(layout, step));
  const layouts = element("picture-layout") as HTMLSelectElement;
  let raster: Raster | undefined;
  const place = async (): Promise<void> => {
    const index = Number(select.value);
    const picture = records[index]?.observed?.picture;
    if (raster === undefined || picture === undefined) return;
    const places = layouts.value === "map" ? picture.places : undefined;
    const isMap = places !== undefined;
    const layout = isMap ? await loadMap(places, raster.steps) : plainLayout(raster);
    if (Number(select.value) !== index) return;
    panel.classList.toggle("as-map", isMap);
    view.place(layout);
  };
  const choose = async (): Promise<void> => {
    const index = Number(select.value);
    const record = records[index];
    const picture = record?.observed?.picture;
    if (picture === undefined) return;
    view.stop();
    const loaded = await loadRaster(picture);
    await second.load(loaded, record!.observed!.losses);
    if (Number(select.value) !== index) return; // another run was chosen meanwhile
    raster = loaded;
    const nothingLost = record!.observed!.losses === undefined && loaded.counts[0] === 0;
    panel.classList.toggle("nothing-lost", nothingLost);
    layouts.parentElement!.hidden = picture.places === undefined;
    view.show(loaded, {
      name: nameOf(record),
      summary: element(`picture-summary-${index}`).textContent,
      details: `picture-table-${index}`,
    });
    await place();
  };
  select.addEventListener("change", () => void choose());
  layouts.addEventListener("change", () => void place());
  await choose();
}

function nameOf(record: RunRecord | undefined): string {
  return record?.scenario.name ?? "picture";
}

/** @param onStep hears what is painted, and where */
export function mountPictureView(
  prefix: string,
  onStep: (layout: CellLayout, step: number) => void = () => undefined,
): PictureView {
  const part = (name: string): HTMLElement => element(`${prefix}-${name}`);
  const panel: Panel = {
    canvas: part("canvas") as HTMLCanvasElement,
    slider: part("step") as HTMLInputElement,
    now: part("now"),
    key: part("key") as unknown as SVGElement,
    ends: part("ends"),
    legend: part("legend"),
    play: part("play") as HTMLButtonElement,
    save: part("save") as HTMLButtonElement,
  };
  let shown: { raster: Raster; caption: Caption; layout: CellLayout } | undefined;
  const show = (step: number): void => {
    if (shown === undefined) return;
    showStep(panel, shown.raster, step, shown.layout);
    onStep(shown.layout, step);
  };
  const player = createPlayer(panel, () => shown?.raster.picture.steps ?? 1, show);
  panel.slider.addEventListener("input", () => {
    player.stop();
    show(Number(panel.slider.value));
  });
  panel.play.addEventListener("click", () => player.toggle());
  panel.save.addEventListener("click", () => {
    panel.canvas.toBlob((blob) => {
      if (blob !== null) saveBlob(blob, `${shown?.caption.name ?? prefix}.png`);
    });
  });
  return {
    show(raster, caption) {
      player.stop();
      shown = { raster, caption, layout: plainLayout(raster) };
      showRun(panel, raster, caption);
      show(raster.picture.steps);
    },
    place(layout) {
      if (shown === undefined) return;
      shown.layout = layout;
      panel.canvas.classList.toggle("coarse", layout.width < 700);
      show(Number(panel.slider.value));
    },
    stop: () => player.stop(),
  };
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

interface Player {
  toggle(): void;
  stop(): void;
}

/** Where motion is to be reduced nothing moves by itself: each press goes one step on. */
function createPlayer(panel: Panel, steps: () => number, show: (step: number) => void): Player {
  const { slider, play } = panel;
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = (): void => {
    play.textContent = reduced.matches ? "One step on" : "Play";
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    rest();
  };
  const advance = (): void => {
    const next = Number(slider.value) + 1;
    show(next);
    if (next >= steps()) return stop();
    timer = setTimeout(advance, Math.max(FRAME_MS_MIN, Math.min(FRAME_MS_MAX, PLAY_MS / steps())));
  };
  const toggle = (): void => {
    const isAtEnd = Number(slider.value) >= steps();
    if (reduced.matches) return show(isAtEnd ? 1 : Number(slider.value) + 1);
    if (timer !== undefined) return stop();
    if (isAtEnd) show(1);
    play.textContent = "Pause";
    timer = setTimeout(advance, FRAME_MS_MIN);
  };
  reduced.addEventListener("change", stop);
  rest();
  return { toggle, stop };
}

/** What stays while a run is looked at: the key, the slider's range, the names. */
function showRun(panel: Panel, raster: Raster, { summary, details }: Caption): void {
  const { picture, counts } = raster;
  panel.canvas.setAttribute("aria-label", summary);
  if (details !== undefined) panel.canvas.setAttribute("aria-details", details);
  panel.canvas.classList.toggle("coarse", picture.width < 700);
  panel.slider.min = "1";
  panel.slider.max = String(picture.steps);
  panel.ends.replaceChildren(...momentLabels(picture));
  drawKey(panel.key, raster);
  panel.legend.replaceChildren(
    swatch(stepColour(raster, 1)),
    " first ",
    swatch(stepColour(raster, 255)),
    " last ",
    swatch(`rgb(${GROUND.join(" ")})`),
    counts[0]! > 0 ? " not informed, or not yet" : " not yet informed",
  );
}

function showStep(panel: Panel, raster: Raster, step: number, layout: CellLayout): void {
  const { picture, counts } = raster;
  paint(panel.canvas, raster, step, layout);
  panel.slider.value = String(step);
  const informed = counts.subarray(1, step + 1).reduce((sum, count) => sum + count, 0);
  const moment = stepText(step, picture.stepUnit);
  const share = formatValue(informed / picture.nodes, "percent");
  panel.slider.setAttribute("aria-valuetext", `${moment}: ${share} informed`);
  const strong = document.createElement("strong");
  strong.textContent = moment.charAt(0).toUpperCase() + moment.slice(1);
  panel.now.replaceChildren(
    strong,
    ` ${share} informed: ${formatCount(informed)} nodes, ${formatCount(counts[step] ?? 0)} of them new`,
  );
  panel.key.querySelectorAll("rect").forEach((bar, index) => {
    bar.setAttribute("opacity", index < step ? "1" : "0.25");
  });
}
