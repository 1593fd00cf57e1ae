/**
 * Twin of assembly/kernels/rumor.ts: the same rounds over one Uint32Array.
 */
import { f64, popcount, u32 } from "./memory.js";
import { BLOCK_WORDS, peerBlock, rawBlock } from "./random.js";

/** Purposes of the loss draws; the slot of the fanout is added. */
const LOSS_OF_PUSH = 0x30000000;
const LOSS_OF_REPLY = 0x31000000;

/** Results of a round, indices into f64[3] at `resultAt`; the kernel adds to them. */
const PUSHED = 0;
const REPLIED = 1;
const LOST = 2;

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
  informedAt: number,
  nextAt: number,
  from: number,
  to: number,
  nodes: number,
  push: number,
  pull: number,
  fanout: number,
  seed: number,
  tick: number,
  lossBelow: number,
  scratchAt: number,
  resultAt: number,
): void {
  const words = u32;
  const next = nextAt >>> 2;
  const lossPush = (scratchAt >>> 2) + fanout * BLOCK_WORDS;
  const lossReply = lossPush + BLOCK_WORDS;
  let pushed = 0;
  let replied = 0;
  let lost = 0;
  for (let first = from; first < to; first += BLOCK_WORDS) {
    const block = first / BLOCK_WORDS;
    const informedBlock = (informedAt >>> 2) + (first >>> 5);
    if (pull === 0 && isBlank(informedBlock)) continue;
    const size = Math.min(BLOCK_WORDS, to - first);
    for (let slot = 0; slot < fanout; slot++) {
      const peers = (scratchAt >>> 2) + slot * BLOCK_WORDS;
      peerBlock(peers << 2, nodes, seed, slot, tick, block);
      if (lossBelow !== 0) {
        if (push !== 0) rawBlock(lossPush << 2, seed, LOSS_OF_PUSH | slot, tick, block);
        if (pull !== 0) rawBlock(lossReply << 2, seed, LOSS_OF_REPLY | slot, tick, block);
      }
      for (let node = 0; node < size; node += 32) {
        const mask = size - node >= 32 ? -1 : (1 << (size - node)) - 1;
        const callers = push !== 0 ? words[informedBlock + (node >>> 5)]! | 0 : 0;
        let dropped = 0;
        if (lossBelow !== 0 && callers !== 0) {
          dropped = callers & lossMask(lossPush + node, lossBelow);
          lost += popcount(dropped);
        }
        pushed += popcount(callers);
        if (pull === 0) {
          pushWord(next, peers + node, callers & ~dropped);
          continue;
        }
        let answers = mask & pullWord(informedAt >>> 2, next, peers + node, callers & ~dropped);
        replied += popcount(answers);
        if (lossBelow !== 0 && answers !== 0) {
          const silenced = answers & lossMask(lossReply + node, lossBelow);
          lost += popcount(silenced);
          answers &= ~silenced;
        }
        words[next + ((first + node) >>> 5)]! |= answers;
      }
    }
  }
  addCounts(resultAt, pushed, replied, lost);
}

function addCounts(resultAt: number, pushed: number, replied: number, lost: number): void {
  const result = resultAt >>> 3;
  f64[result + PUSHED]! += pushed;
  f64[result + REPLIED]! += replied;
  f64[result + LOST]! += lost;
}

/** true when no node of the block of 1024 whose words start at index `word` is informed. */
function isBlank(word: number): boolean {
  let any = 0;
  for (let i = word; i < word + 32; i++) any |= u32[i]!;
  return any === 0;
}

/** Bit i of the result: word i of the 32 words from index `word` lies below `below`. */
function lossMask(word: number, below: number): number {
  let mask = 0;
  for (let i = 0; i < 32; i++) {
    if (u32[word + i]! < below) mask |= 1 << i;
  }
  return mask;
}

/** Sets the peer's bit in `next` for every set bit of `callers`. */
function pushWord(next: number, calls: number, callers: number): void {
  if (callers === 0) return;
  const words = u32;
  for (let i = 0; i < 32; i++) {
    const peer = words[calls + i]!;
    words[next + (peer >>> 5)]! |= ((callers >>> i) & 1) << peer;
  }
}

/** Pushes as pushWord does, and returns which of the 32 peers are informed. */
function pullWord(informed: number, next: number, calls: number, callers: number): number {
  const words = u32;
  let answers = 0;
  if (callers === 0) {
    for (let i = 0; i < 32; i++) {
      const peer = words[calls + i]!;
      answers |= ((words[informed + (peer >>> 5)]! >>> peer) & 1) << i;
    }
    return answers;
  }
  for (let i = 0; i < 32; i++) {
    const peer = words[calls + i]!;
    const word = peer >>> 5;
    answers |= ((words[informed + word]! >>> peer) & 1) << i;
    words[next + word]! |= ((callers >>> i) & 1) << peer;
  }
  return answers;
}

/**
 * Ends a round for the words [fromWord, toWord): informed gains all workers' `next`, which are zeroed.
 * @param nextAt    first worker's field; the others follow at multiples of `stride` bytes
 * @param fromWord  index of u32 words, a multiple of 4; so is toWord
 * @returns nodes newly informed in the range
 */
export function mergeRound(
  informedAt: number,
  nextAt: number,
  stride: number,
  workers: number,
  fromWord: number,
  toWord: number,
): number {
  const words = u32;
  const informed = informedAt >>> 2;
  let gained = 0;
  for (let word = fromWord; word < toWord; word++) {
    let fresh = 0;
    for (let worker = 0; worker < workers; worker++) {
      const cell = (nextAt + worker * stride) / 4 + word;
      fresh |= words[cell]!;
      words[cell] = 0;
    }
    const before = words[informed + word]! | 0;
    fresh &= ~before;
    if (fresh === 0) continue;
    gained += popcount(fresh);
    words[informed + word] = before | fresh;
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
  informedAt: number,
  nextAt: number,
  from: number,
  to: number,
  nodes: number,
  push: number,
  pull: number,
  fanout: number,
  seed: number,
  tick: number,
  lossBelow: number,
  scratchAt: number,
  resultAt: number,
  bucketShift: number,
  capacity: number,
  bucketsAt: number,
): void {
  const words = u32;
  const buckets = ((nodes - 1) >>> bucketShift) + 1;
  const counts = bucketsAt >>> 2;
  const entries = (bucketsAt + Math.ceil((buckets * 4) / 128) * 128) / 4;
  const lossPush = (scratchAt >>> 2) + fanout * BLOCK_WORDS;
  const lossReply = lossPush + BLOCK_WORDS;
  const localMask = 2 ** bucketShift - 1;
  let pushed = 0;
  let lost = 0;
  for (let first = from; first < to; first += BLOCK_WORDS) {
    const block = first / BLOCK_WORDS;
    const informedBlock = (informedAt >>> 2) + (first >>> 5);
    if (pull === 0 && isBlank(informedBlock)) continue;
    const size = Math.min(BLOCK_WORDS, to - first);
    for (let slot = 0; slot < fanout; slot++) {
      const peers = (scratchAt >>> 2) + slot * BLOCK_WORDS;
      peerBlock(peers << 2, nodes, seed, slot, tick, block);
      if (lossBelow !== 0) {
        if (push !== 0) rawBlock(lossPush << 2, seed, LOSS_OF_PUSH | slot, tick, block);
        if (pull !== 0) rawBlock(lossReply << 2, seed, LOSS_OF_REPLY | slot, tick, block);
      }
      for (let node = 0; node < size; node += 32) {
        const callers = push !== 0 ? words[informedBlock + (node >>> 5)]! | 0 : 0;
        if (pull === 0 && callers === 0) continue;
        let dropped = 0;
        let silenced = 0;
        if (lossBelow !== 0) {
          if (callers !== 0) dropped = callers & lossMask(lossPush + node, lossBelow);
          if (pull !== 0) silenced = lossMask(lossReply + node, lossBelow);
        }
        pushed += popcount(callers);
        lost += popcount(dropped);
        const sends = callers & ~dropped;
        const end = Math.min(32, size - node);
        for (let i = 0; i < end; i++) {
          const peer = words[peers + node + i]!;
          const bucket = peer >>> bucketShift;
          let count = words[counts + bucket]!;
          const entry = entries + (bucket * capacity + count) * 2;
          words[entry] =
            (peer & localMask) | (((sends >>> i) & 1) << 30) | (((silenced >>> i) & 1) << 31);
          words[entry + 1] = first + node + i;
          if (++count === capacity) {
            const at = entries + bucket * capacity * 2;
            playBucket(informedAt, nextAt, at, count, bucket * 2 ** bucketShift, pull, resultAt);
            count = 0;
          }
          words[counts + bucket] = count;
        }
      }
    }
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    const at = entries + bucket * capacity * 2;
    const count = words[counts + bucket]!;
    playBucket(informedAt, nextAt, at, count, bucket * 2 ** bucketShift, pull, resultAt);
    words[counts + bucket] = 0;
  }
  addCounts(resultAt, pushed, 0, lost);
}

/** Plays `count` contacts whose peers all lie in the bucket that starts at node `first`. */
function playBucket(
  informedAt: number,
  nextAt: number,
  entry: number,
  count: number,
  first: number,
  pull: number,
  resultAt: number,
): void {
  const words = u32;
  const informedBase = (informedAt >>> 2) + (first >>> 5);
  const nextBase = (nextAt >>> 2) + (first >>> 5);
  const end = entry + count * 2;
  let replied = 0;
  let lost = 0;
  for (let p = entry; p < end; p += 2) {
    const contact = words[p]!;
    const word = (contact & 0x3fffffff) >>> 5;
    const answer = pull === 0 ? 0 : (words[informedBase + word]! >>> contact) & 1;
    words[nextBase + word]! |= ((contact >>> 30) & 1) << contact;
    if (answer === 0) continue;
    replied++;
    if (contact >>> 31 !== 0) {
      lost++;
      continue;
    }
    const caller = words[p + 1]!;
    words[(nextAt >>> 2) + (caller >>> 5)]! |= 1 << caller;
  }
  addCounts(resultAt, 0, replied, lost);
}
