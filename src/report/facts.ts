/** What a run was: its settings and its machine, by name; for tables and for what differs. */
import type { Environment } from "../history/record.js";
import { formatValue } from "./format.js";
import type { Run } from "./runs.js";

export type Facts = ReadonlyMap<string, string | number | boolean>;

export function settingsOf({ record: { id, createdAt, status, scenario } }: Run): Facts {
  const { title, protocol, nodes, clock, seed, trials, parameters, network } = scenario;
  const isEvent = clock.kind === "event";
  return new Map<string, string | number | boolean>([
    ["record", id],
    ["created", createdAt],
    ["status", status],
    ["title", title],
    ["protocol", protocol],
    ["nodes", formatValue(nodes, "count")],
    ["clock", clock.kind],
    ["tick", isEvent ? `${clock.tickMs} ms` : "–"],
    ["period", isEvent ? formatValue(clock.periodTicks * clock.tickMs, "duration") : "1 round"],
    ["first seed", seed],
    ["trials asked for", trials],
    ...Object.entries(parameters).map(([key, value]) => [`parameter ${key}`, value] as const),
    ...Object.entries(network).map(([key, value]) => [`network ${key}`, value] as const),
  ]);
}

export function environmentOf({ record: { environment } }: Run): Facts {
  return environmentFacts(environment);
}

export function environmentFacts(environment: Environment): Facts {
  const { memoryBytes, commit, dirty, flags, wasmHash, machine, ...named } = environment;
  const { class: kind, ...rest } = named;
  // Load and steal belong to the moment, not to the machine.
  const { load: _load, steal: _steal, ...lasting } = machine ?? {};
  const changes = dirty === null ? "unknown" : dirty ? "uncommitted changes" : "none";
  return new Map<string, string | number | boolean>([
    ...Object.entries(rest),
    ["memory", formatValue(memoryBytes, "bytes")],
    ["commit", commit ?? "unknown"],
    ["changes", changes],
    ["flags", flags.length === 0 ? "none" : flags.join(" ")],
    ["WASM module", wasmHash],
    ["class", kind],
    ...Object.entries(lasting).map(([key, value]) => [key, value ?? "unknown"] as const),
  ]);
}
