/**
 * One round of one benchmark: two fresh processes, results compared, blocks sized, both warmed up, then
 * quads in drawn order. One token: the parent asks one process at a time.
 */
import type { MeasuredRound, Quad, WarmUp } from "../history/measure-record.js";
import { ArmProcess } from "./arm-process.js";
import type { ArmSource, Block } from "./messages.js";
import { uniform } from "./random.js";

export interface Pair {
  readonly base: ArmSource;
  readonly head: ArmSource;
}

export interface RoundPlan {
  readonly seed: number;
  readonly confirms: boolean;
  readonly quads: number;
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
  readonly round: MeasuredRound | null;
}

/** Half a block takes 0.5 of a block; code that does nothing takes about 1. */
const HALVING_MAX = 0.8;
const ATTEMPTS = 3;

/** Rejects when a process fails, ends or hangs. */
export async function measureRound({ base, head }: Pair, plan: RoundPlan): Promise<RoundResult> {
  const start = performance.now();
  const random = uniform(plan.seed);
  // Which process starts first is drawn too: it may get the better memory.
  const baseFirst = random() < 0.5;
  const first = new ArmProcess();
  const second = new ArmProcess();
  const [a, b] = baseFirst ? [first, second] : [second, first];
  try {
    const preparedA = await a.ask({ ask: "prepare", source: base });
    const preparedB = await b.ask({ ask: "prepare", source: head });
    const digests = { base: preparedA.digest ?? null, head: preparedB.digest ?? null };
    const untimed = (status: RoundResult["status"], note: string): RoundResult => ({
      ...{ status, note, digests, size: preparedB.size ?? preparedA.size ?? 0 },
      ...{ blockCalls: 0, halving: null, overhead: null, round: null },
    });
    if (preparedA.missing) return untimed("missing-base", "the base does not declare it");
    if (preparedB.missing) return untimed("missing-head", "the head does not declare it");
    if (digests.base !== digests.head || preparedA.size !== preparedB.size) {
      return untimed("incorrect", `results differ: ${digests.base} and ${digests.head}`);
    }
    const callsA = (await a.ask({ ask: "calibrate" })).calls!;
    const calls = Math.max(callsA, (await b.ask({ ask: "calibrate" })).calls!);
    const baseWarmUp = (await a.ask({ ask: "warm-up", calls })).warmUp!;
    const headWarmUp = (await b.ask({ ask: "warm-up", calls })).warmUp!;
    const found = [await inspect(a, calls), await inspect(b, calls)];
    const halving = Math.max(...found.map((side) => side.halving));
    const overhead = Math.max(...found.map((side) => side.overhead));
    const quads = await runQuads({ a, b }, calls, plan, random);
    return {
      status: halving > HALVING_MAX ? "dead-code" : "measured",
      note: halving > HALVING_MAX ? "half a block takes as long as a block" : null,
      ...{ digests, size: preparedA.size!, blockCalls: calls, halving, overhead },
      round: {
        ...{ seed: plan.seed, confirms: plan.confirms, quads },
        warmUp: { base: baseWarmUp satisfies WarmUp, head: headWarmUp },
        costMs: performance.now() - start,
      },
    };
  } finally {
    a.stop();
    b.stop();
  }
}

/** A busy machine can make half a block slow for once; code that does nothing is found every time. */
async function inspect(
  side: ArmProcess,
  calls: number,
): Promise<{ readonly halving: number; readonly overhead: number }> {
  let found = { halving: Infinity, overhead: Infinity };
  for (let attempt = 0; attempt < ATTEMPTS && found.halving > HALVING_MAX; attempt++) {
    const { halving, overhead } = await side.ask({ ask: "inspect", calls });
    found = { halving: halving!, overhead: overhead! };
  }
  return found;
}

async function runQuads(
  sides: { readonly a: ArmProcess; readonly b: ArmProcess },
  calls: number,
  plan: RoundPlan,
  random: () => number,
): Promise<Quad[]> {
  const quads: Quad[] = [];
  for (let count = 0; count < plan.quads; count++) {
    const order = random() < 0.5 ? "ABBA" : "BAAB";
    const ns: number[] = [];
    for (const [place, letter] of [...order].entries()) {
      const side = letter === "A" ? "A" : "B";
      // Garbage is collected before a quad, in both processes, never inside a block.
      const request = { ask: "block", calls, collects: place < 2 } as const;
      const { block } = await (side === "A" ? sides.a : sides.b).ask(request);
      plan.onBlock?.(side, block!);
      ns.push(block!.ns);
    }
    quads.push({ order, ns: ns as Quad["ns"] });
  }
  return quads;
}
