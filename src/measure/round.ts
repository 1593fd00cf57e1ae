/**
 * One round of one benchmark: two fresh processes, results compared, blocks sized, both warmed up, then
 * quads in drawn order. One token: the parent asks one process at a time for anything that is timed.
 */
import type { MeasuredRound, Quad } from "../history/measure-record.js";
import type { RowEvidence } from "../history/round-evidence.js";
import { quadLogRatio } from "../statistics/quads.js";
import { medianError } from "../statistics/quantile.js";
import { ArmProcess } from "./arm-process.js";
import { disturbedShares, readDisturbance } from "./cores.js";
import type { ArmSource, Block, WarmUpPlan } from "./messages.js";
import { overlapsOf } from "./order.js";
import { uniform } from "./random.js";

export interface Pair {
  readonly base: ArmSource;
  readonly head: ArmSource;
}

export interface RoundPlan {
  readonly seed: number;
  readonly confirms: boolean;
  /** At most so many; fewer when the round's median is known well enough. */
  readonly quads: number;
  /** Calls of a block, from an earlier round of the row; null: they are found, and the row is inspected. */
  readonly calls: number | null;
  /** Blocks that a probe found necessary; the warm-up lasts twice as long. */
  readonly probedBlocks: number;
  /** Ends the round at once when it fires: what was measured of it is lost. */
  readonly signal?: AbortSignal;
  /** Called with every block as it ends: the order log. */
  onBlock?(side: "A" | "B", block: Block): void;
}

export interface RoundResult {
  readonly status: "measured" | "incorrect" | "dead-code" | "missing-base" | "missing-head";
  readonly note: string | null;
  readonly digests: { readonly base: string | null; readonly head: string | null };
  readonly size: number;
  readonly blockCalls: number;
  readonly halving: number | null;
  readonly overhead: number | null;
  readonly allocated: RowEvidence["allocated"];
  readonly round: MeasuredRound | null;
}

interface Sides {
  readonly a: ArmProcess;
  readonly b: ArmProcess;
}

/** Half a block takes 0.5 of a block; code that does nothing takes about 1. */
const HALVING_MAX = 0.8;
const ATTEMPTS = 3;
/** More of the environment moves the stack by whole pages. */
const PADDING_BYTES = 4096;
/** bench/harness/warm-up.mjs says what this is worth. */
const WARM_UP_MS_MIN = 100;
const WARM_UP_BLOCKS_MIN = 16;
const WARM_UP_BLOCKS_MAX = 200;
/** A round ends early when its median is known to this, a tenth of the usual floor: rounds differ by more. */
const ERROR_MAX = 0.002;
const QUADS_MIN = 8;
/** Long calls: more quads than the least are not worth more than this. */
const QUADS_MS_MAX = 1000;

/** Rejects when a process fails, ends or hangs. */
export async function measureRound({ base, head }: Pair, plan: RoundPlan): Promise<RoundResult> {
  const start = performance.now();
  const before = readDisturbance();
  const random = uniform(plan.seed);
  const sides = startBoth(random);
  const { a, b } = sides;
  const stop = (): void => {
    a.stop();
    b.stop();
  };
  plan.signal?.addEventListener("abort", stop, { once: true });
  try {
    // Nothing is timed yet, so that both may work at once.
    const [preparedA, preparedB] = await Promise.all([
      a.ask({ ask: "prepare", source: base }),
      b.ask({ ask: "prepare", source: head }),
    ]);
    const digests = { base: preparedA.digest ?? null, head: preparedB.digest ?? null };
    const untimed = (status: RoundResult["status"], note: string): RoundResult => ({
      ...{ status, note, digests, size: preparedB.size ?? preparedA.size ?? 0 },
      ...{ blockCalls: 0, halving: null, overhead: null, allocated: null, round: null },
    });
    if (preparedA.missing) return untimed("missing-base", "the base does not declare it");
    if (preparedB.missing) return untimed("missing-head", "the head does not declare it");
    if (digests.base !== digests.head || preparedA.size !== preparedB.size) {
      return untimed("incorrect", `results differ: ${digests.base} and ${digests.head}`);
    }
    const calls = plan.calls ?? (await callsOf(sides));
    const warmUp = await warmBoth(sides, calls, plan);
    const found = plan.calls === null ? await inspectBoth(sides, calls) : NOT_INSPECTED;
    const log: Block[] = [];
    const quads = await runQuads(sides, calls, plan, random, log);
    const [gcA, gcB] = [await a.ask({ ask: "collections" }), await b.ask({ ask: "collections" })];
    const costMs = performance.now() - start;
    const isDead = (found.halving ?? 0) > HALVING_MAX;
    return {
      status: isDead ? "dead-code" : "measured",
      note: isDead ? "half a block takes as long as a block" : null,
      ...{ digests, size: preparedA.size!, blockCalls: calls, ...found },
      round: {
        ...{ seed: plan.seed, confirms: plan.confirms, quads, warmUp, costMs },
        evidence: {
          order: { blocks: log.length, overlaps: overlapsOf(log) },
          collections: { base: gcA.collections!, head: gcB.collections! },
          ...disturbedShares(before, readDisturbance(), costMs),
        },
      },
    };
  } finally {
    plan.signal?.removeEventListener("abort", stop);
    stop();
  }
}

/** What a build keeps for a whole run is drawn anew each round: who starts first, and where the stack lies. */
function startBoth(random: () => number): Sides {
  const baseFirst = random() < 0.5;
  const made = [0, 1].map(
    () => new ArmProcess({ padding: Math.floor(random() * PADDING_BYTES) }),
  ) as [ArmProcess, ArmProcess];
  return baseFirst ? { a: made[0], b: made[1] } : { a: made[1], b: made[0] };
}

async function callsOf({ a, b }: Sides): Promise<number> {
  const callsA = (await a.ask({ ask: "calibrate" })).calls!;
  return Math.max(callsA, (await b.ask({ ask: "calibrate" })).calls!);
}

async function warmBoth(
  { a, b }: Sides,
  calls: number,
  { probedBlocks }: RoundPlan,
): Promise<MeasuredRound["warmUp"]> {
  const blocksMin = Math.min(WARM_UP_BLOCKS_MAX, Math.max(WARM_UP_BLOCKS_MIN, 2 * probedBlocks));
  const least: WarmUpPlan = { msMin: WARM_UP_MS_MIN, blocksMin };
  const baseWarmUp = (await a.ask({ ask: "warm-up", calls, ...least })).warmUp!;
  return { base: baseWarmUp, head: (await b.ask({ ask: "warm-up", calls, ...least })).warmUp! };
}

type Inspection = Pick<RoundResult, "halving" | "overhead" | "allocated">;

const NOT_INSPECTED: Inspection = { halving: null, overhead: null, allocated: null };

/** Of the slower arm, except for what each allocates. */
async function inspectBoth({ a, b }: Sides, calls: number): Promise<Inspection> {
  const [base, head] = [await inspect(a, calls), await inspect(b, calls)];
  return {
    halving: Math.max(base.halving, head.halving),
    overhead: Math.max(base.overhead, head.overhead),
    allocated: { base: base.allocated, head: head.allocated },
  };
}

/** A busy machine can make half a block slow for once; code that does nothing is found every time. */
async function inspect(
  side: ArmProcess,
  calls: number,
): Promise<{ halving: number; overhead: number; allocated: number }> {
  let found = { halving: Infinity, overhead: Infinity, allocated: 0 };
  for (let attempt = 0; attempt < ATTEMPTS && found.halving > HALVING_MAX; attempt++) {
    const { halving, overhead, allocated } = await side.ask({ ask: "inspect", calls });
    found = { halving: halving!, overhead: overhead!, allocated: allocated! };
  }
  return found;
}

async function runQuads(
  sides: Sides,
  calls: number,
  plan: RoundPlan,
  random: () => number,
  log: Block[],
): Promise<Quad[]> {
  const quads: Quad[] = [];
  const ratios: number[] = [];
  const start = performance.now();
  const isOver = (): boolean =>
    ratios.length >= QUADS_MIN &&
    (medianError(ratios) < ERROR_MAX || performance.now() - start > QUADS_MS_MAX);
  // By spread and time alone, never by where the median lies: stopping must not favour a result.
  while (quads.length < plan.quads && !isOver()) {
    const order = random() < 0.5 ? "ABBA" : "BAAB";
    const ns: number[] = [];
    for (const [place, letter] of [...order].entries()) {
      const side = letter === "A" ? "A" : "B";
      // Garbage is collected before a quad, in both processes, never inside a block.
      const request = { ask: "block", calls, collects: place < 2 } as const;
      const { block } = await (side === "A" ? sides.a : sides.b).ask(request);
      plan.onBlock?.(side, block!);
      log.push(block!);
      ns.push(block!.ns);
    }
    const quad: Quad = { order, ns: ns as Quad["ns"] };
    quads.push(quad);
    ratios.push(quadLogRatio(quad));
  }
  return quads;
}
