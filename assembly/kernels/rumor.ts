/**
 * One synchronous round of push, pull or push-pull of a single rumor on the complete graph, one bit
 * a node: the fast path of models whose messages say nothing but "you are informed".
 * All contacts read the state at the start of the round. Each worker writes its own `next` field, and
 * fields are merged by OR, so the result cannot depend on who visited which node when.
 * Branch-free inside a word of 32 nodes; words that are all informed or all susceptible skip half
 * the work. Twin: src/kernels/rumor.ts.
 */
import { BLOCK_WORDS, peerBlock, rawBlock } from "./random";

/** Purposes of the loss draws; the slot of the fanout is added. */
const LOSS_OF_PUSH: u32 = 0x30000000;
const LOSS_OF_REPLY: u32 = 0x31000000;

/** Results of a round, indices into f64[4] at `resultAt`; the kernel adds to them. */
const PUSHED: u32 = 0;
const REPLIED: u32 = 8;
const LOST: u32 = 16;

/**
 * Plays one round for nodes [from, to).
 * @param informedAt bits[nodes], state at the start of the round; read only
 * @param nextAt     bits[nodes], this worker's own; gains the newly informed
 * @param from       first node, a multiple of 1024
 * @param to         end of the range: a multiple of 1024, or `nodes`
 * @param push       1: informed nodes send to their peers
 * @param pull       1: every node asks its peers, informed peers answer
 * @param fanout     distinct peers per node, 1 .. 64
 * @param lossBelow  a transmission is lost when its word lies below; 0 = no loss
 * @param scratchAt  u32[(fanout + 2) * 1024], this worker's own
 * @param resultAt   f64[3]: pushes sent, replies sent, transmissions lost
 */
export function rumorRound(
  informedAt: u32, nextAt: u32, from: u32, to: u32, nodes: u32, push: u32, pull: u32,
  fanout: u32, seed: u32, tick: u32, lossBelow: u32, scratchAt: u32, resultAt: u32,
): void {
  let pushed: u32 = 0, replied: u32 = 0, lost: u32 = 0;
  const lossPushAt = scratchAt + (fanout << 12);
  const lossReplyAt = lossPushAt + 4096;
  for (let first = from; first < to; first += BLOCK_WORDS) {
    const block = first >>> 10;
    const blockAt = informedAt + (first >>> 3);
    if (pull == 0 && isBlank(blockAt)) continue;
    const size = min<u32>(BLOCK_WORDS, to - first);
    for (let slot: u32 = 0; slot < fanout; slot++) {
      const peersAt = scratchAt + (slot << 12);
      peerBlock(peersAt, nodes, seed, slot, tick, block);
      if (lossBelow != 0) {
        if (push != 0) rawBlock(lossPushAt, seed, LOSS_OF_PUSH | slot, tick, block);
        if (pull != 0) rawBlock(lossReplyAt, seed, LOSS_OF_REPLY | slot, tick, block);
      }
      for (let node: u32 = 0; node < size; node += 32) {
        const mask: u32 = size - node >= 32 ? 0xffffffff : (1 << (size - node)) - 1;
        const wordAt = blockAt + (node >>> 3);
        const callers = push != 0 ? load<u32>(wordAt) : 0;
        let dropped: u32 = 0;
        if (lossBelow != 0 && callers != 0) {
          dropped = callers & lossMask(lossPushAt + (node << 2), lossBelow);
          lost += popcnt(dropped);
        }
        pushed += popcnt(callers);
        const calls = peersAt + (node << 2);
        if (pull == 0) {
          pushWord(nextAt, calls, callers & ~dropped);
          continue;
        }
        let answers = mask & pullWord(informedAt, nextAt, calls, callers & ~dropped);
        replied += popcnt(answers);
        if (lossBelow != 0 && answers != 0) {
          const silenced = answers & lossMask(lossReplyAt + (node << 2), lossBelow);
          lost += popcnt(silenced);
          answers &= ~silenced;
        }
        const ownAt = nextAt + ((first + node) >>> 3);
        store<u32>(ownAt, load<u32>(ownAt) | answers);
      }
    }
    // Word counters are folded into f64 before they can overflow: 64 slots of 1024 nodes a block.
    store<f64>(resultAt + PUSHED, load<f64>(resultAt + PUSHED) + <f64>pushed);
    store<f64>(resultAt + REPLIED, load<f64>(resultAt + REPLIED) + <f64>replied);
    store<f64>(resultAt + LOST, load<f64>(resultAt + LOST) + <f64>lost);
    pushed = 0; replied = 0; lost = 0;
  }
}

/** true when no node of the block of 1024 at `at` is informed. */
function isBlank(at: u32): bool {
  let any = v128.load(at);
  for (let offset: u32 = 16; offset < 128; offset += 16) any = v128.or(any, v128.load(at + offset));
  return !v128.any_true(any);
}

/** Bit i of the result: word i of u32[32] at `at` lies below `below`. */
function lossMask(at: u32, below: u32): u32 {
  const limit = i32x4.splat(below);
  let mask: u32 = 0;
  for (let i: u32 = 0; i < 32; i += 4) {
    mask |= <u32>i32x4.bitmask(i32x4.lt_u(v128.load(at + (i << 2)), limit)) << i;
  }
  return mask;
}

/** Sets the peer's bit in `next` for every set bit of `callers`. */
function pushWord(nextAt: u32, calls: u32, callers: u32): void {
  if (callers == 0) return;
  for (let i: u32 = 0; i < 32; i += 2) {
    const peer = load<u32>(calls + (i << 2));
    const at = nextAt + ((peer >>> 5) << 2);
    store<u32>(at, load<u32>(at) | (((callers >>> i) & 1) << peer));
    const peer2 = load<u32>(calls + (i << 2), 4);
    const at2 = nextAt + ((peer2 >>> 5) << 2);
    store<u32>(at2, load<u32>(at2) | (((callers >>> (i + 1)) & 1) << peer2));
  }
}

/** Pushes as pushWord does, and returns which of the 32 peers are informed. */
function pullWord(informedAt: u32, nextAt: u32, calls: u32, callers: u32): u32 {
  let answers: u32 = 0;
  if (callers == 0) {
    for (let i: u32 = 0; i < 32; i += 4) {
      answers |= bitOf(informedAt, load<u32>(calls + (i << 2))) << i;
      answers |= bitOf(informedAt, load<u32>(calls + (i << 2), 4)) << (i + 1);
      answers |= bitOf(informedAt, load<u32>(calls + (i << 2), 8)) << (i + 2);
      answers |= bitOf(informedAt, load<u32>(calls + (i << 2), 12)) << (i + 3);
    }
    return answers;
  }
  for (let i: u32 = 0; i < 32; i += 2) {
    const peer = load<u32>(calls + (i << 2));
    const offset = (peer >>> 5) << 2;
    answers |= ((load<u32>(informedAt + offset) >>> peer) & 1) << i;
    store<u32>(nextAt + offset, load<u32>(nextAt + offset) | (((callers >>> i) & 1) << peer));
    const peer2 = load<u32>(calls + (i << 2), 4);
    const offset2 = (peer2 >>> 5) << 2;
    answers |= ((load<u32>(informedAt + offset2) >>> peer2) & 1) << (i + 1);
    store<u32>(
      nextAt + offset2,
      load<u32>(nextAt + offset2) | (((callers >>> (i + 1)) & 1) << peer2),
    );
  }
  return answers;
}

function bitOf(base: u32, index: u32): u32 {
  return (load<u32>(base + ((index >>> 5) << 2)) >>> index) & 1;
}

/**
 * Ends a round for the words [fromWord, toWord): informed gains all workers' `next`, which are zeroed.
 * @param nextAt    first worker's field; the others follow at multiples of `stride` bytes
 * @param fromWord  index of u32 words, a multiple of 4; so is toWord
 * @returns nodes newly informed in the range
 */
export function mergeRound(
  informedAt: u32, nextAt: u32, stride: u32, workers: u32, fromWord: u32, toWord: u32,
): u32 {
  let gained: u32 = 0;
  const zero = i32x4.splat(0);
  for (let word = fromWord; word < toWord; word += 4) {
    const offset = word << 2;
    let next = v128.load(nextAt + offset);
    v128.store(nextAt + offset, zero);
    for (let worker: u32 = 1; worker < workers; worker++) {
      const at = nextAt + worker * stride + offset;
      next = v128.or(next, v128.load(at));
      v128.store(at, zero);
    }
    const informed = v128.load(informedAt + offset);
    const fresh = v128.andnot(next, informed);
    if (!v128.any_true(fresh)) continue;
    gained += <u32>popcnt<u64>(i64x2.extract_lane(fresh, 0)) +
      <u32>popcnt<u64>(i64x2.extract_lane(fresh, 1));
    v128.store(informedAt + offset, v128.or(informed, fresh));
  }
  return gained;
}

/**
 * The same round as rumorRound where the bit fields outgrow the cache: contacts are first sorted into
 * buckets of peers whose bits fit in L2, and a bucket is played when it is full. The outcome is equal,
 * since OR does not care for order.
 * @param bucketShift log2 of the nodes of one bucket, at most 29
 * @param capacity    contacts a bucket holds
 * @param bucketsAt   u32[buckets] fill counts (zero on entry and exit), padded to 128 bytes, then
 *                    u64[buckets * capacity]
 */
export function rumorRoundBucketed(
  informedAt: u32, nextAt: u32, from: u32, to: u32, nodes: u32, push: u32, pull: u32,
  fanout: u32, seed: u32, tick: u32, lossBelow: u32, scratchAt: u32, resultAt: u32,
  bucketShift: u32, capacity: u32, bucketsAt: u32,
): void {
  const buckets = ((nodes - 1) >>> bucketShift) + 1;
  const entriesAt = bucketsAt + (((buckets << 2) + 127) & ~127);
  const lossPushAt = scratchAt + (fanout << 12);
  const lossReplyAt = lossPushAt + 4096;
  const localMask: u32 = (1 << bucketShift) - 1;
  const bucketBytes = capacity << 3;
  for (let first = from; first < to; first += BLOCK_WORDS) {
    const block = first >>> 10;
    const blockAt = informedAt + (first >>> 3);
    if (pull == 0 && isBlank(blockAt)) continue;
    const size = min<u32>(BLOCK_WORDS, to - first);
    let pushed: u32 = 0, lost: u32 = 0;
    for (let slot: u32 = 0; slot < fanout; slot++) {
      const peersAt = scratchAt + (slot << 12);
      peerBlock(peersAt, nodes, seed, slot, tick, block);
      if (lossBelow != 0) {
        if (push != 0) rawBlock(lossPushAt, seed, LOSS_OF_PUSH | slot, tick, block);
        if (pull != 0) rawBlock(lossReplyAt, seed, LOSS_OF_REPLY | slot, tick, block);
      }
      for (let node: u32 = 0; node < size; node += 32) {
        const callers = push != 0 ? load<u32>(blockAt + (node >>> 3)) : 0;
        if (pull == 0 && callers == 0) continue;
        let dropped: u32 = 0, silenced: u32 = 0;
        if (lossBelow != 0) {
          if (callers != 0) dropped = callers & lossMask(lossPushAt + (node << 2), lossBelow);
          if (pull != 0) silenced = lossMask(lossReplyAt + (node << 2), lossBelow);
        }
        pushed += popcnt(callers);
        lost += popcnt(dropped);
        const sends = callers & ~dropped;
        const end = min<u32>(32, size - node);
        for (let i: u32 = 0; i < end; i++) {
          const peer = load<u32>(peersAt + ((node + i) << 2));
          const bucket = peer >>> bucketShift;
          const countAt = bucketsAt + (bucket << 2);
          let count = load<u32>(countAt);
          // Low word: the peer within its bucket, push bit 30, silenced bit 31. High word: caller.
          const contact = (peer & localMask) | (((sends >>> i) & 1) << 30) |
            (((silenced >>> i) & 1) << 31);
          store<u64>(
            entriesAt + bucket * bucketBytes + (count << 3),
            <u64>contact | (<u64>(first + node + i) << 32),
          );
          if (++count == capacity) {
            playBucket(
              informedAt, nextAt, entriesAt + bucket * bucketBytes, count,
              bucket << bucketShift, pull, resultAt,
            );
            count = 0;
          }
          store<u32>(countAt, count);
        }
      }
    }
    store<f64>(resultAt + PUSHED, load<f64>(resultAt + PUSHED) + <f64>pushed);
    store<f64>(resultAt + LOST, load<f64>(resultAt + LOST) + <f64>lost);
  }
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    playBucket(
      informedAt, nextAt, entriesAt + bucket * bucketBytes, load<u32>(bucketsAt + (bucket << 2)),
      bucket << bucketShift, pull, resultAt,
    );
    store<u32>(bucketsAt + (bucket << 2), 0);
  }
}

/** Plays `count` contacts whose peers all lie in the bucket that starts at node `first`. */
function playBucket(
  informedAt: u32, nextAt: u32, at: u32, count: u32, first: u32, pull: u32, resultAt: u32,
): void {
  const informedBase = informedAt + (first >>> 3);
  const nextBase = nextAt + (first >>> 3);
  const end = at + (count << 3);
  if (pull == 0) {
    for (let p = at; p < end; p += 8) {
      const contact = load<u32>(p);
      const offset = ((contact & 0x3fffffff) >>> 5) << 2;
      store<u32>(nextBase + offset, load<u32>(nextBase + offset) | (((contact >>> 30) & 1) << contact));
    }
    return;
  }
  let replied: u32 = 0, lost: u32 = 0;
  for (let p = at; p < end; p += 8) {
    const contact = load<u32>(p);
    const offset = ((contact & 0x3fffffff) >>> 5) << 2;
    const answer = (load<u32>(informedBase + offset) >>> contact) & 1;
    store<u32>(nextBase + offset, load<u32>(nextBase + offset) | (((contact >>> 30) & 1) << contact));
    const silenced = answer & (contact >>> 31);
    replied += answer;
    lost += silenced;
    const caller = load<u32>(p, 4);
    const ownAt = nextAt + ((caller >>> 5) << 2);
    store<u32>(ownAt, load<u32>(ownAt) | ((answer ^ silenced) << caller));
  }
  store<f64>(resultAt + REPLIED, load<f64>(resultAt + REPLIED) + <f64>replied);
  store<f64>(resultAt + LOST, load<f64>(resultAt + LOST) + <f64>lost);
}
