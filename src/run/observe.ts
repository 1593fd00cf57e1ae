/** What a traced trial shows beyond its counts: hops, load per node, the picture. */
import { deflateRawSync } from "node:zlib";
import type { TrialResult } from "../engine/trial-run.js";
import type { Observed } from "../history/record.js";
import { loadDistribution } from "../metrics/load.js";
import { packLosses, type KeptLosses } from "./losses.js";
import { packPlaces } from "./places.js";
import { rasterize } from "./raster.js";
import type { TrialPlayer } from "./trials.js";
import type { Scenario } from "./types.js";

/** Pictures of more nodes would not fit into a page. */
export const PICTURE_NODES_MAX = 4_194_304;

type Observable = Pick<Scenario, "nodes" | "clock" | "network">;
type Traced = Pick<TrialPlayer, "plan" | "field">;

export function observe(scenario: Observable, player: Traced, result: TrialResult): Observed {
  const since = player.field("since") as Uint32Array;
  const hops = player.field("hops") as Uint16Array;
  const observed: Observed = {
    seed: result.seed,
    digest: result.digest,
    hopHistogram: hopHistogram(since, hops),
    load: loadDistribution((player.field("load") as Uint32Array).slice()),
  };
  if (scenario.nodes > PICTURE_NODES_MAX) return observed;
  const losses = keptLosses(player);
  const { series } = result;
  // Nodes go down and come back after the last one was informed, too.
  const end = losses === undefined ? 1 : (series.time.at(-1) ?? 0) + Number(!isEvent(scenario));
  const { shape, pixels, time } = rasterize(scenario, since, end);
  const data = deflateRawSync(pixels, { level: 9 }).toString("base64");
  const picture = { ...shape, data, ...packPlaces(scenario.network.cityPlaces) };
  if (losses === undefined) return { ...observed, picture };
  const { environment, roundTicks } = player.plan;
  const ticks = isEvent(scenario) ? 1 : roundTicks;
  return { ...observed, picture, losses: packLosses(losses, environment, time, ticks) };
}

function isEvent({ clock }: Observable): boolean {
  return clock.kind === "event";
}

/** undefined where nothing but links could lose a message. */
function keptLosses(player: Traced): KeptLosses | undefined {
  const { fields } = player.plan;
  if (fields["lostAt"] === undefined) return undefined;
  const lostAt = player.field("lostAt") as Uint32Array;
  if (fields["changes"] === undefined) return { lostAt };
  return { lostAt, changes: player.field("changes") as Uint32Array };
}

function hopHistogram(since: Uint32Array, hops: Uint16Array): number[] {
  const histogram: number[] = [];
  for (let node = 0; node < since.length; node++) {
    if (since[node] === 0) continue;
    const length = hops[node]!;
    while (histogram.length <= length) histogram.push(0);
    histogram[length]!++;
  }
  return histogram;
}
