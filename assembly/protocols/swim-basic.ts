/**
 * SWIM (Das, Gupta, Motivala 2002): every period a node pings one other, drawn at random or in round-robin
 * order; after a timeout `indirectChecks` helpers ping it; at the end of the period silence is a failure, or
 * a suspicion that lasts a fixed time. News rides on pings and answers only. The engine is
 * assembly/runtime/swim-*.ts.
 */
import { getU32, mul32, setU32 } from "../memory";
import { parameter, setting } from "../runtime/access";
import { NODES, PERIOD } from "../runtime/context";
import { actAll, measureAll, receiveAll } from "../runtime/swim-run";
import {
  ACK_BYTES,
  ALARM_BYTES,
  ALIVE_BYTES,
  BACKGROUND,
  INDIRECT_CHECKS,
  PACKET_BYTES,
  PING_BYTES,
  REQUEST_BYTES,
  ROUND_ROBIN,
  SUBJECTS,
  SUSPECTS,
  SUSPICION_TICKS,
  TIMEOUT,
  TRANSMITS,
  countHits,
  cappedTransmits,
  rulesAt,
  ticksOf,
} from "../runtime/swim-rules";

/** Parameters, in order of declaration. */
const SUBJECT_COUNT: u32 = 0;
const PROBE_INTERVAL: u32 = 1;
const PROBE_TIMEOUT: u32 = 2;
const CHECKS: u32 = 3;
const ORDER: u32 = 4;
const SUSPICION_PERIODS: u32 = 5;
const RETRANSMIT_MULT: u32 = 6;
const PIGGYBACK_MAX: u32 = 7;
const BACKGROUND_LOAD: u32 = 8;
/** Message type, address of the subject, incarnation. */
const NEWS_BYTES: u32 = 12;
/** Sequence number and the address of a third node. */
const THIRD_BYTES: u32 = 8;

export function swimBasicStart(c: u32): void {
  const r = rulesAt(c);
  const suspicion = setting(c, SUSPICION_PERIODS);
  setU32(r, SUBJECTS, setting(c, SUBJECT_COUNT));
  setU32(r, ROUND_ROBIN, setting(c, ORDER));
  setU32(r, TIMEOUT, ticksOf(c, parameter(c, PROBE_TIMEOUT), parameter(c, PROBE_INTERVAL)));
  setU32(r, INDIRECT_CHECKS, setting(c, CHECKS));
  setU32(r, SUSPECTS, suspicion > 0 ? 1 : 0);
  setU32(r, SUSPICION_TICKS, mul32(suspicion, getU32(c, PERIOD)));
  setU32(r, TRANSMITS, cappedTransmits(setting(c, RETRANSMIT_MULT), getU32(c, NODES)));
  setU32(r, PACKET_BYTES, mul32(setting(c, PIGGYBACK_MAX), NEWS_BYTES) + THIRD_BYTES);
  setU32(r, PING_BYTES, 0);
  setU32(r, REQUEST_BYTES, THIRD_BYTES);
  setU32(r, ACK_BYTES, 0);
  setU32(r, ALARM_BYTES, NEWS_BYTES);
  setU32(r, ALIVE_BYTES, NEWS_BYTES);
  setU32(r, BACKGROUND, setting(c, BACKGROUND_LOAD));
  countHits(c);
}

export function swimBasicReceive(c: u32): void {
  receiveAll(c);
}
export function swimBasicAct(c: u32): void {
  actAll(c);
}
export function swimBasicMeasure(c: u32): void {
  measureAll(c);
}
