/** What compare, gate and calibrate measure: sides, targets, the part of them that a shard has, their floors. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../artifacts.js";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { floorOf, parseFloors, type Floors } from "../history/floors.js";
import { pastTimes, shardOf, type ShardChoice } from "../measure/shards.js";
import type { Target } from "../measure/session.js";
import { loadMeasure } from "./measure-files.js";

export interface Side {
  readonly root: string;
  /** Only this arm; null: each arm against its own. */
  readonly arm: string | null;
  readonly commit: string;
}

export interface Sides {
  readonly base: Side;
  readonly head: Side;
}

interface Declared {
  readonly id: string;
  readonly scope: "compute" | "call" | "end-to-end";
}

/** The flags that choose. */
export interface TargetFlags {
  readonly only: string;
  readonly floor: number;
  readonly smallest?: true;
}

export interface BenchTarget extends Target {
  /** Without the arm. */
  readonly bench: string;
}

/** Our arms: the others are other people's code, which no commit of ours changes. */
const ARMS = ["wasm", "ts"] as const;

export function sideOf(text: string): Side {
  if ((ARMS as readonly string[]).includes(text)) {
    return { root: packageRoot, arm: text, commit: text };
  }
  const root = resolve(text);
  if (!existsSync(join(root, "dist", "bench", "kernels.js"))) {
    throw new InputError(
      `${shown(text)} is no arm (wasm, ts) and has no built dist/bench/kernels.js`,
    );
  }
  return { root, arm: null, commit: text };
}

/** Every arm of ours of every bench that either side declares. */
export async function targetsOf(
  { base, head }: Sides,
  flags: TargetFlags,
  floors: Floors | null,
): Promise<readonly BenchTarget[]> {
  const declared = new Map<string, Declared>();
  for (const { root } of [base, head]) {
    const url = pathToFileURL(join(root, "dist", "bench", "kernels.js")).href;
    const suite = (await import(url)) as { kernelBenches: readonly Declared[] };
    for (const bench of suite.kernelBenches) declared.set(bench.id, bench);
  }
  const arms = base.arm === null ? ARMS : [base.arm];
  const targets = [...declared.values()].flatMap(({ id, scope }) =>
    arms.map((arm) => {
      const source = (side: Side) => ({
        ...{ root: side.root, bench: id, arm: side.arm ?? arm },
        smallest: flags.smallest === true,
      });
      const name = base.arm === null ? `${id}/${arm}` : `${id}/${head.arm ?? arm}-over-${arm}`;
      const floor = floorOf(floors, name, flags.floor / 100);
      return { id: name, bench: id, scope, floor, base: source(base), head: source(head) };
    }),
  );
  const chosen = targets.filter(({ id }) => id.includes(flags.only));
  if (chosen.length === 0) throw new InputError(`--only ${shown(flags.only)} names no bench`);
  return chosen;
}

/** Those of a shard: whole benchmarks. @param past records that tell how long each takes */
export function targetsOfShard(
  targets: readonly BenchTarget[],
  shard: ShardChoice,
  past: readonly string[],
): readonly BenchTarget[] {
  if (shard.count === 1) return targets;
  const records = past.map((file) => loadMeasure(file).record);
  // "a/b/wasm" is an arm of the benchmark "a/b".
  const times = pastTimes(records, (id) => id.slice(0, Math.max(0, id.lastIndexOf("/"))));
  const names = shardOf(
    targets.map(({ bench }) => bench),
    times,
    shard,
  );
  return targets.filter(({ bench }) => names.has(bench));
}

/** Where the floors of one class of machine stand: each has a file of its own. */
export function floorsFile(folder: string, environmentClass: string): string {
  return join(folder, `floors-${environmentClass}.json`);
}

/** Past A/A values of this class of machine; null where there are none. */
export function readFloors(folder: string, environmentClass: string): Floors | null {
  // floors.json held the one class that was measured last.
  for (const file of [floorsFile(folder, environmentClass), join(folder, "floors.json")]) {
    if (!existsSync(file)) continue;
    const floors = parseFloors(shown(file), readFileSync(file, "utf8"));
    if (floors.class === environmentClass) return floors;
  }
  return null;
}
