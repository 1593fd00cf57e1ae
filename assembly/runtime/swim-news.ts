/**
 * What a node of the SWIM family makes of news about a subject: memberlist's state.go (aliveNode, suspectNode,
 * deadNode, refute). Of two pieces the later incarnation counts; an accusation also counts at the same one.
 */
import { clearBit, getU32, lowestBit, setU32 } from "../memory";
import { PERIOD, TICK } from "./context";
import { send } from "./mailbox";
import { acquit, convict, isGone, isLeaving, isSlow, subjectNode, subjectOf } from "./subjects";
import {
  ALIVE, DEAD, DEAD_BITS, SUSPECT, SUSPECT_BITS, SUSPICION_DUE, cellOf, confirm, incarnationOf, isLater, rowOf, setNews,
  statusOf, suspicionEnd, worsen,
} from "./swim-rows";
import {
  HEALTHY_ACCUSED, HEALTH_MAX, REFUTATIONS, SUBJECTS, SUSPECTS, TRANSMITS, tally,
} from "./swim-rules";

/** Kind of the message to oneself that ends a suspicion; its payload is the tick it was set to. */
export const SUSPICION_TIMER: u32 = 20;

/**
 * @param accuser id of the node that says so, or its low 16 bits
 * @returns 1 when it was new
 */
export function hear(
  c: u32, r: u32, node: u32, s: u32, status: u32, incarnation: u32, accuser: u32,
): u32 {
  if (subjectNode(c, getU32(r, SUBJECTS), s) == node) {
    return hearOfSelf(c, r, node, s, status, incarnation);
  }
  endSuspicion(c, r, node, s);
  const cell = cellOf(c, r, node, s);
  const known = incarnationOf(cell);
  if (status == ALIVE) {
    if (isLater(incarnation, known) == 0) return 0;
    become(c, r, node, s, ALIVE, incarnation, 0);
    return 1;
  }
  const before = statusOf(cell);
  if (before == DEAD || isLater(known, incarnation) == 1) return 0;
  if (before == SUSPECT && status == SUSPECT) {
    const counts = confirm(r, rowOf(c, node), cell, s, accuser, getU32(r, TRANSMITS));
    if (counts == 1) setSuspicionTimer(c, r, node, s);
    return counts;
  }
  become(c, r, node, s, status, incarnation, accuser);
  return 1;
}

/** Whoever hears that it is suspected, or dead, says otherwise with a later incarnation. */
function hearOfSelf(c: u32, r: u32, node: u32, s: u32, status: u32, incarnation: u32): u32 {
  const own = incarnationOf(cellOf(c, r, node, s));
  if (status == ALIVE || isLater(own, incarnation) == 1 || isLeaving(c, node) == 1) return 0;
  setNews(c, r, node, s, ALIVE, (incarnation + 1) & 255, 0, getU32(r, TRANSMITS));
  worsen(rowOf(c, node), 1, getU32(r, HEALTH_MAX));
  tally(c, REFUTATIONS);
  return 1;
}

/**
 * A node that is about to leave says so: it is dead by its own word, which nobody refutes. When it is back it is
 * alive with a later incarnation.
 */
export function tellOfLeaving(c: u32, r: u32, node: u32, row: u32): void {
  const subjects = getU32(r, SUBJECTS);
  const s = subjectOf(c, subjects, node);
  if (s == subjects) return;
  const cell = cellOf(c, r, node, s);
  const leaves = isLeaving(c, node) == 1;
  if (leaves == (statusOf(cell) == DEAD)) return;
  const incarnation = incarnationOf(cell) + (leaves ? 0 : 1);
  setNews(c, r, node, s, leaves ? DEAD : ALIVE, incarnation & 255, node, getU32(r, TRANSMITS));
  // It goes on as before: only the news is of its death.
  clearBit(row + (DEAD_BITS << 2), s);
}

/** The node's own probe of a subject failed. */
export function accuse(c: u32, r: u32, node: u32, s: u32): void {
  const status: u32 = getU32(r, SUSPECTS) == 1 ? SUSPECT : DEAD;
  hear(c, r, node, s, status, incarnationOf(cellOf(c, r, node, s)), node);
}

function become(
  c: u32, r: u32, node: u32, s: u32, status: u32, incarnation: u32, accuser: u32,
): void {
  const before = statusOf(cellOf(c, r, node, s));
  const subjects = getU32(r, SUBJECTS);
  setNews(c, r, node, s, status, incarnation, accuser, getU32(r, TRANSMITS));
  if (status == DEAD) {
    const subject = subjectNode(c, subjects, s);
    convict(c, subjects, node, s);
    if (isGone(c, subject) == 0 && isSlow(c, subject) == 0) tally(c, HEALTHY_ACCUSED);
  } else if (before == DEAD) {
    acquit(c, subjects, s);
  }
  if (status == SUSPECT) setSuspicionTimer(c, r, node, s);
}

/** A suspect that has not refuted in time is dead. */
function endSuspicion(c: u32, r: u32, node: u32, s: u32): void {
  const cell = cellOf(c, r, node, s);
  if (statusOf(cell) != SUSPECT || getU32(c, TICK) < suspicionEnd(r, cell)) return;
  become(c, r, node, s, DEAD, incarnationOf(cell), node);
}

/** Sets the node's timer when a suspicion ends within a period and before what it is set to. */
function setSuspicionTimer(c: u32, r: u32, node: u32, s: u32): void {
  const tick = getU32(c, TICK);
  const row = rowOf(c, node);
  const set = getU32(row, SUSPICION_DUE);
  let end = suspicionEnd(r, cellOf(c, r, node, s));
  if (end <= tick) end = tick + 1;
  if (end > tick + getU32(c, PERIOD) || (set != 0 && set <= end)) return;
  setU32(row, SUSPICION_DUE, end);
  send(c, node, node, SUSPICION_TIMER, end - tick, end);
}
/** Sets the timer for the suspicions that end before the node's next period. */
export function watchSuspects(c: u32, r: u32, node: u32, row: u32): void {
  for (let word: u32 = 0; word < 2; word++) {
    let bits = getU32(row, SUSPECT_BITS + word);
    while (bits != 0) {
      const s = lowestBit(bits);
      bits = (bits & (bits - 1)) >>> 0;
      setSuspicionTimer(c, r, node, (word << 5) + s);
    }
  }
}
/** The timer is due: ends what suspicions are over, and sets it for the next. */
export function endSuspicions(c: u32, r: u32, node: u32, row: u32, due: u32): void {
  if (getU32(row, SUSPICION_DUE) != due) return;
  setU32(row, SUSPICION_DUE, 0);
  for (let word: u32 = 0; word < 2; word++) {
    let bits = getU32(row, SUSPECT_BITS + word);
    while (bits != 0) {
      const s = lowestBit(bits);
      bits = (bits & (bits - 1)) >>> 0;
      endSuspicion(c, r, node, (word << 5) + s);
    }
  }
  watchSuspects(c, r, node, row);
}
