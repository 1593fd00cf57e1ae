/** What on this machine will spoil a measurement: facts in, one finding a line out. */
import type { Machine } from "../history/machine.js";

export interface Observed {
  readonly machine: Machine;
  /** Cores this process may use, and how many were idle for the last half second. */
  readonly cores: number;
  readonly freeCores: number | null;
  /** Cores' worth of CPU time that a control group's quota allows; null: no quota. */
  readonly quotaCores: number | null;
  /** Milliseconds that a quota held the group since it began; null: not told. */
  readonly throttledMs: number | null;
  /** Share of CPU time that went to other machines in the last half second. */
  readonly steal: number | null;
  /** Nanoseconds: smallest step of the clock, and one reading of it. */
  readonly clock: { readonly stepNs: number; readonly costNs: number };
  /** Of Node, from the command line and NODE_OPTIONS. */
  readonly flags: readonly string[];
  /** true: power comes from a battery; null: no battery is told. */
  readonly onBattery: boolean | null;
  readonly memory: { readonly availableShare: number | null; readonly pressure: number | null };
  readonly node: { readonly version: string; readonly wanted: string | null };
  /** Both processes of a round can be kept on two cores. */
  readonly pins: string | null;
}

export interface Finding {
  readonly name: string;
  readonly level: "ok" | "warn" | "bad";
  readonly found: string;
  /** What to do; "" where nothing is. */
  readonly advice: string;
}

const UNTOLD = "not told";
/** A block lasts 2 ms: a step of 2 us is a thousandth of it, 200 readings of 10 us are all of it. */
const STEP_NS_MAX = 2000;
const COST_NS_MAX = 10_000;
/** Flags of Node that make another machine of V8. */
const SLOW_FLAGS =
  /^--(jitless|no-opt|predictable|interpreted-frames|prof|cpu-prof|inspect|max-lazy)/;

export function diagnose(seen: Observed): Finding[] {
  return [
    ...frequencyFindings(seen),
    ...shareFindings(seen),
    ...memoryFindings(seen),
    ...programFindings(seen),
  ];
}

function frequencyFindings({ machine, onBattery }: Observed): Finding[] {
  const { governor, boost, smt } = machine;
  const isSteady = governor === "performance";
  return [
    governor === null
      ? finding("governor", "warn", UNTOLD, "a guest cannot tell: see the canaries")
      : finding(
          ...(["governor", isSteady ? "ok" : "warn", governor] as const),
          isSteady ? "" : "cpupower frequency-set -g performance",
        ),
    told("boost", boost, "warn", "the clock rate varies: switch it off"),
    told("SMT", smt, "warn", "two threads share a core: turn it off"),
    onBattery === true
      ? finding("power", "bad", "battery", "plug it in")
      : finding("power", "ok", onBattery === null ? "no battery" : "mains", ""),
  ];
}

/** true is what spoils. */
function told(name: string, value: boolean | null, level: "warn" | "bad", advice: string): Finding {
  if (value === null) return finding(name, "ok", UNTOLD, "");
  return value ? finding(name, level, "on", advice) : finding(name, "ok", "off", "");
}

function shareFindings(seen: Observed): Finding[] {
  const { cores, freeCores, quotaCores, throttledMs, steal, machine, pins } = seen;
  const load = machine.load;
  const free = freeCores === null ? UNTOLD : `${freeCores.toFixed(1)} of ${cores} idle`;
  const isTight = freeCores !== null && freeCores < 1.5;
  return [
    finding(
      ...(["cores", cores < 2 ? "bad" : isTight ? "warn" : "ok", free] as const),
      cores < 2 ? "take 2: one runs, one compiles" : isTight ? "stop what else runs" : "",
    ),
    finding(
      ...(["pinning", pins === null ? "warn" : "ok"] as const),
      pins === null ? "none" : `cores ${pins}`,
      pins === null ? "take 3 cores or more, and taskset" : "",
    ),
    load === null
      ? finding("load", "ok", UNTOLD, "")
      : finding(
          ...(["load", load > 0.5 ? "warn" : "ok", `${load.toFixed(2)} a core`] as const),
          load > 0.5 ? "wait, or stop what else runs" : "",
        ),
    quotaCores === null
      ? finding("quota", "ok", "none", "")
      : finding(
          ...([
            "quota",
            quotaCores < 2 ? "bad" : "warn",
            `${quotaCores.toFixed(1)} cores`,
          ] as const),
          "ask for whole cores, no quota",
        ),
    (throttledMs ?? 0) > 0
      ? finding("throttled", "bad", `${throttledMs!.toFixed(0)} ms so far`, "raise the quota")
      : finding("throttled", "ok", throttledMs === null ? UNTOLD : "never", ""),
    steal === null
      ? finding("steal", "ok", UNTOLD, "")
      : finding(
          ...(["steal", steal > 0.01 ? "bad" : "ok", `${(100 * steal).toFixed(1)} %`] as const),
          steal > 0.01 ? "the host is shared: use another" : "",
        ),
    finding("container", "ok", machine.container ?? "no sign of one", ""),
  ];
}

function memoryFindings({ memory: { availableShare, pressure } }: Observed): Finding[] {
  const isShort = (availableShare ?? 1) < 0.1 || (pressure ?? 0) > 1;
  const told = [
    availableShare === null ? UNTOLD : `${(100 * availableShare).toFixed(0)} % free`,
    ...(pressure === null ? [] : [`stalls ${pressure.toFixed(1)} %`]),
  ];
  const advice = isShort ? "free some: paging shows as noise" : "";
  return [finding("memory", isShort ? "bad" : "ok", told.join(", "), advice)];
}

function programFindings({ clock, flags, node }: Observed): Finding[] {
  const { stepNs, costNs } = clock;
  const isCoarse = stepNs > STEP_NS_MAX || costNs > COST_NS_MAX;
  const slow = flags.filter((flag) => SLOW_FLAGS.test(flag));
  const wanted = node.wanted === null || node.version === node.wanted;
  return [
    finding(
      ...(["clock", isCoarse ? "bad" : "ok"] as const),
      `step ${stepNs.toFixed(0)}, cost ${costNs.toFixed(0)} ns`,
      isCoarse ? "set the clock source to tsc" : "",
    ),
    finding(
      ...(["flags", slow.length > 0 ? "bad" : flags.length > 0 ? "warn" : "ok"] as const),
      flags.length === 0 ? "none" : flags.join(" "),
      flags.length === 0 ? "" : "measure without: they change the code",
    ),
    finding(
      ...(["Node", wanted ? "ok" : "warn", node.version] as const),
      wanted ? "" : `the project is pinned to ${node.wanted}`,
    ),
  ];
}

function finding(name: string, level: Finding["level"], found: string, advice: string): Finding {
  return { name, level, found, advice };
}
