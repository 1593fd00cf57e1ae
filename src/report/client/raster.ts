/** The picture's pixels: which cell a node has, which colour a step has, and the painting itself. */
import type { Picture } from "../../history/record.js";
import { gilbertCells } from "../gilbert.js";

/** A picture without its packed pixels. */
export type PictureShape = Omit<Picture, "data" | "places">;

/** Where nodes stand in a picture. */
export interface CellLayout {
  readonly width: number;
  readonly height: number;
  /** u32[nodes]: the node's cell; undefined where it is the node's number. */
  readonly cells: Uint32Array | undefined;
  /** Nodes that may share a cell; then the highest state is shown. Default 1. */
  readonly share?: number;
  /** u32[width * height]: pixels beneath the nodes; transparent where undefined. */
  readonly background?: Uint32Array;
  /** u8[nodes]: steps to paint instead of the nodes' own, where cells are shared. */
  readonly steps?: Uint8Array;
  /** Colour of what is not informed, where it is not the ground's. */
  readonly waiting?: Rgb;
}

export interface Raster {
  readonly picture: PictureShape;
  /** u8[nodes]: the step that informed the node; 0 = never. */
  readonly steps: Uint8Array;
  /** u32[nodes]: the node's cell; undefined where it is the node's number. */
  readonly cells: Uint32Array | undefined;
  /** counts[step] = nodes with that step. */
  readonly counts: Uint32Array;
  /** u32[256]: pixel of each step once it has come. */
  readonly palette: Uint32Array;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** From the first informed to the last: light to dark, and told apart by lightness alone. */
export const RAMP: readonly Rgb[] = [
  [255, 246, 204],
  [254, 217, 118],
  [251, 166, 72],
  [239, 109, 72],
  [203, 66, 98],
  [150, 52, 128],
  [98, 54, 150],
  [62, 66, 150],
];
/** Not informed, or not yet; the same in both themes, as a photograph is. */
export const GROUND: Rgb = [16, 20, 28];
/** Shares of the informed nodes at which the ramp begins and ends: most nodes share few rounds. */
const RAMP_SHARES = [0.01, 0.99] as const;

export async function loadRaster(picture: Picture): Promise<Raster> {
  return rasterOf(picture, await inflate(picture.data));
}

/** @param steps u8[nodes] */
export function rasterOf(picture: PictureShape, steps: Uint8Array): Raster {
  const counts = new Uint32Array(256);
  for (const step of steps) counts[step]!++;
  const cells =
    picture.order === "hilbert" ? gilbertCells(picture.width, picture.height) : undefined;
  return { picture, steps, cells, counts, palette: paletteOf(counts) };
}

/** Bytes of base64 of raw deflate. */
export async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Steps at which the ramp begins and ends. */
function rampEnds(counts: Uint32Array): [number, number] {
  const informed = counts.subarray(1).reduce((sum, count) => sum + count, 0);
  const at = (share: number): number => {
    let sum = 0;
    for (let step = 1; step < counts.length; step++) {
      sum += counts[step]!;
      if (sum >= share * informed) return step;
    }
    return 1;
  };
  return [at(RAMP_SHARES[0]), at(RAMP_SHARES[1])];
}

function paletteOf(counts: Uint32Array): Uint32Array {
  const [first, last] = rampEnds(counts);
  const palette = new Uint32Array(256);
  palette[0] = pixel(GROUND);
  for (let step = 1; step < 256; step++) {
    const share = last === first ? 0 : (step - first) / (last - first);
    palette[step] = pixel(rampColour(Math.min(1, Math.max(0, share))));
  }
  return palette;
}

function rampColour(share: number): Rgb {
  const place = share * (RAMP.length - 1);
  const low = RAMP[Math.floor(place)]!;
  const high = RAMP[Math.ceil(place)]!;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(low[channel] + (place - Math.floor(place)) * (high[channel] - low[channel]));
  return [mix(0), mix(1), mix(2)];
}

/** RGBA in the byte order of ImageData on a little-endian machine, the only kind browsers run on. */
export function pixel([red, green, blue]: Rgb): number {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** "#rrggbb" of a step, for the key. */
export function stepColour({ palette }: Raster, step: number): string {
  const value = palette[step]!;
  const channels = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255];
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** The plain layout of a picture: near-square, by number or along the curve. */
export function plainLayout({ picture: { width, height }, cells }: Raster): CellLayout {
  return { width, height, cells };
}

/** Paints what is informed by `step`; cells without a node stay transparent. */
export function paint(
  canvas: HTMLCanvasElement,
  raster: Raster,
  step: number,
  layout = plainLayout(raster),
): void {
  const shown = raster.palette.slice();
  if (layout.waiting !== undefined) shown[0] = pixel(layout.waiting);
  shown.fill(shown[0]!, step + 1);
  paintCells(canvas, layout, layout.steps ?? raster.steps, shown);
}

/**
 * @param states u8[nodes]
 * @param palette pixel of each state
 */
export function paintCells(
  canvas: HTMLCanvasElement,
  { width, height, cells, share = 1, background }: CellLayout,
  states: Uint8Array,
  palette: Uint32Array,
): void {
  const ctx = canvas.getContext("2d");
  if (ctx === null) return;
  canvas.width = width;
  canvas.height = height;
  const image = ctx.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  if (background !== undefined) pixels.set(background);
  if (cells === undefined) {
    for (let node = 0; node < states.length; node++) pixels[node] = palette[states[node]!]!;
  } else {
    for (let node = 0; node < states.length; node++) {
      const cell = cells[node]!;
      // Nodes that share a cell follow each other.
      let state = states[node]!;
      if (share > 1) {
        while (cells[node + 1] === cell) state = Math.max(state, states[++node]!);
      }
      pixels[cell] = palette[state]!;
    }
  }
  ctx.putImageData(image, 0, 0);
}
