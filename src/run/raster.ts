/** When each node was informed, as pixels: the picture of a traced trial without its packing. */
import type { Picture } from "../history/record.js";
import type { Scenario } from "./types.js";

/** Steps a picture can show beside "never" and "origin". */
const PICTURE_STEPS_MAX = 253;

export interface Raster {
  readonly shape: Omit<Picture, "data" | "places">;
  /** u8[nodes]: the step that informed the node; 0 = never, 1 = the origin. */
  readonly pixels: Uint8Array;
  readonly time: PictureTime;
}

/** How stamps (rounds or ticks plus one, 0 = never) become steps of a picture. */
export interface PictureTime {
  readonly isEvent: boolean;
  readonly steps: number;
  readonly stepOf: (stamp: number) => number;
}

/**
 * Near-square; on an event clock time is cut into equal steps.
 * @param since u32[nodes]: rounds or ticks at which the node was informed plus one; 0 = never
 * @param end last stamp to be shown where the picture goes on after the last node was informed
 */
export function rasterize(
  { nodes, clock, network }: Pick<Scenario, "nodes" | "clock" | "network">,
  since: Uint32Array,
  end = 1,
): Raster {
  const last = since.reduce((max, value) => Math.max(max, value), end);
  const stepSize = Math.max(1, Math.ceil((last - 1) / PICTURE_STEPS_MAX));
  const stepOf = (stamp: number): number =>
    stamp === 0 ? 0 : 1 + Math.ceil((stamp - 1) / stepSize);
  const isEvent = clock.kind === "event";
  const width = Math.ceil(Math.sqrt(nodes));
  const unit = isEvent ? `${stepSize * clock.tickMs} ms` : "round";
  const steps = Math.max(1, 1 + Math.ceil((last - 1) / stepSize));
  const shape = {
    width,
    height: Math.ceil(nodes / width),
    order: network.order,
    nodes,
    steps,
    stepUnit: stepSize === 1 || isEvent ? unit : `${stepSize} rounds`,
  };
  return { shape, pixels: Uint8Array.from(since, stepOf), time: { isEvent, steps, stepOf } };
}
