/** Who was down, cut off or lost messages in a traced trial, packed for the record. */
import { deflateRawSync } from "node:zlib";
import { CHANGES_MAX, type EnvironmentPlan } from "../engine/environment.js";
import type { Losses } from "../history/record.js";
import type { PictureTime } from "./raster.js";

/** Messages lost at a node that a byte can tell. */
const LOST_MAX = 255;

/** The traced trial's own fields; `changes` only where nodes can be down. */
export interface KeptLosses {
  /** u32[CHANGES_MAX * nodes]: stamps at which a node went down, came back, …; 0 = no more. */
  readonly changes?: Uint32Array;
  /** u32[nodes]: messages that the node could not send or receive. */
  readonly lostAt: Uint32Array;
}

/** @param roundTicks ticks of a round; 1 on an event clock */
export function packLosses(
  { changes, lostAt }: KeptLosses,
  { partitions }: EnvironmentPlan,
  time: PictureTime,
  roundTicks: number,
): Losses {
  // A round's messages arrive with the stamp of the round plus two, a tick's with the tick plus one.
  const stampOf = (tick: number): number => Math.floor(tick / roundTicks) + (time.isEvent ? 1 : 2);
  const cuts = partitions.map(({ first, end, from, until }) => ({
    ...{ first, end },
    from: time.stepOf(stampOf(from)),
    until: Math.min(time.steps + 1, time.stepOf(stampOf(until))),
  }));
  const most = lostAt.reduce((max, count) => Math.max(max, count), 0);
  return {
    ...(changes === undefined ? {} : packChanges(changes, time)),
    cuts: cuts.filter(({ from, until }) => from < until),
    lost: pack(Uint8Array.from(lostAt, (count) => Math.min(count, LOST_MAX))),
    lostMax: most,
  };
}

/** Per node the steps of its changes and a zero; two changes within one step are none. */
function packChanges(
  changes: Uint32Array,
  { stepOf }: PictureTime,
): { changes: string; cutNodes: number } {
  const nodes = changes.length / CHANGES_MAX;
  const bytes = new Uint8Array(changes.length + nodes);
  let end = 0;
  let cutNodes = 0;
  for (let node = 0; node < nodes; node++) {
    const first = end;
    for (let index = 0; index < CHANGES_MAX; index++) {
      const stamp = changes[node * CHANGES_MAX + index]!;
      if (stamp === 0) break;
      const step = stepOf(stamp);
      if (end > first && bytes[end - 1] === step) end--;
      else bytes[end++] = step;
      if (index === CHANGES_MAX - 1) cutNodes++;
    }
    bytes[end++] = 0;
  }
  return { changes: pack(bytes.subarray(0, end)), cutNodes };
}

function pack(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}
