/** The cores that both processes of a round share, and what the machine did to them meanwhile. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { jiffiesOf, readText } from "../history/machine.js";

/** With no more than these, there is nothing to choose. */
const CORES_MIN = 3;

let pair: string | null | undefined;

/** "2,3": the last two cores this process may use, as interrupts go to the first; null: not pinned. */
export function corePair(): string | null {
  if (pair !== undefined) return pair;
  pair = null;
  if (process.platform !== "linux" || availableParallelism() < CORES_MIN) return pair;
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readText("/proc/self/status") ?? "")?.[1];
  const last = coresOf(allowed ?? "")
    .slice(-2)
    .join(",");
  const works = last !== "" && spawnSync("taskset", ["-c", last, "true"]).status === 0;
  if (works) pair = last;
  return pair;
}

/** "0-2,5" -> 0, 1, 2, 5. */
export function coresOf(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (from === undefined) return [];
    const first = Number(from);
    return Array.from({ length: Number(to ?? from) - first + 1 }, (_, index) => first + index);
  });
}

/** What `fork` needs so that a program starts on the pair: V8 threads and the measured one have two cores. */
export function pinning(
  program: string,
  flags: readonly string[],
): { readonly execPath: string; readonly execArgv: string[] } {
  const cores = corePair();
  if (cores === null) return { execPath: program, execArgv: [...flags] };
  return { execPath: "taskset", execArgv: ["-c", cores, program, ...flags] };
}

/** Counters that only grow; null where the system has none. */
export interface Disturbance {
  readonly stealJiffies: number | null;
  readonly allJiffies: number;
  readonly throttledMs: number | null;
}

export function readDisturbance(): Disturbance {
  const jiffies = jiffiesOf(readText);
  return {
    stealJiffies: jiffies?.[7] ?? null,
    allJiffies: jiffies?.reduce((sum, value) => sum + value, 0) ?? 0,
    throttledMs: throttledMs(),
  };
}

/** Time in which a CPU quota held this process's group: control groups of version 2, then 1. */
function throttledMs(): number | null {
  const own = /^0::(\/\S*)$/m.exec(readText("/proc/self/cgroup") ?? "")?.[1] ?? "/";
  const second = readText(`/sys/fs/cgroup${own}/cpu.stat`) ?? readText("/sys/fs/cgroup/cpu.stat");
  const usec = /^throttled_usec (\d+)$/m.exec(second ?? "")?.[1];
  if (usec !== undefined) return Number(usec) / 1e3;
  const nsec = /^throttled_time (\d+)$/m.exec(readText("/sys/fs/cgroup/cpu/cpu.stat") ?? "")?.[1];
  return nsec === undefined ? null : Number(nsec) / 1e6;
}

/** Shares of a span of `ms` milliseconds. */
export function disturbedShares(
  before: Disturbance,
  after: Disturbance,
  ms: number,
): { readonly steal: number | null; readonly throttled: number | null } {
  const all = after.allJiffies - before.allJiffies;
  const steal =
    before.stealJiffies === null || after.stealJiffies === null || all <= 0
      ? null
      : Math.max(0, after.stealJiffies - before.stealJiffies) / all;
  const throttled =
    before.throttledMs === null || after.throttledMs === null
      ? null
      : Math.max(0, after.throttledMs - before.throttledMs) / ms;
  return { steal, throttled };
}
