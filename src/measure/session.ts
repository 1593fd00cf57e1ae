/**
 * A whole run: every benchmark in rounds, looks at which decided rows stop, confirmation of what seems slower,
 * all within a budget of time where there is one.
 */
import type { MeasuredRound, MeasureRow } from "../history/measure-record.js";
import type { ArmTiers } from "../history/round-evidence.js";
import { canaries } from "./canaries.js";
import { CONFIRM_ROUNDS, type JudgeRule } from "./judge.js";
import type { Block } from "./messages.js";
import { probePair } from "./probe.js";
import { childSeed, shuffled, uniform } from "./random.js";
import { measureRound, type Pair, type RoundResult } from "./round.js";
import { judgeRows, plainVerdict, ratiosOf, withVerdicts } from "./verdicts.js";

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
  /** Of a canary's name, as a ratio; left out: 1 % each. */
  readonly canaryFloor?: (id: string) => number;
  /** false: no side process looks at tiers. */
  readonly probes?: boolean;
}

export interface SessionHooks {
  onRound(id: string, done: number, planned: number): void;
  onBlock?(id: string, side: "A" | "B", block: Block): void;
  /** A round ended, or failed: the row with that round alone. What it throws ends the run. */
  onRow?(row: MeasureRow): void;
}

/** Part of the budget that is kept for confirmations, which come last. */
const CONFIRM_SHARE = 0.15;
/** Part that first rounds may take: a short budget decides a few rows, not a round of every one. */
const SCREEN_SHARE = 0.35;
/** Canaries take so much of the time of rows, but each gets CANARY_ROUNDS_MIN by the first look. */
const CANARY_SHARE = 0.1;
const CANARY_ROUNDS_MIN = 4;
const CANARY_QUADS = 8;

interface Work {
  readonly target: Target;
  row: MeasureRow;
  /** Milliseconds of one more round; null before the first. */
  costMs: number | null;
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

/** @param floorOf what a canary may move by, as a ratio: 1 %, or more where its past says so */
export function canaryTargets(floorOf: (id: string) => number = () => 0.01): readonly Target[] {
  return canaries.map(({ id }) => {
    const source = { root: null, bench: id, arm: "same", smallest: false };
    return { id, scope: "canary", floor: floorOf(id), base: source, head: source };
  });
}

class Session {
  readonly #start = performance.now();
  readonly #works: readonly Work[];
  readonly #canaries: readonly Work[];
  readonly #random: () => number;
  readonly #spentMs = { rows: 0, canaries: 0 };
  #done = 0;

  readonly plan: SessionPlan;
  readonly hooks: SessionHooks;

  constructor(plan: SessionPlan, hooks: SessionHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.#random = uniform(childSeed(plan.seed, "order"));
    const workOf = (target: Target): Work => ({ target, row: emptyRow(target), costMs: null });
    this.#works = plan.targets.map(workOf);
    this.#canaries = canaryTargets(plan.canaryFloor).map(workOf);
  }

  rows(): readonly MeasureRow[] {
    return [...this.#canaries, ...this.#works].map(({ row }) => row);
  }

  async run(): Promise<void> {
    // A first round of a row tells what a round of it costs, and whether it can be timed at all.
    await this.#rounds(this.#works, () => 1, SCREEN_SHARE);
    await this.#looks(1 - CONFIRM_SHARE);
    await this.#confirm();
    // What confirmations did not need is for rows that are still open.
    await this.#looks(1);
    await this.#confirm();
  }

  /** Row by row to its next look, while any is open and the time allows. */
  async #looks(share: number): Promise<void> {
    for (;;) {
      const chosen = this.#affordable(this.#open(), share);
      if (chosen.length === 0) return;
      const goals = new Map(chosen.map((work) => [work, this.#nextLook(work)]));
      for (const work of chosen) await this.#probe(work);
      if (!(await this.#rounds(chosen, (work) => goals.get(work)!, share))) return;
    }
  }

  #nextLook({ row }: Work): number {
    return this.plan.looks.find((look) => look > roundsOf(row)) ?? 0;
  }

  #open(): readonly Work[] {
    const judged = judgeRows(this.rows(), this.plan);
    const isOpen = new Map(judged.map(({ row, judgement }) => [row, judgement.isOpen]));
    // Rows without a first round are not known to cost anything: they stay out.
    return this.#works.filter(
      (work) => work.costMs !== null && isOpen.get(work.row) === true && this.#nextLook(work) > 0,
    );
  }

  async #confirm(): Promise<void> {
    const awaited = judgeRows(this.rows(), this.plan).filter(({ judgement }) => judgement.awaits);
    const suspects = this.#works.filter(({ row }) => awaited.some((other) => other.row === row));
    for (const work of suspects) {
      for (let round = 0; round < CONFIRM_ROUNDS; round++) await this.#round(work, true, 1);
    }
  }

  /**
   * Rounds of all works in turn, in drawn order, until each has its goal; canaries in between.
   * @returns false when the time is over or the signal said stop
   */
  async #rounds(
    works: readonly Work[],
    goal: (work: Work) => number,
    share: number,
  ): Promise<boolean> {
    for (;;) {
      const left = works.filter(
        (work) => roundsOf(work.row) < goal(work) && work.row.status === "measured",
      );
      if (left.length === 0) return true;
      for (const work of shuffled(left, this.#random)) {
        if (!(await this.#round(work, false, share))) return false;
        if (!(await this.#canary(roundsOf(work.row), share))) return false;
      }
    }
  }

  /** Those in turn that have the fewest rounds, as many as their share of the time allows. */
  async #canary(rowRounds: number, share: number): Promise<boolean> {
    for (;;) {
      const next = this.#canaries.toSorted((a, b) => roundsOf(a.row) - roundsOf(b.row))[0]!;
      const count = roundsOf(next.row);
      const isWanted = count < this.plan.looks.at(-1)! && next.row.status === "measured";
      const fits = this.#spentMs.canaries < CANARY_SHARE * this.#spentMs.rows;
      const isLate = count < CANARY_ROUNDS_MIN && count < rowRounds / 2;
      if (!isWanted || !(fits || isLate)) return true;
      if (!(await this.#round(next, false, share))) return false;
    }
  }

  /** Those whose rounds to their next look fit the time, the most pressing first. */
  #affordable(works: readonly Work[], share: number): readonly Work[] {
    const { budgetMs } = this.plan;
    if (budgetMs === null) return works;
    let leftMs = budgetMs * share - (performance.now() - this.#start);
    const judged = new Map(judgeRows(this.rows(), this.plan).map((one) => [one.row, one]));
    // After a look: error over floor. Before: how far the only round is beyond the floor.
    const rank = ({ row }: Work): number => {
      const error = judged.get(row)?.judgement.estimate?.standardError;
      if (error !== undefined) return error / Math.max(row.verdict.floor, 1e-6);
      const far = Math.max(0, ...ratiosOf(row).rounds.map(Math.abs));
      return far > row.verdict.floor ? 1 + far : 0;
    };
    const ordered = works.toSorted((a, b) => rank(b) - rank(a) || a.costMs! - b.costMs!);
    return ordered.filter((work) => {
      const missing = this.#nextLook(work) - roundsOf(work.row);
      const needMs = work.costMs! * missing * (1 + CANARY_SHARE);
      const fits = needMs <= leftMs;
      if (fits) leftMs -= needMs;
      return fits;
    });
  }

  /** Once a row, before its second round; what it finds out makes later warm-ups longer. */
  async #probe(work: Work): Promise<void> {
    const { row, target } = work;
    if (this.plan.probes === false || this.plan.signal.aborted) return;
    if (row.evidence === undefined || row.evidence.tiers.base !== null) return;
    const start = performance.now();
    work.row = { ...row, evidence: { ...row.evidence, tiers: await probePair(target) } };
    this.#spentMs.rows += performance.now() - start;
  }

  /** Rounds in all: to the first look of every row, or as many as the budget has time for at this pace. */
  #planned(spentMs: number): number {
    const all = this.#works.length * this.plan.looks[0]!;
    const { budgetMs } = this.plan;
    if (budgetMs === null || this.#done === 0) return all;
    return Math.min(all, Math.ceil((this.#done * budgetMs) / Math.max(1, spentMs)));
  }

  /** @returns false when time is over or the signal said stop; `share` is the part of the budget to use */
  async #round(work: Work, confirms: boolean, share: number): Promise<boolean> {
    const { plan, hooks } = this;
    const { target, row } = work;
    if (plan.signal.aborted) return false;
    const start = performance.now();
    const spentMs = start - this.#start;
    const costMs = work.costMs ?? spentMs / Math.max(1, this.#done);
    if (plan.budgetMs !== null && spentMs + costMs > plan.budgetMs * share) return false;
    hooks.onRound(target.id, this.#done++, this.#planned(spentMs));
    const isCanary = target.scope === "canary";
    const leftMs = plan.budgetMs === null ? null : plan.budgetMs - spentMs;
    const expiry = leftMs === null ? undefined : AbortSignal.timeout(Math.ceil(leftMs));
    const name = `${target.id} ${confirms ? "confirm" : "round"} ${row.rounds.length}`;
    let ended: MeasuredRound[] = [];
    try {
      const result = await measureRound(target, {
        ...{ seed: childSeed(plan.seed, name), confirms },
        quads: isCanary ? Math.min(CANARY_QUADS, plan.quads) : plan.quads,
        calls: row.rounds.length === 0 ? null : row.blockCalls,
        probedBlocks: Math.max(0, ...tiersOf(row).map(({ blocks }) => blocks)),
        ...(expiry === undefined ? {} : { signal: expiry }),
        onBlock: (side, block) => hooks.onBlock?.(target.id, side, block),
      });
      ended = result.round === null ? [] : [result.round];
      work.row = withRound(row, result);
      work.costMs = result.round === null ? work.costMs : nextCostMs(work.row);
    } catch (error) {
      if (expiry?.aborted === true) return false;
      const note = (error as Error).message.split("\n")[0]!;
      work.row = { ...row, status: "failed", note };
    }
    this.#spentMs[isCanary ? "canaries" : "rows"] += performance.now() - start;
    hooks.onRow?.({ ...work.row, rounds: ended });
    return true;
  }
}

/** Rounds that are judged: those of a confirmation stand apart. */
function roundsOf({ rounds }: MeasureRow): number {
  return rounds.filter(({ confirms }) => !confirms).length;
}

function tiersOf({ evidence }: MeasureRow): readonly ArmTiers[] {
  return Object.values(evidence?.tiers ?? {}).filter((side) => side !== null);
}

/** The figures of the first round are kept, but a fault of any round stays. */
function withRound(row: MeasureRow, { round, allocated, ...found }: RoundResult): MeasureRow {
  if (round === null) return { ...row, ...found };
  const rounds = [...row.rounds, round];
  if (row.rounds.length > 0) {
    return found.status === "measured"
      ? { ...row, rounds }
      : { ...row, rounds, status: found.status, note: found.note };
  }
  const evidence = { allocated, tiers: { base: null, head: null } };
  return { ...row, ...found, rounds, evidence };
}

/** The first round sizes blocks and inspects, which later ones do not: it counts only while it is alone. */
function nextCostMs({ rounds }: MeasureRow): number {
  const costs = rounds.slice(rounds.length > 1 ? 1 : 0).map(({ costMs }) => costMs);
  return costs.reduce((sum, ms) => sum + ms, 0) / costs.length;
}

export function emptyRow({ id, scope, floor }: Target): MeasureRow {
  const row: Omit<MeasureRow, "verdict"> = {
    ...{ id, metric: "wall", unit: "ns/call", scope, kind: "wall", size: 0 },
    ...{ status: "measured", note: null, digests: { base: null, head: null }, blockCalls: 0 },
    ...{ overhead: null, halving: null, rounds: [], exact: null },
  };
  const verdict = { floor } as MeasureRow["verdict"];
  return { ...row, verdict: plainVerdict({ ...row, verdict }) };
}
