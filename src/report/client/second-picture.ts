/** Beside the first picture: what was lost at the same moment, its legend, and its two ways to look. */
import type { Losses } from "../../history/record.js";
import { formatCount } from "../../units.js";
import { saveBlob } from "./download.js";
import { FATES, loadFates, lostColour, paintFates, paintLost, type Fates } from "./fates.js";
import { swatch } from "./picture-key.js";
import type { CellLayout, Raster, Rgb } from "./raster.js";

export interface SecondPicture {
  load(raster: Raster, losses: Losses | undefined): Promise<void>;
  /** Paints a step in a layout; remembers both. */
  show(layout: CellLayout, step: number): void;
}

/** @param name file it is saved as, without its end */
export function mountSecondPicture(prefix: string, name: () => string): SecondPicture {
  const element = (part: string): HTMLElement => document.getElementById(`${prefix}-${part}`)!;
  const canvas = element("canvas") as HTMLCanvasElement;
  const legend = element("legend");
  const mode = element("mode") as HTMLSelectElement;
  let fates: Fates | undefined;
  let shown: readonly [CellLayout, number] | undefined;
  const paint = (): void => {
    if (fates === undefined || shown === undefined) return;
    const [layout, step] = shown;
    canvas.classList.toggle("coarse", layout.width < 700);
    if (mode.value === "lost" && fates.lost.length > 0) {
      paintLost(canvas, fates, layout);
      legend.replaceChildren(...lostLegend(fates));
    } else {
      const counts = paintFates(canvas, fates, layout, step);
      legend.replaceChildren(...fateLegend(counts));
    }
  };
  mode.addEventListener("change", paint);
  element("save").addEventListener("click", () => {
    canvas.toBlob((blob) => {
      if (blob !== null) saveBlob(blob, `${name()}-lost.png`);
    });
  });
  return {
    async load(raster, losses) {
      fates = await loadFates(raster, losses);
      shown = undefined;
      const option = mode.querySelector<HTMLOptionElement>('option[value="lost"]')!;
      option.disabled = fates.lost.length === 0;
      if (option.disabled) mode.value = "fates";
    },
    show(layout, step) {
      shown = [layout, step];
      paint();
    },
  };
}

/** Every state in words and figures, in the order of their weight, the heaviest first. */
function fateLegend(counts: readonly number[]): Node[] {
  return FATES.map(({ text, colour }, index) =>
    entry(colour, `${text}: ${formatCount(counts[index]!)}`),
  ).toReversed();
}

function lostLegend(fates: Fates): Node[] {
  const most = fates.losses?.lostMax ?? 0;
  if (most === 0) return [entry(lostColour(fates, 0), "no message was lost at any node")];
  const at = [1, Math.round(Math.sqrt(most)), most];
  const marks = [...new Set(at)].map((count) => {
    const unit = count === 1 ? "message" : "messages";
    return entry(lostColour(fates, Math.min(255, count)), `${formatCount(count)} ${unit} lost`);
  });
  return [entry(lostColour(fates, 0), "none lost"), ...marks];
}

function entry(colour: Rgb, text: string): HTMLElement {
  const item = document.createElement("li");
  item.append(swatch(`rgb(${colour.join(" ")})`), ` ${text}`);
  return item;
}
