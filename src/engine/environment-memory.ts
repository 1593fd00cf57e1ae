/** An environment in the memory of a trial: its tables, and the words of the context that point there. */
import * as CONTEXT from "../../assembly/runtime/context.js";
import type { Network } from "../network/network.js";
import { SESSION_ENTRIES, weibullTables } from "../network/sessions.js";
import { NEVER, pausingOutages, SESSION_TABLES, ticksOf, traceTicks } from "./environment.js";
import type { TrialPlan } from "./plan.js";

/** Tables that do not change from trial to trial. */
export function writeEnvironment(
  plan: TrialPlan,
  { environment }: Network,
  memory: WebAssembly.Memory,
): void {
  const { fields, clock } = plan;
  const churn = environment?.churn;
  const { uplink, downlink, waitTicks } = plan.environment;
  if (fields.bandwidth !== undefined) {
    new Float64Array(memory.buffer, fields.bandwidth.at, 3).set([uplink, downlink, waitTicks]);
  }
  if (churn?.kind === "sessions") {
    const tables = weibullTables(churn.shape);
    const lengths = new Float64Array(
      memory.buffer,
      fields.sessions!.at,
      SESSION_TABLES * SESSION_ENTRIES,
    );
    const up = ticksOf(churn.up, clock);
    const down = churn.down === null ? null : ticksOf(churn.down, clock);
    const write = (table: number, values: Float64Array, mean: number): void => {
      lengths.set(
        values.map((value) => value * mean),
        table * SESSION_ENTRIES,
      );
    };
    const never = new Float64Array(SESSION_ENTRIES).fill(NEVER);
    write(0, down === null ? never : tables.whole, down ?? 1);
    write(1, tables.whole, up);
    write(2, down === null ? never : tables.rest, down ?? 1);
    // Where nobody returns there is no past: all sessions begin with the trial.
    write(3, down === null ? tables.whole : tables.rest, up);
  }
  if (churn?.kind === "trace") {
    new Uint32Array(memory.buffer, fields.traceOffsets!.at, churn.offsets.length).set(
      churn.offsets,
    );
    new Uint32Array(memory.buffer, fields.traceTicks!.at, churn.timesMs.length).set(
      Uint32Array.from(churn.timesMs, (ms) => traceTicks(churn, clock, ms)),
    );
  }
}

/** Words of the context that hold for a whole trial. */
export function environmentWords(
  plan: TrialPlan,
  address: (name: string) => number,
): readonly (readonly [number, number])[] {
  const { mortal, duplicateBelow, downlink, churn, ...rest } = plan.environment;
  const disturbed = mortal || duplicateBelow > 0 || downlink > 0;
  return [
    [CONTEXT.MORTAL, Number(mortal)],
    [CONTEXT.DISTURBED, Number(disturbed)],
    [CONTEXT.OBSTRUCTED, Number(rest.partitions.length > 0 || rest.uplink > 0)],
    [CONTEXT.OUTAGE_HITS_AT, address("outageHits")],
    [CONTEXT.PAUSING_OUTAGES, pausingOutages(plan.environment)],
    [CONTEXT.LIVES_AT, address("lives")],
    [CONTEXT.CHANGES_AT, address("changes")],
    [CONTEXT.LOST_AT, address("lostAt")],
    [CONTEXT.CHURN, churn],
    [CONTEXT.CHURN_FORGETS, Number(rest.churnForgets)],
    [CONTEXT.SESSIONS_AT, address("sessions")],
    [CONTEXT.UP_BELOW, rest.upBelow],
    [CONTEXT.TRACE_OFFSETS_AT, address("traceOffsets")],
    [CONTEXT.TRACE_TICKS_AT, address("traceTicks")],
    [CONTEXT.TRACE_HOSTS, rest.traceHosts],
    [CONTEXT.TRACE_LENGTH, rest.traceTicks],
    [CONTEXT.FIELD_WIDTHS_AT, address("fieldWidths")],
    [CONTEXT.FIELD_COUNT, plan.protocolFields.length],
    [CONTEXT.DUPLICATE_BELOW, duplicateBelow],
    [CONTEXT.BANDWIDTH_AT, address("bandwidth")],
    [CONTEXT.UPLINK_AT, address("uplinks")],
    [CONTEXT.DOWNLINK_AT, address("downlinks")],
  ];
}

/** Bits that a node has in each field of the protocol; 0 for a field that is not kept by node. */
export function fieldWidths(plan: TrialPlan): number[] {
  const bits = { bits: 1, u8: 8, i16: 16, u16: 16, u32: 32, f64: 64 } as const;
  return plan.protocolFields.map((name) => {
    const { type, count, shared = false } = plan.fields[name]!;
    return !shared && count % plan.nodes === 0 ? (bits[type] * count) / plan.nodes : 0;
  });
}
