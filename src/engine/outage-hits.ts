/** Which nodes an outage hits: a pure function of the seed, for the memory and for the origin. */
import { mulHigh } from "../kernels/memory.js";
import { threefry } from "../kernels/random.js";
import type { Outage } from "../network/network.js";
import type { ZoneSizes } from "../network/zones.js";

/** Purpose of the draw; the low byte numbers the outage. */
const OUTAGE_DRAW = 0xe8000000;

export interface Place {
  readonly nodes: number;
  readonly zones: ZoneSizes;
}

/**
 * Calls `hit` for each node that outage `index` hits, in ascending order: of a share, exactly so many
 * units, every set of them as likely (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
 */
export function eachHit(
  place: Place,
  who: Outage["nodes"],
  index: number,
  seed: number,
  hit: (node: number) => void,
): void {
  const { nodes } = place;
  if (who.kind === "range") {
    for (let node = who.first; node < who.end; node++) hit(node);
    return;
  }
  const starts = unitStarts(place, who.of);
  const units = starts?.length ?? nodes;
  let wanted = Math.round(who.share * units);
  for (let unit = 0; unit < units && wanted > 0; unit++) {
    if (mulHigh(threefry(seed, OUTAGE_DRAW | index, 0, unit), units - unit) >= wanted) continue;
    wanted--;
    const first = starts?.[unit] ?? unit;
    const end = starts === undefined ? unit + 1 : (starts[unit + 1] ?? nodes);
    for (let node = first; node < end; node++) hit(node);
  }
}

/** First node of each rack or data centre; undefined where every node is a unit. */
function unitStarts({ nodes, zones }: Place, of: "nodes" | "racks" | "dcs"): number[] | undefined {
  if (of === "nodes") return undefined;
  const { dc, rack } = zones;
  const starts: number[] = [];
  for (let first = 0; first < nodes; first += dc) {
    const end = Math.min(nodes, first + dc);
    for (let start = first; start < end; start += of === "racks" ? rack : dc) starts.push(start);
  }
  return starts;
}
