/** What a traced trial shows beyond its counts: hops, load per node, the picture. */
import { deflateRawSync } from "node:zlib";
import type { TrialResult } from "../engine/trial-run.js";
import type { Observed, Picture } from "../history/record.js";
import { loadDistribution } from "../metrics/load.js";
import { rasterize } from "./raster.js";
import type { TrialPlayer } from "./trials.js";
import type { Scenario } from "./types.js";

/** Pictures of more nodes would not fit into a page. */
const PICTURE_NODES_MAX = 4_194_304;

export function observe(scenario: Scenario, player: TrialPlayer, result: TrialResult): Observed {
  const since = player.field("since") as Uint32Array;
  const hops = player.field("hops") as Uint16Array;
  const observed: Observed = {
    seed: result.seed,
    digest: result.digest,
    hopHistogram: hopHistogram(since, hops),
    load: loadDistribution((player.field("load") as Uint32Array).slice()),
  };
  if (scenario.nodes > PICTURE_NODES_MAX) return observed;
  return { ...observed, picture: picture(scenario, since) };
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

function picture(scenario: Scenario, since: Uint32Array): Picture {
  const { shape, pixels } = rasterize(scenario, since);
  return { ...shape, data: deflateRawSync(pixels, { level: 9 }).toString("base64") };
}
