/** The second picture: which nodes were down, cut off or left out at a moment, or lost messages. */
import type { Losses } from "../../history/record.js";
import {
  inflate,
  paintCells,
  pixel,
  RAMP,
  type CellLayout,
  type Raster,
  type Rgb,
} from "./raster.js";

/** In the order of their weight: where nodes share a cell the heaviest is shown. */
export const FATES = [
  { text: "up, informed", colour: [84, 98, 124] },
  { text: "up, not yet informed", colour: [36, 44, 58] },
  { text: "never informed", colour: [240, 228, 66] },
  { text: "cut off", colour: [86, 180, 233] },
  { text: "down", colour: [213, 94, 0] },
] as const satisfies readonly { text: string; colour: Rgb }[];

const [INFORMED, WAITING, NEVER, CUT, DOWN] = [0, 1, 2, 3, 4] as const;

export interface Fates {
  readonly raster: Raster;
  readonly losses: Losses | undefined;
  /** Per node its changes and a zero; empty where no node could be down. */
  readonly changes: Uint8Array;
  /** u8[nodes]: messages lost at the node; empty where nothing kept them. */
  readonly lost: Uint8Array;
}

export async function loadFates(raster: Raster, losses: Losses | undefined): Promise<Fates> {
  const changes = losses?.changes === undefined ? new Uint8Array() : await inflate(losses.changes);
  const lost = losses === undefined ? new Uint8Array() : await inflate(losses.lost);
  return { raster, losses, changes, lost };
}

/** u8[nodes]: index in FATES of each node at a step. */
export function fatesAt({ raster, losses, changes }: Fates, step: number): Uint8Array {
  const { steps } = raster;
  const fates = new Uint8Array(steps.length);
  for (let node = 0; node < fates.length; node++) {
    const informedAt = steps[node]!;
    fates[node] = informedAt === 0 ? NEVER : informedAt > step ? WAITING : INFORMED;
  }
  for (const { first, end, from, until } of losses?.cuts ?? []) {
    if (step >= from && step < until) fates.fill(CUT, first, end);
  }
  let at = 0;
  for (let node = 0; at < changes.length; node++) {
    let isDown = false;
    for (let change = changes[at++]!; change !== 0; change = changes[at++]!) {
      if (change <= step) isDown = !isDown;
    }
    if (isDown) fates[node] = DOWN;
  }
  return fates;
}

/** Paints the fates of a step; returns how many nodes have each. */
export function paintFates(
  canvas: HTMLCanvasElement,
  fates: Fates,
  layout: CellLayout,
  step: number,
): number[] {
  const states = fatesAt(fates, step);
  const palette = Uint32Array.from(FATES, ({ colour }) => pixel(colour));
  paintCells(canvas, layout, states, palette);
  const counts = new Array<number>(FATES.length).fill(0);
  for (const state of states) counts[state]!++;
  return counts;
}

/** Messages lost at each node over the whole trial: none, then dark to light on a log scale. */
export function paintLost(canvas: HTMLCanvasElement, fates: Fates, layout: CellLayout): void {
  const palette = new Uint32Array(256);
  for (let count = 0; count < 256; count++) palette[count] = pixel(lostColour(fates, count));
  paintCells(canvas, layout, fates.lost, palette);
}

export function lostColour({ losses }: Fates, count: number): Rgb {
  if (count === 0) return FATES[WAITING].colour;
  const most = Math.min(255, Math.max(2, losses?.lostMax ?? 2));
  const share = Math.min(1, Math.log(count) / Math.log(most));
  return RAMP[Math.round((1 - share) * (RAMP.length - 1))]!;
}
