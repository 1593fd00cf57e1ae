/**
 * A whole run: every benchmark in rounds, looks at which decided rows stop, confirmation of what seems slower,
 * all within a budget of time where there is one.
 */
import type { MeasuredRound, MeasureRow } from "../history/measure-record.js";
import { canaries } from "./canaries.js";
import { CONFIRM_ROUNDS, type JudgeRule } from "./judge.js";
import type { Block } from "./messages.js";
import { childSeed, shuffled, uniform } from "./random.js";
import { measureRound, type Pair } from "./round.js";
import { judgeRows, plainVerdict, withVerdicts } from "./verdicts.js";

export interface Target extends Pair {
  readonly id: string;
  readonly scope: MeasureRow["scope"];
  readonly floor: number;
}

export interface SessionPlan extends JudgeRule {
  readonly targets: readonly Target[];
  readonly quads: number;
  /** Rows that cannot be decided within it are left inconclusive; null: no limit. */
  readonly budgetMs: number | null;
  readonly signal: AbortSignal;
}

export interface SessionHooks {
  onRound(id: string, done: number, planned: number): void;
  onBlock?(id: string, side: "A" | "B", block: Block): void;
  /** A round ended, or failed: the row with that round alone. What it throws ends the run. */
  onRow?(row: MeasureRow): void;
}

/** Part of the budget that is kept for confirmations, which come last. */
const CONFIRM_SHARE = 0.15;

interface Work {
  readonly target: Target;
  row: MeasureRow;
  costMs: number;
}

/** Measures and judges; stops between rounds when the signal says so, with what is there. */
export async function measureSession(
  plan: SessionPlan,
  hooks: SessionHooks,
): Promise<readonly MeasureRow[]> {
  const session = new Session(plan, hooks);
  await session.run();
  return withVerdicts(session.rows(), plan);
}

export function canaryTargets(): readonly Target[] {
  return canaries.map(({ id }) => {
    const source = { root: null, bench: id, arm: "same", smallest: false };
    return { id, scope: "canary", floor: 0.01, base: source, head: source };
  });
}

class Session {
  readonly #start = performance.now();
  readonly #works: readonly Work[];
  readonly #random: () => number;
  #done = 0;

  readonly plan: SessionPlan;
  readonly hooks: SessionHooks;

  constructor(plan: SessionPlan, hooks: SessionHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.#random = uniform(childSeed(plan.seed, "order"));
    this.#works = [...canaryTargets(), ...plan.targets].map((target) => ({
      target,
      row: emptyRow(target),
      costMs: 0,
    }));
  }

  rows(): readonly MeasureRow[] {
    return this.#works.map(({ row }) => row);
  }

  async run(): Promise<void> {
    const { looks } = this.plan;
    // A first round of every row tells what a round of it costs, and whether it can be timed at all.
    await this.#rounds(this.#works, 1, 1);
    let open = this.#works.filter(({ row }) => row.status === "measured");
    for (const [index, look] of looks.entries()) {
      const before = index === 0 ? 1 : looks[index - 1]!;
      const chosen = this.#affordable(open, look - before);
      await this.#rounds(chosen, look, 1 - CONFIRM_SHARE);
      const judged = judgeRows(this.rows(), this.plan);
      const isOpen = new Map(judged.map(({ row, judgement }) => [row, judgement.isOpen]));
      // Canaries run as long as any row does.
      open = chosen.filter(({ row, target }) => isOpen.get(row) ?? target.scope === "canary");
      if (open.every(({ target }) => target.scope === "canary")) break;
    }
    const awaited = judgeRows(this.rows(), this.plan).filter(({ judgement }) => judgement.awaits);
    const suspects = this.#works.filter(({ row }) => awaited.some((other) => other.row === row));
    for (const work of suspects) {
      for (let round = 0; round < CONFIRM_ROUNDS; round++) await this.#round(work, true, 1);
    }
  }

  /** Rounds of all works in turn, in drawn order, until each has `count`. */
  async #rounds(works: readonly Work[], count: number, share: number): Promise<void> {
    for (;;) {
      const left = works.filter(
        ({ row }) => row.rounds.length < count && row.status === "measured",
      );
      if (left.length === 0) return;
      for (const work of shuffled(left, this.#random)) {
        if (!(await this.#round(work, false, share))) return;
      }
    }
  }

  /** Those whose next `rounds` rounds fit the time: canaries, then where error over floor is largest. */
  #affordable(works: readonly Work[], rounds: number): readonly Work[] {
    const { budgetMs } = this.plan;
    if (budgetMs === null) return works;
    let leftMs = budgetMs * (1 - CONFIRM_SHARE) - (performance.now() - this.#start);
    const spread = new Map(
      judgeRows(this.rows(), this.plan).map(({ row, judgement }) => [
        row,
        (judgement.estimate?.standardError ?? 0) / row.verdict.floor,
      ]),
    );
    const rank = ({ row, target }: Work): number =>
      target.scope === "canary" ? Infinity : (spread.get(row) ?? 0);
    const ordered = works.toSorted((a, b) => rank(b) - rank(a) || a.costMs - b.costMs);
    return ordered.filter(({ costMs }) => {
      const fits = costMs * rounds <= leftMs;
      if (fits) leftMs -= costMs * rounds;
      return fits;
    });
  }

  /** @returns false when time is over or the signal said stop; `share` is the part of the budget to use */
  async #round(work: Work, confirms: boolean, share: number): Promise<boolean> {
    const { plan, hooks } = this;
    const { target, row } = work;
    if (plan.signal.aborted) return false;
    const spentMs = performance.now() - this.#start;
    if (plan.budgetMs !== null && spentMs + work.costMs > plan.budgetMs * share) return false;
    hooks.onRound(target.id, this.#done++, this.#works.length * plan.looks[0]!);
    const name = `${target.id} ${confirms ? "confirm" : "round"} ${row.rounds.length}`;
    let ended: MeasuredRound[] = [];
    try {
      const result = await measureRound(target, {
        ...{ seed: childSeed(plan.seed, name), confirms, quads: plan.quads },
        onBlock: (side, block) => hooks.onBlock?.(target.id, side, block),
      });
      const { round, ...found } = result;
      ended = round === null ? [] : [round];
      const rounds: MeasuredRound[] = [...row.rounds, ...ended];
      // The figures of the first round are kept, but a fault of any round stays.
      const kept = row.rounds.length > 0 && found.status === "measured" ? {} : found;
      work.row = { ...row, ...kept, rounds };
      work.costMs = Math.max(work.costMs, round?.costMs ?? 0);
    } catch (error) {
      const note = (error as Error).message.split("\n")[0]!;
      work.row = { ...row, status: "failed", note };
    }
    hooks.onRow?.({ ...work.row, rounds: ended });
    return true;
  }
}

function emptyRow({ id, scope, floor }: Target): MeasureRow {
  const row: Omit<MeasureRow, "verdict"> = {
    ...{ id, metric: "wall", unit: "ns/call", scope, kind: "wall", size: 0 },
    ...{ status: "measured", note: null, digests: { base: null, head: null }, blockCalls: 0 },
    ...{ overhead: null, halving: null, rounds: [], exact: null },
  };
  const verdict = { floor } as MeasureRow["verdict"];
  return { ...row, verdict: plainVerdict({ ...row, verdict }) };
}
