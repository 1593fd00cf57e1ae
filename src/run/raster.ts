/** When each node was informed, as pixels: the picture of a traced trial without its packing. */
import type { Picture } from "../history/record.js";
import type { Scenario } from "./types.js";

/** Steps a picture can show beside "never" and "origin". */
const PICTURE_STEPS_MAX = 253;

export interface Raster {
  readonly shape: Omit<Picture, "data">;
  /** u8[nodes]: the step that informed the node; 0 = never, 1 = the origin. */
  readonly pixels: Uint8Array;
}

/**
 * Near-square; on an event clock time is cut into equal steps.
 * @param since u32[nodes]: rounds or ticks at which the node was informed plus one; 0 = never
 */
export function rasterize(
  { nodes, clock, network }: Pick<Scenario, "nodes" | "clock" | "network">,
  since: Uint32Array,
): Raster {
  const last = since.reduce((max, value) => Math.max(max, value), 1);
  const stepSize = Math.max(1, Math.ceil((last - 1) / PICTURE_STEPS_MAX));
  const pixels = new Uint8Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const value = since[node]!;
    pixels[node] = value === 0 ? 0 : 1 + Math.ceil((value - 1) / stepSize);
  }
  const width = Math.ceil(Math.sqrt(nodes));
  const unit = clock.kind === "event" ? `${stepSize * clock.tickMs} ms` : "round";
  const shape = {
    width,
    height: Math.ceil(nodes / width),
    order: network.order,
    nodes,
    steps: Math.max(1, 1 + Math.ceil((last - 1) / stepSize)),
    stepUnit: stepSize === 1 || clock.kind === "event" ? unit : `${stepSize} rounds`,
  };
  return { shape, pixels };
}
