/**
 * Nodes as a map of the world: Equal Earth (Šavrič, Patterson, Jenny 2018), which keeps areas. The nodes of
 * a place fill the free cells nearest to it; of large populations several nodes share a cell.
 */
import { inflate, type CellLayout, type Rgb } from "./raster.js";

/** Ratio of the projection's width and height. */
const ASPECT = 2.0546;
const COLUMNS_MIN = 640;
const COLUMNS_MAX = 2600;
/** Columns for each square root of nodes: so most nodes find a cell near their place. */
const COLUMNS_PER_ROOT = 8.2;
/** More cells than these push neighbouring countries into the sea. */
const CELLS_FILLED_MAX = 100_000;
const GRATICULE_DEGREES = 30;
const OCEAN: Rgb = [16, 20, 28];
const LINES: Rgb = [56, 66, 84];
const WORDS: Rgb = [150, 160, 178];
/** Not informed, or not yet: lighter than the ocean, so that the cities draw the continents. */
const WAITING: Rgb = [78, 88, 106];

interface Places {
  readonly nodes: Uint32Array;
  /** Hundredths of degrees. */
  readonly lat: Int16Array;
  readonly lon: Int16Array;
}

/**
 * @param packed Picture.places
 * @param steps u8[nodes]: the step that informed each node
 */
export async function loadMap(packed: string, steps: Uint8Array): Promise<CellLayout> {
  const nodes = steps.length;
  const bytes = await inflate(packed);
  const count = bytes.length >>> 3;
  const places: Places = {
    nodes: new Uint32Array(bytes.buffer, 0, count),
    lat: new Int16Array(bytes.buffer, 4 * count, count),
    lon: new Int16Array(bytes.buffer, 6 * count, count),
  };
  const layout = mapLayout(places, nodes);
  const { cells, share } = layout;
  return share === 1 ? layout : { ...layout, steps: middleSteps(steps, cells) };
}

/** Nodes that share a cell all get the step by which half of them know. */
function middleSteps(steps: Uint8Array, cells: Uint32Array): Uint8Array {
  const middles = new Uint8Array(steps.length);
  for (let first = 0; first < steps.length;) {
    let end = first + 1;
    while (end < steps.length && cells[end] === cells[first]) end++;
    // Never, 0, comes after all others.
    const sorted = steps
      .slice(first, end)
      .map((step) => (step === 0 ? 255 : step))
      .sort();
    const middle = sorted[(end - first - 1) >> 1]!;
    middles.fill(middle === 255 ? 0 : middle, first, end);
    first = end;
  }
  return middles;
}

interface MapLayout extends CellLayout {
  readonly cells: Uint32Array;
  readonly share: number;
}

function mapLayout(places: Places, nodes: number): MapLayout {
  const share = Math.max(1, Math.ceil(nodes / CELLS_FILLED_MAX));
  const wanted = Math.round(Math.sqrt(nodes / share) * COLUMNS_PER_ROOT);
  const width = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, wanted));
  const height = Math.round(width / ASPECT);
  return {
    ...{ width, height, share, waiting: WAITING },
    cells: fillCells(places, nodes, share, { width, height }),
    background: drawBackground(width, height),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function fillCells(places: Places, nodes: number, share: number, size: Size): Uint32Array {
  const { width, height } = size;
  const cells = new Uint32Array(nodes);
  const taken = new Uint8Array(width * height);
  const offsets = nearestFirst(width >>> 3);
  let node = 0;
  for (let place = 0; place < places.nodes.length; place++) {
    const [x, y] = project(places.lat[place]! / 100, places.lon[place]! / 100);
    const column = Math.round(((x + 1) / 2) * (width - 1));
    const row = Math.round(((1 - y) / 2) * (height - 1));
    const end = Math.min(nodes, node + places.nodes[place]!);
    for (let at = 0; node < end; at++) {
      // Beyond the last offset nothing is free for far around: the place's own cell takes the rest.
      const [dx, dy] = offsets[at] ?? [0, 0];
      const [atX, atY] = [column + dx, row + dy];
      if (atX < 0 || atY < 0 || atX >= width || atY >= height) continue;
      const cell = atY * width + atX;
      if (taken[cell] === 1 && at < offsets.length) continue;
      taken[cell] = 1;
      const last = at < offsets.length ? Math.min(end, node + share) : end;
      cells.fill(cell, node, last);
      node = last;
    }
  }
  return cells;
}

/** Steps to all cells within a radius, the nearest first. */
function nearestFirst(radius: number): (readonly [number, number])[] {
  const offsets: [number, number][] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (dx * dx + dy * dy <= radius * radius) offsets.push([dx, dy]);
    }
  }
  return offsets.sort(([ax, ay], [bx, by]) => ax * ax + ay * ay - bx * bx - by * by);
}

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796] as const;
const HALF_ROOT = Math.sqrt(3) / 2;
const X_MAX = Math.PI / (HALF_ROOT * A1);
const Y_MAX = rise(Math.PI / 3);

function rise(theta: number): number {
  const square = theta * theta;
  return theta * (A1 + A2 * square + square ** 3 * (A3 + A4 * square));
}

/** Degrees -> -1 .. 1 to the right and up. */
function project(lat: number, lon: number): readonly [x: number, y: number] {
  const theta = Math.asin(HALF_ROOT * Math.sin((lat * Math.PI) / 180));
  const square = theta * theta;
  const slope = A1 + 3 * A2 * square + square ** 3 * (7 * A3 + 9 * A4 * square);
  const x = ((lon * Math.PI) / 180) * (Math.cos(theta) / (HALF_ROOT * slope));
  return [x / X_MAX, rise(theta) / Y_MAX];
}

/** The globe's outline, filled, with meridians, parallels and their degrees. */
function drawBackground(width: number, height: number): Uint32Array {
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext("2d")!;
  const trace = (points: readonly (readonly [number, number])[]): void => {
    ctx.beginPath();
    for (const [lat, lon] of points) {
      const [x, y] = project(lat, lon);
      ctx.lineTo(((x + 1) / 2) * width, ((1 - y) / 2) * height);
    }
  };
  const along = Array.from({ length: 91 }, (_, index) => -90 + 2 * index);
  const colour = (rgb: Rgb): string => `rgb(${rgb.join(" ")})`;
  trace([
    ...along.map((lat) => [lat, -180] as const),
    ...along.toReversed().map((lat) => [lat, 180] as const),
  ]);
  ctx.fillStyle = colour(OCEAN);
  ctx.fill();
  ctx.strokeStyle = colour(LINES);
  ctx.lineWidth = width / 1300;
  for (let lon = -180; lon <= 180; lon += GRATICULE_DEGREES) {
    trace(along.map((lat) => [lat, lon]));
    ctx.stroke();
  }
  for (let lat = -60; lat <= 60; lat += GRATICULE_DEGREES) {
    trace([
      [lat, -180],
      [lat, 180],
    ]);
    ctx.stroke();
  }
  labelParallels(ctx, { width, height }, colour(WORDS));
  return new Uint32Array(ctx.getImageData(0, 0, width, height).data.buffer);
}

function labelParallels(
  ctx: OffscreenCanvasRenderingContext2D,
  { width, height }: Size,
  ink: string,
): void {
  ctx.font = `${Math.round(width / 62)}px sans-serif`;
  ctx.fillStyle = ink;
  for (let lat = -60; lat <= 60; lat += GRATICULE_DEGREES) {
    const [x, y] = project(lat, -178);
    const side = lat === 0 ? "" : lat > 0 ? " N" : " S";
    ctx.fillText(`${Math.abs(lat)}°${side}`, ((x + 1.01) / 2) * width, ((1 - y) / 2) * height - 4);
  }
}
