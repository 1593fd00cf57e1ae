/**
 * Which benchmarks a shard measures: the longest go first, each to the shard with the least to do; without
 * past times all count alike. Every shard works out the same, from names and past records alone.
 */
import { createHash } from "node:crypto";
import { InputError } from "../errors.js";
import type { MeasureRecord } from "../history/measure-record.js";

export interface ShardChoice {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/**
 * @param names of benchmarks, without their arms, which stay together
 * @param pastMs cost of a round of each, where it is known
 * @returns names of this shard
 * @throws InputError where there are more shards than benchmarks: an empty one would measure nothing
 */
export function shardOf(
  names: readonly string[],
  pastMs: ReadonlyMap<string, number>,
  { index, count }: ShardChoice,
): Set<string> {
  const distinct = [...new Set(names)];
  if (count > distinct.length) {
    throw new InputError(
      `--shard must have at most ${distinct.length} parts, one for each benchmark, got ${index}/${count}`,
    );
  }
  const known = distinct.flatMap((name) => pastMs.get(name) ?? []);
  const typical = known.length === 0 ? 1 : known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const works = distinct
    .map((name) => ({ name, ms: pastMs.get(name) ?? typical, hash: hashOf(name) }))
    .toSorted((a, b) => b.ms - a.ms || (a.hash < b.hash ? -1 : 1));
  const shards = Array.from({ length: count }, () => ({ ms: 0, names: new Set<string>() }));
  for (const [place, { name, ms }] of works.entries()) {
    // The first ones go to one shard each, so that none stays empty where times are zero.
    const least = place < count ? shards[place]! : shards.toSorted((a, b) => a.ms - b.ms)[0]!;
    least.ms += ms;
    least.names.add(name);
  }
  return shards[index - 1]!.names;
}

/** What a benchmark took in past runs: all rounds of all its arms. */
export function pastTimes(
  records: readonly MeasureRecord[],
  nameOf: (id: string) => string,
): Map<string, number> {
  const times = new Map<string, number>();
  for (const row of records.flatMap(({ rows }) => rows)) {
    if (row.scope === "canary") continue;
    const ms = row.rounds.reduce((sum, { costMs }) => sum + costMs, 0);
    times.set(nameOf(row.id), (times.get(nameOf(row.id)) ?? 0) + ms);
  }
  return times;
}

function hashOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}
