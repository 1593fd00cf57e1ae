/**
 * State of one rumor, shared by the protocols that spread one: who is informed, since when, over how
 * many hops, and how many messages each node handled. Field order: src/protocols/shared/rumor.ts.
 */
import { getBit, getU16, getU32, setBit, setU16, setU32, toF64 } from "../memory";
import { countArrived, countLatest, field } from "./access";
import {
  ARRIVAL_ROUND, EVENT_CLOCK, INFORMED, LAST_TICK, ORIGIN, PERIOD, REDUNDANT, ROUND, TICK,
} from "./context";

const INFORMED_FIELD: u32 = 0;
const SINCE_FIELD: u32 = 1;
const HOPS_FIELD: u32 = 2;
const LOAD_FIELD: u32 = 3;
/** Hops are stored in a u16; longer paths count as this many. */
const HOPS_MAX: u32 = 65535;

/** Informs the origin before the first tick; call in the origin's shard. */
export function informOrigin(c: u32): void {
  setBit(field(c, INFORMED_FIELD), getU32(c, ORIGIN));
  setU32(field(c, SINCE_FIELD), getU32(c, ORIGIN), 1);
}

/** 0 = susceptible; on a round clock round + 2, on an event clock tick + 1 of becoming informed. */
export function since(c: u32, node: u32): u32 {
  return getU32(field(c, SINCE_FIELD), node);
}

/**
 * true when `node` knew the rumor as `round` began. On an event clock messages are answered from the
 * state at receipt, so there it means "knows it now".
 */
export function knewAt(c: u32, node: u32, round: u32): bool {
  if (getBit(field(c, INFORMED_FIELD), node) == 0) return false;
  return getU32(c, EVENT_CLOCK) == 1 || since(c, node) <= round + 1;
}

/** true while `node` may still send: forever when `activeRounds` is 0, else that many rounds. */
export function isActive(c: u32, node: u32, activeRounds: u32): bool {
  if (!knewAt(c, node, getU32(c, ROUND))) return false;
  if (activeRounds == 0) return true;
  if (getU32(c, EVENT_CLOCK) == 1) {
    return getU32(c, TICK) + 1 - since(c, node) <= activeRounds * getU32(c, PERIOD);
  }
  return getU32(c, ROUND) + 1 - since(c, node) < activeRounds;
}

/** Length of the path over which `node` was informed. */
export function hops(c: u32, node: u32): u32 {
  return getU16(field(c, HOPS_FIELD), node);
}

/**
 * A copy of the rumor arrives. Among copies of one round the shortest path counts, so the outcome does
 * not depend on their order.
 * @returns 1 when the node is newly informed
 */
export function receiveRumor(c: u32, node: u32, hopsOfSender: u32): u32 {
  const path = hopsOfSender < HOPS_MAX ? hopsOfSender + 1 : HOPS_MAX;
  const event = getU32(c, EVENT_CLOCK) == 1;
  const stamp = event ? getU32(c, TICK) + 1 : getU32(c, ARRIVAL_ROUND) + 2;
  if (getBit(field(c, INFORMED_FIELD), node) == 1) {
    countArrived(c, REDUNDANT);
    if (since(c, node) == stamp && path < hops(c, node)) setU16(field(c, HOPS_FIELD), node, path);
    return 0;
  }
  setBit(field(c, INFORMED_FIELD), node);
  setU32(field(c, SINCE_FIELD), node, stamp);
  setU16(field(c, HOPS_FIELD), node, path);
  countArrived(c, INFORMED);
  countLatest(c, LAST_TICK, toF64(getU32(c, TICK) + 1));
  return 1;
}

/** Counts a message that `node` sent or received. */
export function countLoad(c: u32, node: u32): void {
  const load = field(c, LOAD_FIELD);
  setU32(load, node, getU32(load, node) + 1);
}
