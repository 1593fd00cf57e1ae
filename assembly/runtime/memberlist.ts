/**
 * memberlist's settings of the SWIM engine (swim-*.ts): probes in round-robin order, indirect probes with nacks, a
 * ping over TCP, suspicion timers that confirmations shorten, local health, gossip with a transmit limit in
 * packets of bounded size, exchanges of full state. Parameters come first in each model that runs over it, in
 * the order of src/protocols/shared/memberlist.ts.
 */
import { getU32, mul32, setF64, setU32, toF64, toU32 } from "../memory";
import { parameter, setting } from "./access";
import { NODES } from "./context";
import {
  ACK_BYTES,
  ALARM_BYTES,
  ALIVE_BYTES,
  BACKGROUND,
  BUDDY,
  GOSSIP_NODES,
  GOSSIP_TICKS,
  GOSSIP_TO_DEAD,
  HEALTH_MAX,
  INDIRECT_CHECKS,
  NACKS,
  PACKET_BYTES,
  PING_BYTES,
  PUSH_PULL_PERIODS,
  REFUSES,
  REQUEST_BYTES,
  ROUND_ROBIN,
  STATE_BYTES,
  SUBJECTS,
  TCP_PING,
  TIMEOUT,
  TRANSMITS,
  countHits,
  isStateRefused,
  pushPullFactor,
  cappedTransmits,
  rulesAt,
  stateBytes,
  ticksOf,
  writeSuspicion,
} from "./swim-rules";

/** Parameters, in order of declaration. */
const SUBJECT_COUNT: u32 = 0;
const PROBE_INTERVAL: u32 = 1;
const PROBE_TIMEOUT: u32 = 2;
const CHECKS: u32 = 3;
const SUSPICION_MULT: u32 = 4;
const SUSPICION_MAX_MULT: u32 = 5;
const AWARENESS_MAX: u32 = 6;
const RETRANSMIT_MULT: u32 = 7;
const GOSSIP_INTERVAL: u32 = 8;
const GOSSIP_FANOUT: u32 = 9;
const TO_THE_DEAD: u32 = 10;
const PUSH_PULL_INTERVAL: u32 = 11;
const UDP_BUFFER: u32 = 12;
const TCP_PINGS: u32 = 13;
const SEND_NACKS: u32 = 14;
const BUDDY_SYSTEM: u32 = 15;
const NAME_BYTES: u32 = 16;
const META_BYTES: u32 = 17;
const STATE_LIMIT: u32 = 18;
const BACKGROUND_LOAD: u32 = 19;
/** A compound message: type and count once, a length of two bytes for each part (memberlist's net.go). */
const COMPOUND_BYTES: u32 = 2;
const PART_BYTES: u32 = 2;
/** A member in an exchange of full state, beside its name and meta. */
const MEMBER_BYTES: u32 = 70;

/** First parameter behind those of memberlist. */
export const MORE_PARAMETERS: u32 = 20;

export function startMemberlist(c: u32): void {
  const r = rulesAt(c);
  const interval = parameter(c, PROBE_INTERVAL);
  setU32(r, SUBJECTS, setting(c, SUBJECT_COUNT));
  setU32(r, ROUND_ROBIN, 1);
  setU32(r, TIMEOUT, ticksOf(c, parameter(c, PROBE_TIMEOUT), interval));
  setU32(r, INDIRECT_CHECKS, setting(c, CHECKS));
  setU32(r, TCP_PING, setting(c, TCP_PINGS));
  setU32(r, NACKS, setting(c, SEND_NACKS));
  setU32(r, BUDDY, setting(c, BUDDY_SYSTEM));
  setU32(r, HEALTH_MAX, setting(c, AWARENESS_MAX) - 1);
  setU32(r, GOSSIP_TICKS, ticksOf(c, parameter(c, GOSSIP_INTERVAL), interval));
  setU32(r, GOSSIP_NODES, setting(c, GOSSIP_FANOUT));
  setU32(r, GOSSIP_TO_DEAD, ticksOf(c, parameter(c, TO_THE_DEAD), interval));
  setU32(r, TRANSMITS, cappedTransmits(setting(c, RETRANSMIT_MULT), getU32(c, NODES)));
  setU32(r, BACKGROUND, setting(c, BACKGROUND_LOAD));
  writeSuspicion(c, setting(c, SUSPICION_MULT), parameter(c, SUSPICION_MAX_MULT), interval);
  writeExchanges(c, r, setting(c, PUSH_PULL_INTERVAL), interval);
  writeSizes(c, r);
  countHits(c);
}

/** memberlist stretches the interval with the number of nodes; here it is a whole number of periods. */
function writeExchanges(c: u32, r: u32, everyMs: u32, interval: f64): void {
  if (everyMs == 0) return;
  const periods = toU32(toF64(mul32(everyMs, pushPullFactor(getU32(c, NODES)))) / interval + 0.5);
  setU32(r, PUSH_PULL_PERIODS, periods == 0 ? 1 : periods);
}

/** Sizes by the field names that MessagePack writes out (memberlist's net.go), and the names' own length. */
function writeSizes(c: u32, r: u32): void {
  const name = setting(c, NAME_BYTES);
  const meta = setting(c, META_BYTES);
  setU32(r, PING_BYTES, 46 + name + name);
  setU32(r, REQUEST_BYTES, 72 + name + name);
  setU32(r, ACK_BYTES, 10);
  setU32(r, ALARM_BYTES, PART_BYTES + 31 + name + name);
  setU32(r, ALIVE_BYTES, PART_BYTES + 62 + name + meta);
  const limit = parameter(c, STATE_LIMIT);
  setU32(r, REFUSES, isStateRefused(c, MEMBER_BYTES + name + meta, limit));
  setF64(r, STATE_BYTES, stateBytes(c, MEMBER_BYTES + name + meta, limit));
  setU32(r, PACKET_BYTES, setting(c, UDP_BUFFER) - COMPOUND_BYTES);
}
