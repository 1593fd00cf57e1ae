/** What the system tells about its machine; every answer may be missing, and then is null. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";

const text = z.string().nullable();

export const machineSchema = z.strictObject({
  microcode: text,
  /** Of the first core: "performance", "schedutil", "powersave". */
  governor: text,
  boost: z.boolean().nullable(),
  /** Two threads share a core. */
  smt: z.boolean().nullable(),
  /** "docker", "kubernetes", "virtual machine": a hint; null: no sign of one. */
  container: text,
  /** Of package-lock.json: other packages are another program. */
  lockfile: text,
  assemblyScript: text,
  /** Options of the release target in asconfig.json. */
  compileFlags: text,
  /** Processes that wanted a core in the last minute, per core, as the run began. */
  load: z.number().nullable(),
  /** Share of CPU time since boot that the hypervisor kept for others. */
  steal: z.number().nullable(),
});

export type Machine = z.infer<typeof machineSchema>;

/** Reads a file of the system; tests give another. */
export type Read = (file: string) => string | null;

/** null where the file is missing or may not be read. */
export const readText: Read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
};

const CPU = "/sys/devices/system/cpu";

/** @param root folder of the package */
export function readMachine(root: string, read: Read = readText): Machine {
  return {
    microcode: /^microcode\s*:\s*(\S+)/m.exec(read("/proc/cpuinfo") ?? "")?.[1] ?? null,
    governor: trimmed(read(`${CPU}/cpu0/cpufreq/scaling_governor`)),
    boost: boostOf(read),
    smt: flag(read(`${CPU}/smt/active`)),
    container: containerOf(read),
    ...buildOf(root, read),
    load: loadOf(read),
    steal: stealShare(read),
  };
}

function trimmed(value: string | null): string | null {
  return value?.trim() || null;
}

function flag(value: string | null): boolean | null {
  return value === null ? null : value.trim() === "1";
}

/** AMD and others say whether it is on, Intel's driver whether it is off. */
function boostOf(read: Read): boolean | null {
  const boost = flag(read(`${CPU}/cpufreq/boost`));
  const noTurbo = flag(read(`${CPU}/intel_pstate/no_turbo`));
  return boost ?? (noTurbo === null ? null : !noTurbo);
}

function containerOf(read: Read): string | null {
  if (read("/.dockerenv") !== null) return "docker";
  if (read("/run/.containerenv") !== null) return "podman";
  if (read("/var/run/secrets/kubernetes.io/serviceaccount/namespace") !== null) return "kubernetes";
  const isVirtual = /^flags\s*:.*\bhypervisor\b/m.test(read("/proc/cpuinfo") ?? "");
  return isVirtual ? "virtual machine" : null;
}

function loadOf(read: Read): number | null {
  const cores = read("/proc/cpuinfo")?.match(/^processor\s*:/gm)?.length ?? 0;
  const load = Number(read("/proc/loadavg")?.split(" ")[0]);
  return cores === 0 || !Number.isFinite(load) ? null : load / cores;
}

/** user nice system idle iowait irq softirq steal; guests are in user already. */
export function jiffiesOf(read: Read): readonly number[] | null {
  const line = /^cpu\s+(.*)$/m.exec(read("/proc/stat") ?? "")?.[1];
  const counts = line?.trim().split(/\s+/).slice(0, 8).map(Number) ?? [];
  return counts.length === 8 ? counts : null;
}

function stealShare(read: Read): number | null {
  const counts = jiffiesOf(read);
  const all = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  return counts === null || all === 0 ? null : counts[7]! / all;
}

function buildOf(
  root: string,
  read: Read,
): Pick<Machine, "lockfile" | "assemblyScript" | "compileFlags"> {
  const lock = read(join(root, "package-lock.json"));
  const config = read(join(root, "asconfig.json"));
  return {
    lockfile: lock === null ? null : createHash("sha256").update(lock).digest("hex").slice(0, 16),
    assemblyScript: assemblyScriptVersion(root),
    compileFlags: config === null ? null : releaseFlags(config),
  };
}

function assemblyScriptVersion(root: string): string | null {
  const file = join(root, "package.json");
  if (!existsSync(file)) return null;
  try {
    const { version } = createRequire(file)("assemblyscript/package.json") as { version: string };
    return version;
  } catch {
    return null;
  }
}

function releaseFlags(config: string): string | null {
  try {
    const { options, targets } = JSON.parse(config) as {
      options?: object;
      targets?: { release?: object };
    };
    const { outFile: _, ...release } = { outFile: "", ...targets?.release };
    return JSON.stringify({ ...options, ...release });
  } catch {
    return null;
  }
}
