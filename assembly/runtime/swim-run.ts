/** Steps of every model of the SWIM family: what its Receive, Act and Measure do. */
import { addF64, getU8, getU32, lowestBit, toF64 } from "../memory";
import { CELLS_AT, END, FIRST, MORTAL, TICK } from "./context";
import { nextUp } from "./lives";
import { messageKind, messageTo, nextMessage, openInbox } from "./mailbox";
import { forgetBelievers, countBeliever, measureBeliefs } from "./subjects";
import { swimPeriod, swimReceive, swimTimeouts } from "./swim-probe";
import { DEAD_BITS, HEALTH, QUEUED, rowOf } from "./swim-rows";
import { MORE_CELLS, SUBJECTS, measureTallies, rulesAt, weighSubjects } from "./swim-rules";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "./timers";

/** Cells: the sum of health scores, nodes with any, nodes with news to pass on. */
const SCORES: u32 = MORE_CELLS;
const UNHEALTHY: u32 = MORE_CELLS + 1;
const SPREADERS: u32 = MORE_CELLS + 2;

export function receiveAll(c: u32): void {
  if (getU32(c, TICK) == 0) weighSubjects(c);
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    if (messageKind(m) != TIMER) swimReceive(c, m);
    else if (timerFires(c, m, messageTo(m)) == 1) swimPeriod(c, messageTo(m));
  }
}

export function actAll(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  swimTimeouts(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) swimPeriod(c, node);
}

export function measureAll(c: u32): void {
  const cells = getU32(c, CELLS_AT);
  const subjects = getU32(rulesAt(c), SUBJECTS);
  const end = getU32(c, END);
  // Nodes that crash and forget do not take their beliefs back: counted afresh where nodes may crash.
  const recounts = getU32(c, MORTAL) == 1;
  if (recounts) forgetBelievers(c, subjects);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const row = rowOf(c, node);
    const score = getU8(row, HEALTH);
    if (score > 0) {
      addF64(cells, SCORES, toF64(score));
      addF64(cells, UNHEALTHY, 1.0);
    }
    if ((getU32(row, QUEUED) | getU32(row, QUEUED + 1)) != 0) addF64(cells, SPREADERS, 1.0);
    if (recounts) countBeliefs(c, subjects, row);
  }
  measureBeliefs(c, subjects);
  measureTallies(c);
}
function countBeliefs(c: u32, subjects: u32, row: u32): void {
  for (let word: u32 = 0; word < 2; word++) {
    let bits = getU32(row, DEAD_BITS + word);
    while (bits != 0) {
      countBeliever(c, subjects, (word << 5) + lowestBit(bits));
      bits = (bits & (bits - 1)) >>> 0;
    }
  }
}
