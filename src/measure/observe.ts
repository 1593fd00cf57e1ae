/** Looks at the machine for the doctor: files of the system, half a second of idling, the clock. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { jiffiesOf, readMachine, readText, type Read } from "../history/machine.js";
import { median } from "../statistics/quantile.js";
import { corePair, readDisturbance } from "./cores.js";
import type { Observed } from "./doctor.js";

const WATCH_MS = 500;
const CLOCK_READINGS = 1024;

/** @param root folder of the package; takes half a second */
export async function observe(root: string, read: Read = readText): Promise<Observed> {
  const before = jiffiesOf(read);
  await new Promise((settle) => setTimeout(settle, WATCH_MS));
  const spent = jiffiesOf(read)?.map((count, index) => count - (before?.[index] ?? 0));
  const all = spent?.reduce((sum, count) => sum + count, 0) ?? 0;
  const cores = availableParallelism();
  const machineCores = read("/proc/cpuinfo")?.match(/^processor\s*:/gm)?.length ?? cores;
  return {
    machine: readMachine(root, read),
    cores,
    freeCores:
      spent === undefined || all <= 0
        ? null
        : Math.min(cores, (machineCores * (spent[3]! + spent[4]!)) / all),
    quotaCores: quotaOf(read),
    throttledMs: readDisturbance().throttledMs,
    steal: spent === undefined || all <= 0 ? null : spent[7]! / all,
    clock: clockOf(),
    flags: [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)].filter(
      (flag) => flag !== "",
    ),
    onBattery: batteryOf(read),
    memory: memoryOf(read),
    node: { version: process.versions.node, wanted: pinnedNode(root, read) },
    pins: corePair(),
  };
}

/** Control groups of version 2, then 1. */
function quotaOf(read: Read): number | null {
  const [quota, period] = read("/sys/fs/cgroup/cpu.max")?.trim().split(" ") ?? [
    read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")?.trim(),
    read("/sys/fs/cgroup/cpu/cpu.cfs_period_us")?.trim(),
  ];
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

/** Of back-to-back readings: the smallest step that is not zero, and what one takes. */
function clockOf(): Observed["clock"] {
  const readings = Float64Array.from({ length: CLOCK_READINGS + 1 }, () => performance.now());
  const steps = Array.from({ length: CLOCK_READINGS }, (_, i) => readings[i + 1]! - readings[i]!);
  const moved = steps.filter((step) => step > 0);
  const stepMs = moved.length === 0 ? readings.at(-1)! - readings[0]! : Math.min(...moved);
  const spanMs = readings.at(-1)! - readings[0]!;
  const costMs = Math.min(median(steps) || Infinity, spanMs / CLOCK_READINGS);
  return { stepNs: stepMs * 1e6, costNs: costMs * 1e6 };
}

function batteryOf(read: Read): boolean | null {
  const supplies = ["BAT0", "BAT1", "battery"].map((name) =>
    read(`/sys/class/power_supply/${name}/status`),
  );
  const status = supplies.find((found) => found !== null);
  return status === undefined ? null : status.trim() === "Discharging";
}

function memoryOf(read: Read): Observed["memory"] {
  const info = read("/proc/meminfo") ?? "";
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(info)?.[1]);
  const share = kib("MemAvailable") / kib("MemTotal");
  const stalled = /^some avg10=([\d.]+)/m.exec(read("/proc/pressure/memory") ?? "")?.[1];
  return {
    availableShare: Number.isFinite(share) ? share : null,
    pressure: stalled === undefined ? null : Number(stalled),
  };
}

/** The version that the project's own packages hold; null where none is pinned. */
function pinnedNode(root: string, read: Read): string | null {
  const manifest = read(join(root, "tools/runtime/package.json"));
  return /"node-[^"]+"\s*:\s*"(\d+\.\d+\.\d+)"/.exec(manifest ?? "")?.[1] ?? null;
}
