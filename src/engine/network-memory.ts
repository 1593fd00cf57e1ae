/** Copies a network into the memory of a trial, once per plan; trials only read it. */
import type { Network } from "../network/network.js";
import { delayTables } from "./delays.js";
import { writeEnvironment } from "./environment-memory.js";
import type { TrialPlan } from "./plan.js";

export function writeNetwork(plan: TrialPlan, network: Network, memory: WebAssembly.Memory): void {
  const write = (name: string, source: Uint32Array | Uint16Array | Int16Array): void => {
    const field = plan.fields[name];
    if (field === undefined) return;
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    new Uint8Array(memory.buffer, field.at, bytes.length).set(bytes);
  };
  if (plan.path === "bits") return;
  const tables = delayTables(network, plan.clock);
  if (network.topology.kind === "graph") {
    write("offsets", network.topology.csr.offsets);
    write("targets", network.topology.csr.targets);
  }
  write("delays", tables.table);
  write("inflation", tables.inflation);
  const rule = network.selection?.rule;
  if (rule !== undefined && "table" in rule) write("selection", rule.table);
  if (network.latency.kind === "distance") write("places", network.latency.places);
  writeEnvironment(plan, network, memory);
}
