/**
 * The fast path: rounds of a rumor as bit operations. Each worker plays the callers of its own range
 * and writes its own `next` field; then each merges its own range of all of them.
 */
import { BIT_PADDING } from "../memory/layout.js";
import { BUCKET_CAPACITY, COUNTERS, bucketBytes, ownRange } from "./plan.js";
import type { TrialResult, TrialRun } from "./trial-run.js";

const BLOCK_NODES = 1024;

/** @param directions what the protocol's rounds do, from its `bitRounds` */
export function playBits(
  run: TrialRun,
  directions: { readonly push: boolean; readonly pull: boolean },
): TrialResult {
  const { task, barrier } = run;
  const { plan, worker, seed } = task;
  const round = kernelOf(run, directions);
  const merge = mergeOf(run);
  if (worker === 0) {
    for (const name of ["informed", "next", "results", "buckets"]) run.clear(name);
    run.words[(run.at("informed") >>> 2) + (task.origin >>> 5)]! |= 1 << task.origin;
  }
  barrier.wait();
  const start = task.now();
  let rounds = 0;
  let stopped = run.stopReason(rounds);
  while (stopped === undefined) {
    const cell = run.at("results") / 8 + (worker * 2 + (rounds & 1)) * COUNTERS;
    run.doubles.fill(0, cell, cell + COUNTERS);
    round(rounds, cell * 8);
    barrier.wait();
    run.doubles[cell + 3] = merge();
    barrier.wait();
    const [pushed, replied, lost, gained] = sum(run, rounds & 1);
    const sent = pushed + replied;
    const requests = directions.pull ? plan.nodes * plan.fanout : 0;
    rounds++;
    run.note(rounds, gained, {
      ...{ sent, requests, lost, redundant: sent - lost - gained, bytes: 0 },
      ...{ carriedBytes: 0, crossDcBytes: 0, crossRackBytes: 0 },
    });
    run.series.inFlight.push(0);
    stopped = run.stopReason(rounds);
  }
  const elapsedMs = task.now() - start;
  const digest = worker === 0 ? run.digest() : "";
  const { origin } = task;
  const { series, digests } = run;
  return { seed, origin, digest, digests, rounds, stopped, elapsedMs, series, lastInformedTick: 0 };
}

type RoundKernel = (round: number, resultAt: number) => void;

function kernelOf(run: TrialRun, { push, pull }: { push: boolean; pull: boolean }): RoundKernel {
  const { plan, worker, seed } = run.task;
  const { kernels } = run.backend;
  const { nodes, fanout, lossBelow, bucketShift, workers } = plan;
  const [first, end] = ownRange(Math.ceil(nodes / BLOCK_NODES), worker, workers);
  const from = first * BLOCK_NODES;
  const to = Math.min(nodes, end * BLOCK_NODES);
  const informedAt = run.at("informed");
  const nextAt = run.at("next") + worker * paddedBytes(nodes);
  const scratchAt = run.at("scratch") + worker * (fanout + 2) * 4096;
  const [pushes, pulls] = [Number(push), Number(pull)];
  if (bucketShift === 0) {
    return (round, resultAt) => {
      kernels.rumorRound(
        informedAt,
        nextAt,
        from,
        to,
        nodes,
        pushes,
        pulls,
        fanout,
        seed,
        round,
        lossBelow,
        scratchAt,
        resultAt,
      );
    };
  }
  const bucketsAt = run.at("buckets") + worker * bucketBytes(nodes);
  return (round, resultAt) => {
    kernels.rumorRoundBucketed(
      informedAt,
      nextAt,
      from,
      to,
      nodes,
      pushes,
      pulls,
      fanout,
      seed,
      round,
      lossBelow,
      scratchAt,
      resultAt,
      bucketShift,
      BUCKET_CAPACITY,
      bucketsAt,
    );
  };
}

function mergeOf(run: TrialRun): () => number {
  const { plan, worker } = run.task;
  const [first, end] = ownRange(Math.ceil(plan.nodes / BLOCK_NODES), worker, plan.workers);
  const [informedAt, nextAt] = [run.at("informed"), run.at("next")];
  const stride = paddedBytes(plan.nodes);
  return () =>
    run.backend.kernels.mergeRound(
      informedAt,
      nextAt,
      stride,
      plan.workers,
      first * (BLOCK_NODES / 32),
      end * (BLOCK_NODES / 32),
    ) >>> 0;
}

function paddedBytes(nodes: number): number {
  return (Math.ceil(nodes / BIT_PADDING) * BIT_PADDING) / 8;
}

/** Sums the counters of all workers for a round of the given parity. */
function sum(run: TrialRun, parity: number): [number, number, number, number] {
  const total: [number, number, number, number] = [0, 0, 0, 0];
  for (let worker = 0; worker < run.task.plan.workers; worker++) {
    const cell = run.at("results") / 8 + (worker * 2 + parity) * COUNTERS;
    for (let i = 0; i < 4; i++) total[i]! += run.doubles[cell + i]!;
  }
  return total;
}
