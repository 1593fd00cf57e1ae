/** Data centres and racks as runs of node ids: a zone is found by division, no list is kept. */
import type { Zones } from "./network.js";

export interface ZoneSizes {
  /** Nodes of a data centre, of a rack; 0 without zones. */
  readonly dc: number;
  readonly rack: number;
}

/** Sizes of which the portable code reads zones: data centre = node / dc, rack = node % dc / rack. */
export function zoneSizes(nodes: number, zones: Zones | undefined): ZoneSizes {
  if (zones === undefined) return { dc: 0, rack: 0 };
  const dc = Math.ceil(nodes / zones.dcs);
  return { dc, rack: Math.ceil(dc / zones.racks) };
}

/** Range [first, end) of the nodes of data centre `dc`; empty when the nodes are used up before it. */
export function dcRange(nodes: number, zones: Zones, dc: number): [number, number] {
  const size = Math.ceil(nodes / zones.dcs);
  return [Math.min(nodes, dc * size), Math.min(nodes, (dc + 1) * size)];
}
