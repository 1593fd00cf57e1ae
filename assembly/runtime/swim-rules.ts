/**
 * What the models of the SWIM family play by: a row of u32 words per shard, written by the protocol's Start
 * from its parameters, so that one engine serves them all. Times are ticks. Field order of the family:
 * believers (subjects.ts), rows, cells, rules, tallies; see src/protocols/shared/swim.ts.
 */
import {
  addF64, getF64, getU32, lowestBit, mul32, setF64, setU32, toF64, toU32,
} from "../memory";
import { field } from "./access";
import {
  CELLS_AT, END, FIRST, MESSAGE_BYTES, NODES, OUTAGE_HITS_AT, PERIOD, SHARD, SHARDS,
} from "./context";
import { naturalLog } from "./math";
import { retransmitLimit } from "./members";
import { OWN_CELLS, subjectNode } from "./subjects";

const RULES_FIELD: u32 = 3;
const TALLIES_FIELD: u32 = 4;
/** Words. */
export const SUBJECTS: u32 = 0;
/** 1: each node probes all others in an order of its own, then in another; 0: uniform draws. */
export const ROUND_ROBIN: u32 = 1;
/** From the ping to the indirect probes. */
export const TIMEOUT: u32 = 2;
export const INDIRECT_CHECKS: u32 = 3;
/** 1: a ping over TCP beside the indirect probes. */
export const TCP_PING: u32 = 4;
/** 1: helpers say when they got no answer either. */
export const NACKS: u32 = 5;
/** Highest score of the local health; 0 = none is kept. */
export const HEALTH_MAX: u32 = 6;
/** 0: no packets of gossip, all rides on probes. */
export const GOSSIP_TICKS: u32 = 7;
export const GOSSIP_NODES: u32 = 8;
/** Times that a node sends a piece of news. */
export const TRANSMITS: u32 = 9;
/** Room for news in a packet; bytes of an accusation and of a sign of life in it. */
export const PACKET_BYTES: u32 = 10;
export const ALARM_BYTES: u32 = 11;
export const ALIVE_BYTES: u32 = 12;
/** Confirmations that bring the suspicion timer to its minimum. */
export const CONFIRMATIONS: u32 = 13;
/** 0: a failed probe is a verdict at once. */
export const SUSPECTS: u32 = 14;
/** Periods between two exchanges of full state; 0 = none. */
export const PUSH_PULL_PERIODS: u32 = 15;
/** For so long the dead still get gossip. */
export const GOSSIP_TO_DEAD: u32 = 17;
/** Bytes of messages beyond the fixed size of those without a copy. */
export const PING_BYTES: u32 = 18;
export const REQUEST_BYTES: u32 = 19;
export const ACK_BYTES: u32 = 20;
/** 1: a suspect is told so with the ping. */
export const BUDDY: u32 = 21;
/** 1: news about subjects stands for as much news about nodes that nobody tracks. */
export const BACKGROUND: u32 = 22;
/** 1: exchanges of full state are too long, and refused. */
export const REFUSES: u32 = 23;
/** Suspicion timer after 0, 1, … confirmations. */
export const SUSPICION_TICKS: u32 = 24;
export const CONFIRMATIONS_MAX: u32 = 7;
/** For each outage a subject it hits, plus 1. */
const REPRESENTATIVES: u32 = 40;
/** For each outage how many of the shard's nodes it hits; the last word counts those no outage hits. */
const HITS: u32 = 80;
/** Doubles from here on: nodes that each tracked node of an outage stands for; the last for no outage. */
const WEIGHTS: u32 = 64;
/** Bytes of an exchange of full state, a double too. */
export const STATE_BYTES: u32 = 97;
const OUTAGES: u32 = 32;
const ROW_SHIFT: u32 = 10;

/** Tallies of a shard; each is a cell of the measures, too. */
export const PROBES: u32 = 0;
export const FAILED_PROBES: u32 = 1;
/** Failed probes of nodes that were up. */
export const FALSE_SUSPICIONS: u32 = 2;
export const REFUTATIONS: u32 = 3;
/** Pieces of news for which a packet had no room. */
export const CROWDED_OUT: u32 = 4;
/** Verdicts about nodes that were neither down nor slow. */
export const HEALTHY_ACCUSED: u32 = 5;
export const EXCHANGES_REFUSED: u32 = 6;
const TALLIES: u32 = 7;
/** Transmits left are six bits of a cell. */
const TRANSMITS_MAX: u32 = 63;
const LN_10: f64 = 2.302585092994046;
const LN_2: f64 = 0.6931471805599453;
/** Members in an exchange of full state. */
const STATE_NODES_MAX: u32 = 1048576;
/** Logarithms of whole powers come out a bit high or low. */
const ROUNDING: f64 = 1e-9;

export function rulesAt(c: u32): u32 {
  return field(c, RULES_FIELD) + (getU32(c, SHARD) << ROW_SHIFT);
}
export function tally(c: u32, which: u32): void {
  const at = field(c, TALLIES_FIELD) + (mul32(getU32(c, SHARD), TALLIES) << 3);
  addF64(at, which, 1.0);
}
/** Adds the shard's tallies to its cells, after those of the subjects. */
export function measureTallies(c: u32): void {
  const at = field(c, TALLIES_FIELD) + (mul32(getU32(c, SHARD), TALLIES) << 3);
  for (let which: u32 = 0; which < TALLIES; which++) {
    addF64(getU32(c, CELLS_AT), OWN_CELLS + which, getF64(at, which));
  }
}
/** First cell behind the tallies. */
export const MORE_CELLS: u32 = OWN_CELLS + TALLIES;

/** Pieces of news that fit into a message of the simulation, behind its head word. */
export function newsMax(c: u32): u32 {
  return ((getU32(c, MESSAGE_BYTES) - 16) >>> 2) - 1;
}

/** Milliseconds as ticks, where a period is `periodMs` long; at least 1. */
export function ticksOf(c: u32, ms: f64, periodMs: f64): u32 {
  const ticks = toU32((ms * toF64(getU32(c, PERIOD))) / periodMs + 0.5);
  return ticks == 0 ? 1 : ticks;
}
function ceiling(x: f64): u32 {
  const floor = toU32(x);
  return toF64(floor) < x - ROUNDING ? floor + 1 : floor;
}

/** As far as a cell can count. */
export function cappedTransmits(multiplier: u32, nodes: u32): u32 {
  const limit = retransmitLimit(multiplier, nodes);
  return limit < TRANSMITS_MAX ? limit : TRANSMITS_MAX;
}
/** memberlist's util.go, pushPullScale: each doubling of more than 32 nodes adds the interval once. */
export function pushPullFactor(nodes: u32): u32 {
  if (nodes <= 32) return 1;
  return ceiling(naturalLog(toF64(nodes)) / LN_2 - 5.0) + 1;
}

/**
 * memberlist's net.go: 1 when an exchange of full state is refused, for the members in it or its bytes once
 * decompressed. @param limitMiB 0 = nothing is refused
 */
export function isStateRefused(c: u32, memberBytes: u32, limitMiB: f64): u32 {
  const nodes = getU32(c, NODES);
  if (limitMiB == 0.0) return 0;
  if (nodes > STATE_NODES_MAX) return 1;
  return toF64(nodes) * toF64(memberBytes) > limitMiB * 1048576.0 ? 1 : 0;
}

/** Bytes of an exchange: who refuses one ends the connection where it is too long. */
export function stateBytes(c: u32, memberBytes: u32, limitMiB: f64): f64 {
  if (isStateRefused(c, memberBytes, limitMiB) == 1) return limitMiB * 1048576.0;
  return toF64(getU32(c, NODES)) * toF64(memberBytes);
}

/**
 * memberlist's util.go, suspicionTimeout, and suspicion.go, remainingSuspicionTime: the timer falls from
 * its maximum to its minimum with the logarithm of the confirmations.
 * @param longest the maximum as a multiple of the minimum
 */
export function writeSuspicion(c: u32, multiplier: u32, longest: f64, periodMs: f64): void {
  const r = rulesAt(c);
  const nodes = getU32(c, NODES);
  const digits = naturalLog(toF64(nodes)) / LN_10;
  const scale = toF64(toU32((digits > 1.0 ? digits : 1.0) * 1000.0 + 1000.0 * ROUNDING));
  const least = (toF64(multiplier) * scale * periodMs) / 1000.0;
  let wanted: u32 = multiplier > 2 ? multiplier - 2 : 0;
  if (wanted > CONFIRMATIONS_MAX) wanted = CONFIRMATIONS_MAX;
  if (nodes < wanted + 2) wanted = 0;
  setU32(r, SUSPECTS, 1);
  setU32(r, CONFIRMATIONS, wanted);
  if (wanted == 0) setU32(r, SUSPICION_TICKS, ticksOf(c, least, periodMs));
  else {
    for (let count: u32 = 0; count <= wanted; count++) {
      const share = naturalLog(toF64(count) + 1.0) / naturalLog(toF64(wanted) + 1.0);
      const ms = toF64(toU32(least * longest - share * least * (longest - 1.0) + ROUNDING));
      setU32(r, SUSPICION_TICKS + count, ticksOf(c, ms < least ? least : ms, periodMs));
    }
  }
}

/** Counts whom each outage hits among the shard's nodes; call at the start. */
export function countHits(c: u32): void {
  const r = rulesAt(c);
  const hits = getU32(c, OUTAGE_HITS_AT);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const outage = outageOf(hits, node);
    setU32(r, HITS + outage, getU32(r, HITS + outage) + 1);
  }
}
/** First outage that ever hits a node; OUTAGES when none does. */
function outageOf(hits: u32, node: u32): u32 {
  if (hits == 0) return OUTAGES;
  const mask = getU32(hits, node);
  return mask == 0 ? OUTAGES : lowestBit(mask);
}

/** How many nodes a tracked one stands for, by outage; call in the first tick, when all have counted. */
export function weighSubjects(c: u32): void {
  const r = rulesAt(c);
  const hits = getU32(c, OUTAGE_HITS_AT);
  const subjects = getU32(r, SUBJECTS);
  for (let outage: u32 = 0; outage <= OUTAGES; outage++) {
    let nodes: f64 = 0;
    for (let shard: u32 = 0; shard < getU32(c, SHARDS); shard++) {
      nodes = nodes + toF64(getU32(field(c, RULES_FIELD) + (shard << ROW_SHIFT), HITS + outage));
    }
    let tracked: f64 = 0;
    for (let s: u32 = 0; s < subjects; s++) {
      if (outageOf(hits, subjectNode(c, subjects, s)) != outage) continue;
      if (tracked == 0.0 && outage < OUTAGES) setU32(r, REPRESENTATIVES + outage, s + 1);
      tracked = tracked + 1.0;
    }
    const weighs = tracked > 0.0 && getU32(r, BACKGROUND) == 1;
    setF64(r, WEIGHTS + outage, weighs ? nodes / tracked : 1.0);
  }
}
/** Nodes that subject `s` stands for when news about it competes for room. */
export function weightOf(c: u32, r: u32, s: u32): f64 {
  const node = subjectNode(c, getU32(r, SUBJECTS), s);
  return getF64(r, WEIGHTS + outageOf(getU32(c, OUTAGE_HITS_AT), node));
}
/**
 * A node that nobody tracks is down: the subject that the same outage hits, plus 1. Who knows of the one
 * knows of the other. 0 when the outage hits no subject.
 */
export function representative(r: u32, outages: u32): u32 {
  return getU32(r, REPRESENTATIVES + lowestBit(outages));
}
