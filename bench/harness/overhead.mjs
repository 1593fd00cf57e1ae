/**
 * `node bench/harness/overhead.mjs`: what the harness itself adds to a block: its loop with empty calls, two readings of
 * each clock, and a turn of messages between blocks, which is outside of what is timed. The goal is less than 0.5 % of a
 * block of 2 ms. For each bench the loop's own share stands in the record (`overhead`); this one's call takes some 4 us.
 */
import { Child, median } from "./child.mjs";

const GOAL = 0.005;
const child = new Child();

/** Nanoseconds between back-to-back readings. */
function costOf(read) {
  const spans = Array.from({ length: 64 }, () => {
    const start = performance.now();
    for (let i = 0; i < 1024; i++) read();
    return ((performance.now() - start) * 1e6) / 1024;
  });
  return median(spans);
}

try {
  const source = { root: null, bench: "canary/js-integer", arm: "same", smallest: false };
  await child.ask({ ask: "prepare", source });
  const { calls } = await child.ask({ ask: "calibrate" });
  await child.ask({ ask: "warm-up", calls, msMin: 100, blocksMin: 16 });
  const { overhead, halving } = await child.ask({ ask: "inspect", calls });
  const turns = [];
  let blockMs = 0;
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    const { block } = await child.ask({ ask: "block", calls, collects: false });
    blockMs = (block.ns * calls) / 1e6;
    turns.push(performance.now() - start - blockMs);
  }
  const clockNs = costOf(() => performance.now());
  const monotonicNs = costOf(() => process.hrtime.bigint());
  // Inside a block's time stand its loop and one reading of the clock.
  const share = overhead + clockNs / (blockMs * 1e6);
  console.log(
    `block ${blockMs.toFixed(2)} ms of ${calls} calls; half of it takes ${halving.toFixed(3)} of it`,
  );
  console.log(`empty loop ${(100 * overhead).toFixed(4)} % of a block`);
  console.log(
    `clock ${clockNs.toFixed(0)} ns a reading; monotonic clock ${monotonicNs.toFixed(0)} ns, outside`,
  );
  console.log(`message and reply ${median(turns).toFixed(3)} ms a block, outside`);
  const verdict = share < GOAL ? "less than" : "NOT less than";
  console.log(`in all ${(100 * share).toFixed(4)} % of a block: ${verdict} ${100 * GOAL} %`);
  process.exitCode = share < GOAL ? 0 : 1;
} finally {
  child.stop();
}
