/**
 * Messages between shards. A shard appends to lists [from][to]; in the next tick the receiver reads
 * its column in from-order, so the order of messages does not depend on who ran which shard. A message
 * with a longer delay is then parked in the receiver's timing wheel. Lists are chains of chunks: those
 * of mailboxes come from an arena that is reset every second tick, those of wheels from a free list.
 * Chunk: next u32, count u32, two spare words, then CHUNK_MESSAGES messages.
 * Message: to u32, from u32, a word of kind u6, CONTROL, COPY, delay u23 and QUEUED, payload u32, then the
 * protocol's own words.
 */
import { copy, getU32, mul32, setU32 } from "../memory";
import {
  ARENA_END, ARENA_NEXT, DC_SIZE, DISTURBED, DOWNLINK_AT, DUPLICATE_BELOW, IN_HEADS_AT, INBOX_CHUNK,
  INBOX_INDEX, INBOX_PREVIEW, INBOX_REPEAT, INBOX_STAGE, MESSAGE_BYTES, OBSTRUCTED, OUT_ROW_AT,
  OVERFLOW, PAUSED_UNTIL, SHARD, SHARDS, SHARD_SHIFT, TICK, UPLINK_AT, WHEEL_END, WHEEL_FREE,
  WHEEL_MASK, WHEEL_NEXT, WHEEL_ROW_AT,
} from "./context";
import {
  CONTROL, COPY, DOWN, DROPPED, UP, bytesOf, countArrivedLost, countDuplicate, countSentLost, isCut,
  isDuplicated, noteLost, queueTicks,
} from "./links";
import { isPaused, isUp } from "./lives";
import { countCarried } from "./zones";

const FLAGS: u32 = COPY | CONTROL;
const DELAY_MAX: u32 = 0x7fffff;
/** The message waits, or waited, for its receiver's link. */
const QUEUED: u32 = 0x80000000;

/** Bytes of a message up to which it is copied word by word. */
const COPIED_BY_WORD: u32 = 64;

export const CHUNK_MESSAGES: u32 = 32;
export const CHUNK_HEADER_BYTES: u32 = 16;

export function messageTo(m: u32): u32 {
  return getU32(m, 0);
}
export function messageFrom(m: u32): u32 {
  return getU32(m, 1);
}
export function messageKind(m: u32): u32 {
  return getU32(m, 2) & 0x3f;
}
/** Ticks between sending and receipt. */
export function messageDelay(m: u32): u32 {
  return (getU32(m, 2) >>> 8) & DELAY_MAX;
}
export function messagePayload(m: u32): u32 {
  return getU32(m, 3);
}
/** For the receiver, between two passes over its inbox. */
export function setMessagePayload(m: u32, payload: u32): void {
  setU32(m, 3, payload);
}

/**
 * Appends a message to the mailbox of the receiver's shard.
 * @param from  a node of the shard that runs now
 * @param kind  1 .. 63, the protocol's own, with COPY or CONTROL
 * @param delay ticks, 1 .. 2^23 - 1
 * @returns address of the message, for extra words; 0 (the null page, where words may be written in vain)
 *   when the network loses it or the arena is full
 */
export function send(c: u32, to: u32, from: u32, kind: u32, delay: u32, payload: u32): u32 {
  return sendSized(c, to, from, kind, delay, payload, 0);
}

/** A message with `bytes` on the wire beyond the fixed size of its kind; see countBytes. */
export function sendSized(
  c: u32, to: u32, from: u32, kind: u32, delay: u32, payload: u32, bytes: u32,
): u32 {
  let ticks = delay;
  if (getU32(c, OBSTRUCTED) != 0 && (kind & FLAGS) != 0) {
    const wait = isCut(c, from, to) ? DROPPED : uplinkTicks(c, from, kind, bytes);
    if (wait == DROPPED) {
      countSentLost(c, kind);
      noteLost(c, from);
      return 0;
    }
    ticks = ticks + wait;
  }
  if (getU32(c, DC_SIZE) != 0 && (kind & FLAGS) != 0) {
    countCarried(c, to, from, bytesOf(c, kind, bytes));
  }
  const list = getU32(c, OUT_ROW_AT) + ((to >>> getU32(c, SHARD_SHIFT)) << 3);
  let chunk = getU32(list, 1);
  if (chunk == 0 || getU32(chunk, 1) == CHUNK_MESSAGES) {
    const fresh = arenaChunk(c);
    if (fresh == 0) return 0;
    link(list, chunk, fresh);
    chunk = fresh;
  }
  const used = getU32(chunk, 1);
  setU32(chunk, 1, used + 1);
  const m = chunk + CHUNK_HEADER_BYTES + mul32(used, getU32(c, MESSAGE_BYTES));
  setU32(m, 0, to);
  setU32(m, 1, from);
  setU32(m, 2, kind | (ticks << 8));
  setU32(m, 3, payload);
  return m;
}

/** Ticks that a message spends at its sender's link; DROPPED when that is full. */
function uplinkTicks(c: u32, from: u32, kind: u32, bytes: u32): u32 {
  const links = getU32(c, UPLINK_AT);
  return links == 0 ? 0 : queueTicks(c, links, UP, from, bytesOf(c, kind, bytes));
}

/** Opens the inbox of the shard that runs now: first the wheel's slot, then the mailboxes. */
export function openInbox(c: u32): void {
  const slot = getU32(c, WHEEL_ROW_AT) + ((getU32(c, TICK) & getU32(c, WHEEL_MASK)) << 3);
  setU32(c, INBOX_CHUNK, getU32(slot, 0));
  setU32(slot, 0, 0);
  setU32(slot, 1, 0);
  setU32(c, INBOX_INDEX, 0);
  setU32(c, INBOX_STAGE, 0);
  setU32(c, INBOX_REPEAT, 0);
  setU32(c, INBOX_PREVIEW, 0);
}

/** Opens the inbox to look through it once before it is read: nothing is counted. Round clock only. */
export function previewInbox(c: u32): void {
  openInbox(c);
  setU32(c, INBOX_PREVIEW, 1);
}

/** Address of the next message that arrives now, 0 when there is none left; valid until the next call. */
export function nextMessage(c: u32): u32 {
  if (getU32(c, DISTURBED) == 0) return nextDue(c);
  const again = getU32(c, INBOX_REPEAT);
  if (again != 0) {
    setU32(c, INBOX_REPEAT, 0);
    return again;
  }
  let m = nextDue(c);
  while (m != 0 && !getsThrough(c, m)) m = nextDue(c);
  if (m != 0) repeat(c, m);
  return m;
}

/** false when the receiver is down, or its link is full or busy: then the message is lost or parked. */
function getsThrough(c: u32, m: u32): bool {
  const kind = getU32(m, 2) & 0xff;
  const to = messageTo(m);
  if (isPaused(c, to) == 1) {
    wait(c, m, getU32(c, PAUSED_UNTIL) - getU32(c, TICK));
    return false;
  }
  if ((kind & FLAGS) == 0) return true;
  if (isUp(c, to) == 0) {
    if (getU32(c, INBOX_PREVIEW) == 0) {
      countArrivedLost(c, kind);
      noteLost(c, to);
    }
    return false;
  }
  const links = getU32(c, DOWNLINK_AT);
  if (links == 0 || (getU32(m, 2) & QUEUED) != 0) return true;
  const ticks = queueTicks(c, links, DOWN, to, bytesOf(c, kind, 0));
  if (ticks == 0) return true;
  if (ticks == DROPPED) {
    countArrivedLost(c, kind);
    noteLost(c, to);
  } else {
    setU32(m, 2, getU32(m, 2) | QUEUED);
    wait(c, m, ticks);
  }
  return false;
}

/** A message that is due waits for so many ticks more, or for as many as the wheel has. */
function wait(c: u32, m: u32, ticks: u32): void {
  const most = getU32(c, WHEEL_MASK);
  // Parking counts from the tick before.
  const delay = (ticks < most ? ticks : most) + 1;
  setU32(m, 2, (getU32(m, 2) & (QUEUED | 0xff)) | (delay << 8));
  park(c, m, getU32(c, MESSAGE_BYTES));
}

/** Now and then the network delivers a message twice. */
function repeat(c: u32, m: u32): void {
  const kind = getU32(m, 2) & 0xff;
  if (getU32(c, DUPLICATE_BELOW) == 0 || (kind & FLAGS) == 0) return;
  if (isDuplicated(c, messageFrom(m), messageTo(m), kind) == 0) return;
  setU32(c, INBOX_REPEAT, m);
  if (getU32(c, INBOX_PREVIEW) == 0) countDuplicate(c, kind);
}

/** Address of the next message whose delay is over. */
function nextDue(c: u32): u32 {
  const bytes = getU32(c, MESSAGE_BYTES);
  let chunk = getU32(c, INBOX_CHUNK);
  let index = getU32(c, INBOX_INDEX);
  let stage = getU32(c, INBOX_STAGE);
  while (true) {
    if (chunk == 0) {
      // Stage s > 0 reads the mailbox of shard s - 1.
      if (stage == getU32(c, SHARDS)) break;
      const row = getU32(c, IN_HEADS_AT) + mul32(stage, getU32(c, SHARDS) << 3);
      chunk = getU32(row + (getU32(c, SHARD) << 3), 0);
      stage++;
      index = 0;
    } else if (index < getU32(chunk, 1)) {
      const m = chunk + CHUNK_HEADER_BYTES + mul32(index, bytes);
      index++;
      if (stage > 0 && messageDelay(m) > 1) {
        park(c, m, bytes);
      } else {
        setU32(c, INBOX_CHUNK, chunk);
        setU32(c, INBOX_INDEX, index);
        setU32(c, INBOX_STAGE, stage);
        return m;
      }
    } else {
      const next = getU32(chunk, 0);
      if (stage == 0) {
        setU32(chunk, 0, getU32(c, WHEEL_FREE));
        setU32(c, WHEEL_FREE, chunk);
      }
      chunk = next;
      index = 0;
    }
  }
  setU32(c, INBOX_CHUNK, 0);
  setU32(c, INBOX_STAGE, stage);
  return 0;
}

/** Copies a message that was sent in the last tick into the wheel slot of its delivery. */
function park(c: u32, m: u32, bytes: u32): void {
  const due = (getU32(c, TICK) - 1 + messageDelay(m)) & getU32(c, WHEEL_MASK);
  const list = getU32(c, WHEEL_ROW_AT) + (due << 3);
  let chunk = getU32(list, 1);
  if (chunk == 0 || getU32(chunk, 1) == CHUNK_MESSAGES) {
    const fresh = wheelChunk(c);
    if (fresh == 0) return;
    link(list, chunk, fresh);
    chunk = fresh;
  }
  const used = getU32(chunk, 1);
  setU32(chunk, 1, used + 1);
  copyMessage(chunk + CHUNK_HEADER_BYTES + mul32(used, bytes), m, bytes);
}

/** Few words one by one: a call to copy them costs as much as 16. */
function copyMessage(to: u32, m: u32, bytes: u32): void {
  if (bytes > COPIED_BY_WORD) copy(to, m, bytes);
  else for (let word: u32 = 0; word < bytes >>> 2; word++) setU32(to, word, getU32(m, word));
}

/** Makes `fresh` the last chunk of a list whose last chunk was `last` (0 = empty list). */
function link(list: u32, last: u32, fresh: u32): void {
  setU32(fresh, 0, 0);
  setU32(fresh, 1, 0);
  if (last == 0) setU32(list, 0, fresh);
  else setU32(last, 0, fresh);
  setU32(list, 1, fresh);
}

function arenaChunk(c: u32): u32 {
  const chunk = getU32(c, ARENA_NEXT);
  const next = chunk + CHUNK_HEADER_BYTES + mul32(CHUNK_MESSAGES, getU32(c, MESSAGE_BYTES));
  if (next > getU32(c, ARENA_END)) {
    setU32(c, OVERFLOW, 1);
    return 0;
  }
  setU32(c, ARENA_NEXT, next);
  return chunk;
}

function wheelChunk(c: u32): u32 {
  const free = getU32(c, WHEEL_FREE);
  if (free != 0) {
    setU32(c, WHEEL_FREE, getU32(free, 0));
    return free;
  }
  const chunk = getU32(c, WHEEL_NEXT);
  const next = chunk + CHUNK_HEADER_BYTES + mul32(CHUNK_MESSAGES, getU32(c, MESSAGE_BYTES));
  if (next > getU32(c, WHEEL_END)) {
    setU32(c, OVERFLOW, 1);
    return 0;
  }
  setU32(c, WHEEL_NEXT, next);
  return chunk;
}
