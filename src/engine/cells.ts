/**
 * What a protocol measures of its own state. Every shard adds up its cells; every worker combines all
 * shards in their order, so all see the same numbers and any number of workers gives the same bits.
 */
import * as CONTEXT from "../../assembly/runtime/context.js";
import type { Measures, MeasureSettings } from "../protocols/protocol.js";
import type { TrialRun } from "./trial-run.js";

export class Cells {
  readonly #run: TrialRun;
  readonly #measures: Measures;
  readonly #settings: MeasureSettings;
  readonly #count: number;
  #first: readonly number[] = [];

  constructor(run: TrialRun, measures: Measures, settings: MeasureSettings) {
    this.#run = run;
    this.#measures = measures;
    this.#settings = settings;
    this.#count = measures.cells.length;
  }

  /** Points the context at the zeroed cells of a shard. @param parity of the step that is measured */
  open(context: number, shard: number, parity: number): void {
    const { plan } = this.#run.task;
    const at = this.#run.at("cells") + (parity * plan.shards + shard) * this.#count * 8;
    this.#run.doubles.fill(0, at / 8, at / 8 + this.#count);
    this.#measures.cells.forEach(({ combine }, index) => {
      if (combine !== "sum") {
        this.#run.doubles[at / 8 + index] = combine === "min" ? Infinity : -Infinity;
      }
    });
    this.#run.words[(context >>> 2) + CONTEXT.CELLS_AT] = at;
  }

  /**
   * Reads what all shards left and keeps it for the next round.
   * @param isStart true for the state before the first tick
   * @returns nodes that count as covered
   */
  close(parity: number, isStart: boolean): number {
    const cells = this.#combined(parity);
    if (isStart) this.#first = cells;
    const own = this.#own();
    if (isStart) this.#run.doubles.set(cells, own);
    this.#run.doubles.set(cells, own + this.#count);
    this.#run.noteMeasures(this.#measures.derive(cells, this.#first, this.#settings));
    return cells[this.#measures.covered ?? 0] ?? 0;
  }

  /** The truth is not known before the first figures: whatever depends on it must not count. */
  clear(): void {
    this.#run.doubles.fill(NaN, this.#own(), this.#own() + 2 * this.#count);
  }

  /** Index of this worker's table of combined cells. */
  #own(): number {
    return this.#run.at("allCells") / 8 + this.#run.task.worker * 2 * this.#count;
  }

  #combined(parity: number): number[] {
    const { plan } = this.#run.task;
    const base = this.#run.at("cells") / 8 + parity * plan.shards * this.#count;
    return this.#measures.cells.map(({ combine }, index) => {
      let value = this.#run.doubles[base + index]!;
      for (let shard = 1; shard < plan.shards; shard++) {
        const own = this.#run.doubles[base + shard * this.#count + index]!;
        if (combine === "sum") value += own;
        else value = combine === "min" ? Math.min(value, own) : Math.max(value, own);
      }
      return value;
    });
  }
}
