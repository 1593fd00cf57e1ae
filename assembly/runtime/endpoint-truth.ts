/**
 * What is true of the endpoints of services: which changes have happened, and which tracked nodes are down or
 * back with their pods. Every shard works it out for itself, from draws and outages alone.
 *
 * Changes of endpoints are bits, 32 to a word: first those that are drawn (even: an endpoint is added, odd: one
 * is removed), then a word of tracked nodes that went down, then a word of those that came back.
 */
import { clearBit, div32, getBit, getU32, mul32, setBit, setU32, toF64, toU32 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { field, parameter, setting } from "./access";
import { NODES, PERIOD, SEED, SHARD, TICK } from "./context";
import { countdownWords } from "./countdown";
import { isPaused } from "./lives";
import { retransmitLimit } from "./members";
import { exponential, naturalLog } from "./math";
import { downNodes } from "./reach";
import { isDownNow, subjectNode } from "./subjects";

/** Parameters, in the order of src/protocols/k8s-endpoint-churn/protocol.ts; times in milliseconds. */
const SUBJECTS: u32 = 0;
const MODE: u32 = 1;
export const FANOUT: u32 = 2;
export const HUBS: u32 = 3;
export const HUB_MBPS: u32 = 4;
const CHANGES: u32 = 5;
const CHANGE_MS: u32 = 6;
const PATTERN: u32 = 7;
const SERVICES: u32 = 8;
export const ENDPOINTS_PER_NODE: u32 = 9;
const ENDPOINT_BYTES: u32 = 10;
const SLICE_SIZE: u32 = 11;
const PROXY_SYNC_MS: u32 = 12;
export const REPORT_MS: u32 = 13;
export const LEASE_MS: u32 = 14;
export const MONITOR_MS: u32 = 15;
const GOSSIP_MS: u32 = 16;
export const RETRANSMIT_MULT: u32 = 17;
export const PUSH_PULL_MS: u32 = 18;
export const PACKET_BYTES: u32 = 19;
const SUSPICION_MULT: u32 = 20;
const WATCH_SHARE: u32 = 21;
/** Modes. */
export const WATCH: u32 = 0;
export const GOSSIP: u32 = 1;
export const CONSUL: u32 = 2;
const ROLLING: u32 = 1;
/** A rolling update replaces a quarter at a time, within a second. */
const BATCHES: u32 = 4;
const BATCH_MS: f64 = 1000.0;

const TRUTH_FIELD: u32 = 0;
const DOWN_FIELD: u32 = 1;
/** A row of a shard: bits of what happened; when tracked nodes went down; of each drawn change three words. */
export const WORDS_MAX: u32 = 10;
const SUBJECTS_MAX: u32 = 32;
const SINCE: u32 = WORDS_MAX;
const TABLE: u32 = WORDS_MAX + SUBJECTS_MAX;
const CHANGES_MAX: u32 = 256;
const TRUTH_BYTES: u32 = (WORDS_MAX + SUBJECTS_MAX + CHANGES_MAX * 3) << 2;
const BIRTH: u32 = 0;
const OWNER: u32 = 1;
const SIZE: u32 = 2;

/** Purposes of draws: times, owners, services. */
const TIMES: u32 = 0xf6000000;
const OWNERS: u32 = 0xf6100000;
const SERVICE: u32 = 0xf6200000;
const EULER: f64 = 0.5772156649015329;
const WORDS: f64 = 4294967296.0;
/** memberlist's probe interval, and the periods until a dead node is first pinged. */
const PROBE_MS: f64 = 1000.0;
const FIRST_PING: f64 = 1.58;

export function modeOf(c: u32): u32 {
  return setting(c, MODE);
}
export function subjectsOf(c: u32): u32 {
  return setting(c, SUBJECTS);
}
export function changesOf(c: u32): u32 {
  return setting(c, CHANGES);
}
/** Words of drawn changes; the words of the dead and of the returned follow. */
export function drawnWords(c: u32): u32 {
  return (changesOf(c) + 31) >>> 5;
}
export function wordsOf(c: u32): u32 {
  return drawnWords(c) + 2;
}
/**
 * Words of a node's row: changes it has heard of, those its proxy follows, its last act, whether its report failed;
 * with gossip those in the packet at hand and the digits of transmits left.
 */
export function rowWords(c: u32): u32 {
  const digits: u32 = modeOf(c) == GOSSIP ? 1 + countdownWords(transmitIntervals(c)) : 0;
  return mul32(wordsOf(c), 2 + digits) + 2;
}
/** Slot of a tracked node's death, and of its return. */
export function deathOf(c: u32, s: u32): u32 {
  return (drawnWords(c) << 5) + s;
}
export function returnOf(c: u32, s: u32): u32 {
  return (drawnWords(c) << 5) + 32 + s;
}

export function ticksOf(c: u32, index: u32): u32 {
  const ticks = toU32(parameter(c, index) * perMs(c) + 0.5);
  return ticks == 0 ? 1 : ticks;
}
/** Ticks of a millisecond. */
export function perMs(c: u32): f64 {
  return toF64(getU32(c, PERIOD)) / parameter(c, modeOf(c) == GOSSIP ? GOSSIP_MS : PROXY_SYNC_MS);
}
/** Periods of what happens every so many milliseconds, at least one. */
export function periodsOf(c: u32, index: u32): u32 {
  const periods = toU32(toF64(ticksOf(c, index)) / toF64(getU32(c, PERIOD)) + 0.5);
  return periods == 0 ? 1 : periods;
}
/** Periods between two updates of a node's proxy. */
export function syncPeriods(c: u32): u32 {
  return periodsOf(c, PROXY_SYNC_MS);
}
/**
 * Ticks until memberlist's detector has a dead node: first ping, the time-outs of a probe, and the suspicion at its
 * shortest, multiplier times log10 n seconds.
 */
export function detectTicks(c: u32): u32 {
  const digits = 0.0 - naturalLog(1.0 / toF64(getU32(c, NODES))) / 2.302585092994046;
  const suspicion = parameter(c, SUSPICION_MULT) * (digits < 1.0 ? 1.0 : digits);
  return toU32((FIRST_PING + 1.0 + suspicion) * PROBE_MS * perMs(c));
}
/** Ticks between two full synchronisations of a Consul agent: a minute up to 128 nodes, and one more per doubling. */
export function agentSyncTicks(c: u32): u32 {
  let minutes: f64 = 1.0;
  for (let reach: f64 = 128.0; reach < toF64(getU32(c, NODES)); reach = reach * 2.0) minutes = minutes + 1.0;
  return toU32(minutes * parameter(c, REPORT_MS) * perMs(c));
}
/** Intervals in which a change is sent to `fanout` peers each. */
export function transmitIntervals(c: u32): u32 {
  const fanout = setting(c, FANOUT);
  return div32(retransmitLimit(setting(c, RETRANSMIT_MULT), getU32(c, NODES)) + fanout - 1, fanout);
}

export function truthOf(c: u32): u32 {
  return field(c, TRUTH_FIELD) + mul32(getU32(c, SHARD), TRUTH_BYTES);
}
function entryOf(c: u32, change: u32): u32 {
  return truthOf(c) + ((TABLE + mul32(change, 3)) << 2);
}
export function ownerOf(c: u32, change: u32): u32 {
  return getU32(entryOf(c, change), OWNER);
}
export function isBornNow(c: u32, change: u32): bool {
  return getU32(entryOf(c, change), BIRTH) == getU32(c, TICK);
}
export function hasHappened(c: u32, slot: u32): bool {
  return getBit(truthOf(c), slot) == 1;
}

/** Draws times, owners and services of all changes; the same in every shard. */
export function drawChanges(c: u32): void {
  const seed = getU32(c, SEED);
  const changes = changesOf(c);
  const hubs = setting(c, HUBS);
  const mean = parameter(c, CHANGE_MS);
  const batch = div32(changes + BATCHES - 1, BATCHES);
  let ms: f64 = 0.0;
  for (let change: u32 = 0; change < changes; change++) {
    const uniform = (toF64(threefry(seed, TIMES, 0, change)) + 0.5) / WORDS;
    if (setting(c, PATTERN) == ROLLING) ms = mean * toF64(1 + div32(change, batch)) + uniform * BATCH_MS;
    else ms = ms - naturalLog(uniform) * mean;
    const at = entryOf(c, change);
    setU32(at, BIRTH, 1 + toU32(ms * perMs(c)));
    setU32(at, OWNER, hubs + drawBelow(seed, OWNERS, 0, change, getU32(c, NODES) - hubs));
    setU32(at, SIZE, serviceSize(c, SERVICE, change));
  }
}

/** Endpoints of the service of a drawn endpoint: sizes are Zipf's, with exponent 1, and the rank by inversion. */
function serviceSize(c: u32, purpose: u32, index: u32): u32 {
  const services = parameter(c, SERVICES);
  const logServices = 0.0 - naturalLog(1.0 / (services + 1.0));
  const uniform = (toF64(threefry(getU32(c, SEED), purpose, 0, index)) + 0.5) / WORDS;
  const rank = toF64(toU32(1.0 / exponential(0.0 - uniform * logServices)));
  const size = allEndpoints(c) / (rank * (logServices + EULER));
  return size < 1.0 ? 1 : size < WORDS - 1.0 ? toU32(size) : 0xffffffff;
}
export function allEndpoints(c: u32): f64 {
  return toF64(getU32(c, NODES)) * parameter(c, ENDPOINTS_PER_NODE);
}
/** Endpoints that change with a slot: one, or all of the nodes that a tracked one stands for. */
export function endpointsOf(c: u32, slot: u32): f64 {
  return slot < drawnWords(c) << 5 ? 1.0 : parameter(c, ENDPOINTS_PER_NODE) * standsFor(c);
}
/** Nodes down for each tracked node that is down. */
export function standsFor(c: u32): f64 {
  let tracked: u32 = 0;
  for (let s: u32 = 0; s < subjectsOf(c); s++) tracked += isDownNow(c, subjectNode(c, subjectsOf(c), s));
  return tracked == 0 ? 1.0 : toF64(downNodes(c, DOWN_FIELD)) / toF64(tracked);
}

/** Bytes of a change as a gossiped record. */
export function recordBytes(c: u32, slot: u32): f64 {
  return wholeBytes(endpointsOf(c, slot) * parameter(c, ENDPOINT_BYTES));
}
/**
 * Bytes of a change to a watcher: the slice that it is in, whole, for each of its endpoints. A Consul server sends
 * all instances of the service. Of services that a node does not follow it gets nothing: bytes are those in the mean.
 */
export function watchBytes(c: u32, slot: u32): f64 {
  const isDrawn = slot < drawnWords(c) << 5;
  const size = isDrawn ? getU32(entryOf(c, slot), SIZE) : serviceSize(c, SERVICE | 1, slot);
  const limit = modeOf(c) == CONSUL ? 0xffffffff : setting(c, SLICE_SIZE);
  const bytes = endpointsOf(c, slot) * toF64(size < limit ? size : limit) * parameter(c, ENDPOINT_BYTES);
  return wholeBytes(bytes * parameter(c, WATCH_SHARE));
}
/** All endpoints that a node follows, as a new watcher lists them, or as two agents exchange them. */
export function listBytes(c: u32): f64 {
  return wholeBytes(allEndpoints(c) * parameter(c, ENDPOINT_BYTES) * parameter(c, WATCH_SHARE));
}
/** Whole bytes: their sum then does not depend on the order of shards. */
function wholeBytes(bytes: f64): f64 {
  const least = bytes < 4294967295.0 ? toU32(bytes) : 0xffffffff;
  return bytes < 4294967295.0 ? toF64(least) : bytes;
}

/** Notes what happens in this tick; every shard does so for itself. */
export function noteTruth(c: u32): void {
  const truth = truthOf(c);
  for (let change: u32 = 0; change < changesOf(c); change++) {
    if (!isBornNow(c, change)) continue;
    // An owner that is down or stopped has no pod to change.
    const owner = ownerOf(c, change);
    if (isDownNow(c, owner) == 0 && isPaused(c, owner) == 0) setBit(truth, change);
  }
  const subjects = subjectsOf(c);
  for (let s: u32 = 0; s < subjects; s++) {
    const node = subjectNode(c, subjects, s);
    // A hub has no pods.
    if (modeOf(c) != GOSSIP && node < setting(c, HUBS)) continue;
    const isDown = isDownNow(c, node) == 1;
    const since = getU32(truth, SINCE + s);
    if (isDown && since == 0) {
      setU32(truth, SINCE + s, getU32(c, TICK) + 1);
      setBit(truth, deathOf(c, s));
      clearBit(truth, returnOf(c, s));
    } else if (!isDown && since > 0) {
      setU32(truth, SINCE + s, 0);
      clearBit(truth, deathOf(c, s));
      setBit(truth, returnOf(c, s));
    }
  }
}
/** Ticks for which a tracked node has been down, this one included; 0 while it is up. */
export function downFor(c: u32, s: u32): u32 {
  const since = getU32(truthOf(c), SINCE + s);
  return since == 0 ? 0 : getU32(c, TICK) + 2 - since;
}
