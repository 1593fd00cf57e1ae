/**
 * What the nodes of serf-event play by: its parameters, a row of words for each shard that follows from them,
 * written at the start, and the sizes of what is sent.
 */
import { div32, getU32, mul32, setU32, toF64, toU32 } from "../memory";
import { field, parameter, setting } from "./access";
import { NODES, SHARD } from "./context";
import { countdownWords } from "./countdown";
import { isStateRefused, pushPullFactor, cappedTransmits } from "./swim-rules";

const RULES_FIELD: u32 = 1;
/** Parameters, in order of src/protocols/serf-event/protocol.ts. */
export const EVENTS: u32 = 0;
export const EVENT_INTERVAL: u32 = 1;
export const GOSSIP_INTERVAL: u32 = 2;
export const SOURCE: u32 = 3;
export const EVENT_NAMES: u32 = 4;
export const EVENT_BYTES: u32 = 5;
export const EVENT_BUFFER: u32 = 6;
export const ACTIVE_EVENTS: u32 = 7;
export const GOSSIP_NODES: u32 = 8;
export const RETRANSMIT_MULT: u32 = 9;
export const PROBE_INTERVAL: u32 = 10;
export const PUSH_PULL_INTERVAL: u32 = 11;
export const UDP_BUFFER: u32 = 12;
export const MEMBERSHIP_BYTES: u32 = 13;
export const COORDINATE_BYTES: u32 = 14;
export const NAME_BYTES: u32 = 15;
export const META_BYTES: u32 = 16;
export const STATE_LIMIT: u32 = 17;

/** Words of the rules. */
export const SLOTS: u32 = 0;
/** Words of a cell. */
export const WORDS: u32 = 1;
export const TRANSMITS: u32 = 2;
/** Room for events in a packet of gossip, and beside a ping and its answer. */
export const GOSSIP_ROOM: u32 = 3;
export const PING_ROOM: u32 = 4;
export const ACK_ROOM: u32 = 5;
export const PROBE_PERIODS: u32 = 6;
export const EXCHANGE_PERIODS: u32 = 7;
/** 1: exchanges of full state are too long, and refused. */
export const REFUSES: u32 = 8;
const RULE_SHIFT: u32 = 6;

/** memberlist's net.go: a compound message, and of each part its length and that it is the user's. */
const COMPOUND_BYTES: u32 = 2;
const USER_BYTES: u32 = 1;
const PART_BYTES: u32 = 2 + USER_BYTES;
const SLOTS_MAX: u32 = 256;

export function rulesAt(c: u32): u32 {
  return field(c, RULES_FIELD) + (getU32(c, SHARD) << RULE_SHIFT);
}

export function writeRules(c: u32): void {
  const r = rulesAt(c);
  const nodes = getU32(c, NODES);
  const wanted = setting(c, EVENTS) < setting(c, ACTIVE_EVENTS) ? EVENTS : ACTIVE_EVENTS;
  let slots: u32 = 32;
  while (slots < setting(c, wanted) && slots < SLOTS_MAX) slots = slots << 1;
  const transmits = cappedTransmits(setting(c, RETRANSMIT_MULT), nodes);
  setU32(r, SLOTS, slots);
  setU32(r, TRANSMITS, transmits);
  setU32(r, WORDS, 1 + countdownWords(transmits));
  setU32(r, GOSSIP_ROOM, roomBeside(c, setting(c, MEMBERSHIP_BYTES)));
  setU32(r, PING_ROOM, roomBeside(c, pingBytes(c)));
  setU32(r, ACK_ROOM, roomBeside(c, ackBytes(c)));
  setU32(r, PROBE_PERIODS, periodsOf(c, parameter(c, PROBE_INTERVAL)));
  const exchanges = toF64(pushPullFactor(nodes)) * parameter(c, PUSH_PULL_INTERVAL);
  setU32(r, EXCHANGE_PERIODS, periodsOf(c, exchanges));
  setU32(r, REFUSES, isStateRefused(c, memberBytes(c), parameter(c, STATE_LIMIT)));
}
/** Events that fit into a packet which has other content, too. */
function roomBeside(c: u32, taken: u32): u32 {
  const budget = setting(c, UDP_BUFFER) - COMPOUND_BYTES;
  return budget < taken ? 0 : div32(budget - taken, setting(c, EVENT_BYTES) + PART_BYTES);
}
function periodsOf(c: u32, ms: f64): u32 {
  if (ms == 0.0) return 0;
  const periods = toU32(ms / parameter(c, GOSSIP_INTERVAL) + 0.5);
  return periods == 0 ? 1 : periods;
}
/** Sizes as swim-lifeguard has them; Serf's answers to pings carry a coordinate. */
export function pingBytes(c: u32): u32 {
  return 46 + (setting(c, NAME_BYTES) << 1);
}
export function ackBytes(c: u32): u32 {
  return 10 + setting(c, COORDINATE_BYTES);
}
export function memberBytes(c: u32): u32 {
  return 70 + setting(c, NAME_BYTES) + setting(c, META_BYTES);
}
/** Bytes of events in a packet; one alone goes without the frame of a compound message. */
export function partBytes(c: u32, events: u32): u32 {
  const bytes = setting(c, EVENT_BYTES);
  if (events == 1) return bytes + USER_BYTES;
  return events == 0 ? 0 : COMPOUND_BYTES + mul32(events, bytes + PART_BYTES);
}
