/** What a traced trial shows beyond its counts: hops, load per node, the picture. */
import { deflateRawSync } from "node:zlib";
import type { TrialResult } from "../engine/trial-run.js";
import type { Observed, Picture } from "../history/record.js";
import { loadDistribution } from "../metrics/load.js";
import type { TrialPlayer } from "./trials.js";
import type { Scenario } from "./types.js";

/** Steps a picture can show beside "never" and "origin". */
const PICTURE_STEPS_MAX = 253;
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

/** Near-square raster; on an event clock time is cut into equal steps. */
function picture(scenario: Scenario, since: Uint32Array): Picture {
  const { nodes, clock, network } = scenario;
  const last = since.reduce((max, value) => Math.max(max, value), 1);
  const stepSize = Math.max(1, Math.ceil((last - 1) / PICTURE_STEPS_MAX));
  const pixels = new Uint8Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const value = since[node]!;
    pixels[node] = value === 0 ? 0 : 1 + Math.ceil((value - 1) / stepSize);
  }
  const width = Math.ceil(Math.sqrt(nodes));
  const unit = clock.kind === "event" ? `${stepSize * clock.tickMs} ms` : "round";
  return {
    width,
    height: Math.ceil(nodes / width),
    order: network.order,
    nodes,
    steps: Math.max(1, 1 + Math.ceil((last - 1) / stepSize)),
    stepUnit: stepSize === 1 || clock.kind === "event" ? unit : `${stepSize} rounds`,
    data: deflateRawSync(pixels, { level: 9 }).toString("base64"),
  };
}
