/** The key of a picture: bars of the nodes informed per step, times under them, swatches. */
import { stepText } from "../picture-steps.js";
import { stepColour, type PictureShape, type Raster } from "./raster.js";

/** Height of the key's drawing, in its own units. */
const KEY_HEIGHT = 40;
const KEY_LABELS = 5;

/** Times under the key, evenly spaced; the first and the last with their unit. */
export function momentLabels({ steps, stepUnit }: PictureShape): HTMLElement[] {
  const count = Math.min(KEY_LABELS, steps);
  return Array.from({ length: count }, (_, index) => {
    const label = document.createElement("span");
    const step = count === 1 ? 1 : 1 + Math.round((index * (steps - 1)) / (count - 1));
    const text = stepText(step, stepUnit);
    const isEnd = index === 0 || index === count - 1;
    label.textContent = isEnd ? text : text.replace(/[^\d.,]/g, "");
    return label;
  });
}

export function swatch(colour: string): HTMLElement {
  const mark = document.createElement("span");
  mark.className = "swatch";
  mark.style.backgroundColor = colour;
  return mark;
}

/** Nodes informed per step as bars in their colours: key to the picture and curve of the epidemic. */
export function drawKey(key: SVGElement, raster: Raster): void {
  const { counts } = raster;
  const { steps } = raster.picture;
  const most = counts.subarray(1).reduce((max, count) => Math.max(max, count), 1);
  key.setAttribute("viewBox", `0 0 ${steps} ${KEY_HEIGHT}`);
  const bars = Array.from({ length: steps }, (_, index) => {
    const step = index + 1;
    const height = Math.max(1.5, (counts[step]! / most) * KEY_HEIGHT);
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("x", String(index));
    bar.setAttribute("width", "1");
    bar.setAttribute("y", String(KEY_HEIGHT - height));
    bar.setAttribute("height", String(height));
    bar.setAttribute("fill", stepColour(raster, step));
    return bar;
  });
  key.replaceChildren(...bars);
}
