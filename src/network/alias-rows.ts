/**
 * Alias tables (Walker 1977) as the kernels read them, built on the host for the rows of a graph: u32
 * threshold and u32 alias of each column. A draw takes a column's own item when its second word lies
 * below the threshold, else the alias.
 */
import { invariant } from "../errors.js";

const FULL = 0xffffffff;

/** Builds tables one after the other into `table`; scratch is kept between rows. */
export class AliasRows {
  /** u32[2 * items]: threshold and alias of each column, aliases counted within their row. */
  readonly table: Uint32Array;
  readonly #open: Uint32Array;
  readonly #rests: Float64Array;

  /** @param items of all rows; @param longest items of the longest row */
  constructor(items: number, longest: number) {
    this.table = new Uint32Array(2 * items);
    this.#open = new Uint32Array(longest);
    this.#rests = new Float64Array(longest);
  }

  /**
   * Writes the table of one row.
   * @param first where the row starts, in items
   * @param weightOf above 0 and finite, by place in the row
   */
  build(first: number, count: number, weightOf: (place: number) => number): void {
    if (count === 0) return;
    let total = 0;
    for (let place = 0; place < count; place++) {
      total += this.#rests[place] = weightOf(place);
    }
    invariant(total > 0 && Number.isFinite(total), "weights of a row do not add up");
    const perWeight = count / total;
    // Light columns from the front of the list, heavy ones from its back.
    let lights = 0;
    let heavies = count;
    for (let place = 0; place < count; place++) {
      this.#rests[place]! *= perWeight;
      if (this.#rests[place]! < 1) this.#open[lights++] = place;
      else this.#open[--heavies] = place;
    }
    while (lights > 0 && heavies < count) {
      const light = this.#open[--lights]!;
      const heavy = this.#open[heavies]!;
      this.#set(first + light, Math.floor(this.#rests[light]! * 2 ** 32), heavy);
      this.#rests[heavy]! -= 1 - this.#rests[light]!;
      // The slot of the light one is free for the heavy one that has become light.
      if (this.#rests[heavy]! < 1) {
        heavies++;
        this.#open[lights++] = heavy;
      }
    }
    // What is left is whole but for rounding.
    for (let i = 0; i < lights; i++) this.#set(first + this.#open[i]!, FULL, this.#open[i]!);
    for (let i = heavies; i < count; i++) this.#set(first + this.#open[i]!, FULL, this.#open[i]!);
  }

  #set(column: number, threshold: number, alias: number): void {
    this.table[2 * column] = Math.min(threshold, FULL);
    this.table[2 * column + 1] = alias;
  }
}
