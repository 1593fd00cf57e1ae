/**
 * Packets of the SWIM family. News rides on every datagram while there is room, the least sent first, then
 * the longer piece, then the newer one (memberlist's queue.go). A packet is gathered in the worker's list of
 * edges: count, bytes, news. A message: head word (count u8, sequence u8, flags), then news.
 */
import { getU32, lowestBit, mul32, setU32, toF64, toU32 } from "../memory";
import { threefry } from "../kernels/random";
import { EDGES_AT, SEED, TICK } from "./context";
import { sendDatagram, sendOverTcp } from "./datagrams";
import { subjectNode } from "./subjects";
import { hear } from "./swim-news";
import {
  ALIVE, DEAD, QUEUED, SUSPECT, cellOf, countTransmit, hasNews, incarnationOf, newsOf, sinceOf, statusOf,
  transmitsOf,
} from "./swim-rows";
import {
  ALARM_BYTES, ALIVE_BYTES, CROWDED_OUT, PACKET_BYTES, SUBJECTS, newsMax, tally, weightOf,
} from "./swim-rules";

/** Purpose of the draw whether news of many gets one of few places; its low bits number the packet. */
const PLACES: u32 = 0xeb000000;
const HEAD_WORD: u32 = 4;
const NEWS_WORD: u32 = 5;
const COUNT: u32 = 0;
const BYTES: u32 = 1;
const LIST: u32 = 2;
/** Status in an exchange of state of who left by its own word. */
const LEFT: u32 = 3;

export function headOf(m: u32): u32 {
  return getU32(m, HEAD_WORD) >>> 8;
}

/** An empty packet. */
export function openPacket(c: u32): void {
  const packet = getU32(c, EDGES_AT);
  setU32(packet, COUNT, 0);
  setU32(packet, BYTES, 0);
}
export function isEmpty(c: u32): bool {
  return getU32(getU32(c, EDGES_AT), COUNT) == 0;
}
function add(c: u32, news: u32, bytes: u32): void {
  const packet = getU32(c, EDGES_AT);
  const count = getU32(packet, COUNT);
  setU32(packet, LIST + count, news);
  setU32(packet, COUNT, count + 1);
  setU32(packet, BYTES, getU32(packet, BYTES) + bytes);
}

/** The accusation that goes with a ping to a suspect. */
export function addAccusation(c: u32, r: u32, node: u32, s: u32): void {
  const incarnation = incarnationOf(cellOf(c, r, node, s));
  const news = SUSPECT | (s << 2) | (incarnation << 8) | ((node & 0xffff) << 16);
  add(c, news >>> 0, getU32(r, ALARM_BYTES));
}

/**
 * Fills the packet from the node's queue. News about a subject stands for as much about nodes that nobody
 * tracks: all of it takes room, and where there is too little a draw says whether the subject's is in.
 * @param taken bytes that are not for news
 * @param packet numbers the node's packets of this tick
 */
export function addNews(c: u32, r: u32, node: u32, row: u32, taken: u32, packet: u32): void {
  if (!hasNews(row)) return;
  let room = toF64(getU32(r, PACKET_BYTES)) - toF64(taken);
  let low = getU32(row, QUEUED);
  let high = getU32(row, QUEUED + 1);
  let free = newsMax(c);
  while ((low | high) != 0) {
    const s = foremost(c, r, node, low, high);
    if (s < 32) low = (low & ~(1 << s)) >>> 0;
    else high = (high & ~(1 << (s - 32))) >>> 0;
    const cell = cellOf(c, r, node, s);
    const bytes = getU32(r, statusOf(cell) == ALIVE ? ALIVE_BYTES : ALARM_BYTES);
    const wanted = toF64(bytes) * weightOf(c, r, s);
    if (free > 0 && hasPlace(c, node, s, packet, room, wanted, bytes)) {
      add(c, (newsOf(cell) | (s << 2)) >>> 0, toU32(wanted < room ? wanted : room));
      countTransmit(row, cell, s);
      free--;
    } else {
      tally(c, CROWDED_OUT);
    }
    room = wanted < room ? room - wanted : 0.0;
  }
}

function hasPlace(
  c: u32, node: u32, s: u32, packet: u32, room: f64, wanted: f64, bytes: u32,
): bool {
  if (wanted <= room) return true;
  if (room < toF64(bytes)) return false;
  const key = PLACES | (packet << 8) | s;
  return toF64(threefry(getU32(c, SEED), key, getU32(c, TICK), node)) * wanted < room * 4294967296.0;
}

/** Of the subjects in two words of bits the one whose news goes first. */
function foremost(c: u32, r: u32, node: u32, low: u32, high: u32): u32 {
  let best: u32 = 64;
  let bestRank: u32 = 0;
  let bestSince: u32 = 0;
  for (let word: u32 = 0; word < 2; word++) {
    let bits = word == 0 ? low : high;
    while (bits != 0) {
      const s = (word << 5) + lowestBit(bits);
      bits = (bits & (bits - 1)) >>> 0;
      const cell = cellOf(c, r, node, s);
      const rank = (transmitsOf(cell) << 1) + (statusOf(cell) == ALIVE ? 1 : 0);
      const since = sinceOf(cell);
      if (best < 64 && (rank < bestRank || (rank == bestRank && since <= bestSince))) continue;
      best = s;
      bestRank = rank;
      bestSince = since;
    }
  }
  return best;
}

/**
 * Sends the packet that was gathered as a datagram.
 * @param bytes of the message itself, beyond the fixed size of its kind
 */
export function post(
  c: u32, from: u32, to: u32, kind: u32, payload: u32, head: u32, bytes: u32,
): void {
  const packet = getU32(c, EDGES_AT);
  const m = sendDatagram(c, from, to, kind, payload, bytes + getU32(packet, BYTES));
  if (m == 0) return;
  const count = getU32(packet, COUNT);
  setU32(m, HEAD_WORD, count | (head << 8));
  for (let i: u32 = 0; i < count; i++) setU32(m, NEWS_WORD + i, getU32(packet, LIST + i));
}

/** Sends over TCP. @returns the message */
export function postTcp(
  c: u32, from: u32, to: u32, kind: u32, head: u32, bytes: f64,
): u32 {
  const m = sendOverTcp(c, from, to, kind, 0, bytes);
  setU32(m, HEAD_WORD, head << 8);
  return m;
}

/** Reads the news of a message. @returns how much of it was new to the node */
export function hearNews(c: u32, r: u32, node: u32, m: u32): u32 {
  const count = getU32(m, HEAD_WORD) & 255;
  let fresh: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const news = getU32(m, NEWS_WORD + i);
    fresh += hear(
      c, r, node, (news >>> 2) & 63, news & 3, (news >>> 8) & 255, news >>> 16,
    );
  }
  return fresh;
}

/** Writes status and incarnation of all subjects into a message, three to a word. */
export function writeState(c: u32, r: u32, node: u32, subjects: u32, m: u32): void {
  for (let first: u32 = 0; first < subjects; first += 3) {
    let word: u32 = 0;
    for (let i: u32 = 0; i < 3 && first + i < subjects; i++) {
      const cell = cellOf(c, r, node, first + i);
      const status = hasLeft(c, r, cell, first + i) ? LEFT : statusOf(cell);
      word = word | ((status | (incarnationOf(cell) << 2)) << mul32(i, 10));
    }
    setU32(m, NEWS_WORD + (first - (first % 3)) / 3, word >>> 0);
  }
}
/** true for a subject that is dead by its own word, as far as the bits of an accuser tell. */
function hasLeft(c: u32, r: u32, cell: u32, s: u32): bool {
  if (statusOf(cell) != DEAD) return false;
  const subject = subjectNode(c, getU32(r, SUBJECTS), s);
  return newsOf(cell) >>> 16 == (subject & 0xffff);
}
/**
 * Merges the state of another node. Its suspects and its dead are suspects here, accused by the node itself,
 * so that they can refute; who left has left.
 */
export function mergeState(c: u32, r: u32, node: u32, subjects: u32, m: u32): u32 {
  let fresh: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    const word = getU32(m, NEWS_WORD + (s - (s % 3)) / 3) >>> mul32(s % 3, 10);
    const incarnation = (word >>> 2) & 255;
    if ((word & 3) == LEFT) {
      fresh += hear(c, r, node, s, DEAD, incarnation, subjectNode(c, subjects, s));
    } else {
      fresh += hear(c, r, node, s, (word & 3) == ALIVE ? ALIVE : SUSPECT, incarnation, node);
    }
  }
  return fresh;
}
