/** IBLT thresholds and failures, overhead of rateless IBLT, counts of range exchanges, sizes of sketches. */
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { differingSets } from "../../src/reconcile/curve.js";
import { Exchange } from "../../src/reconcile/exchange.js";
import type { FieldBits } from "../../src/reconcile/field.js";
import { placeIds } from "../../src/reconcile/id-set.js";
import { cpisyncBits, PinSketch } from "../../src/reconcile/pinsketch.js";
import { rangeExchange, type RangeTrace } from "../../src/reconcile/range-exchange.js";
import {
  exactly,
  meanOf,
  shareOf,
  type Effort,
  type Estimate,
  type Outcome,
  type Parameters,
  type PublishedSource,
} from "./source.js";

const CELL_BYTES = 16;
const SOURCE_BYTES = 24;

/** A table of the kernels' own, used again for many seeds: thousands of trials a second. */
class TrialTable {
  readonly #space: Workspace;
  readonly #hashes: number;
  readonly #partCells: number;
  readonly #tableAt: number;
  readonly #idsAt: number;

  constructor(cells: number, hashes: number, idsMax: number) {
    this.#space = workspace("wasm");
    this.#hashes = hashes;
    this.#partCells = Math.round(cells / hashes);
    const tableBytes = this.cells * CELL_BYTES;
    const bytes = 2 * tableBytes + this.cells * hashes * 4 + idsMax * 8;
    this.#tableAt = this.#space.allocate(this, bytes);
    this.#idsAt = this.#tableAt + bytes - idsMax * 8;
    const [ids] = differingSets(idsMax, 0, 1);
    this.#space.u8.set(new Uint8Array(ids.buffer), this.#idsAt);
  }

  get cells(): number {
    return this.#partCells * this.#hashes;
  }

  /** Whether a table with the first `ids` ids, half of them removed instead of added, decodes. */
  decodes(ids: number, seed: number): boolean {
    const { u8, kernels } = this.#space;
    const [at, part, hashes] = [this.#tableAt, this.#partCells, this.#hashes];
    const tableBytes = this.cells * CELL_BYTES;
    u8.fill(0, at, at + tableBytes);
    const added = Math.ceil(ids / 2);
    kernels.ibltAdd(at, part, hashes, seed, this.#idsAt, added, 1);
    kernels.ibltAdd(at, part, hashes, seed, this.#idsAt + added * 8, ids - added, -1);
    const outAt = at + tableBytes;
    const found = kernels.ibltPeel(at, part, hashes, seed, outAt, outAt + tableBytes);
    return found === ids && kernels.ibltOccupied(at, this.cells) === 0;
  }

  /** The most ids that decode with this seed: when a set does not, no larger one does. */
  most(seed: number): number {
    let low = 0;
    let high = this.cells;
    while (high - low > Math.max(1, this.cells * 1e-4)) {
      const middle = Math.round((low + high) / 2);
      if (this.decodes(middle, seed)) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  dispose(): void {
    this.#space.release(this);
  }
}

/**
 * Cells per key at which half of the tables with `keys` keys decode: the median over tables of cells by the
 * most keys that decode. A first look at small tables finds the number of cells to measure at.
 */
function cellsPerKey(hashes: number, keys: number, runs: number): Estimate {
  const ratios = (cells: number, seeds: number): number[] => {
    const table = new TrialTable(cells, hashes, cells);
    const found = Array.from({ length: seeds }, (_, seed) => table.cells / table.most(seed));
    table.dispose();
    return found.sort((a, b) => a - b);
  };
  const middle = (sorted: readonly number[]): number => {
    const half = Math.floor((sorted.length - 1) / 2);
    return (sorted[half]! + sorted[sorted.length - 1 - half]!) / 2;
  };
  const samples = ratios(keys * middle(ratios(1500, 9)), runs);
  // Of a normal sample, the error of the median is 1.2533 times that of the mean; tails are cut off.
  const inner = samples.slice(Math.floor(runs * 0.1), Math.ceil(runs * 0.9));
  return {
    value: middle(samples),
    standardError: 1.2533 * 1.5 * meanOf(inner).standardError,
    runs,
  };
}

const THRESHOLD_RUNS: Readonly<Record<Effort, readonly [thousand: number, large: number]>> = {
  quick: [50, 3],
  normal: [200, 5],
  full: [2000, 40],
};
const FAILURE_RUNS: Readonly<Record<Effort, number>> = {
  quick: 4000,
  normal: 20_000,
  full: 200_000,
};

export const ibltFigures: PublishedSource = {
  id: "eppstein-2011-iblt",
  measure({ k, difference, cells }, effort) {
    if (difference === undefined) {
      const [thousand, large] = THRESHOLD_RUNS[effort];
      return settled({
        cells_per_key_at_1e3: cellsPerKey(Number(k), 1e3, thousand),
        cells_per_key_at_1e5: cellsPerKey(Number(k), 1e5, large),
      });
    }
    const ids = Number(difference);
    // A table of 1000 takes ten times one of 100.
    const runs = FAILURE_RUNS[effort] / (ids > 100 ? 4 : 1);
    const table = new TrialTable(Number(cells), Number(k), ids);
    let failures = 0;
    for (let seed = 0; seed < runs; seed++) if (!table.decodes(ids, seed)) failures++;
    table.dispose();
    return settled({ decode_failure: shareOf(failures, runs) });
  },
};

function settled(measures: Readonly<Record<string, Estimate>>): Promise<Outcome> {
  return Promise.resolve({ measures });
}

/** Coded symbols per difference until all is decoded, of one run per seed. */
function symbolsPerDifference(differences: number, runs: number): Estimate {
  const space = workspace("wasm");
  const { ratelessPrepare, ratelessEncode, ratelessDecode } = space.kernels;
  const symbols = 6 * differences + 200; // far beyond what is ever needed
  const parts = [8, SOURCE_BYTES].map((bytes) => bytes * differences);
  const perSymbol = [CELL_BYTES, SOURCE_BYTES, SOURCE_BYTES, 4].map((bytes) => bytes * symbols);
  const owner = {};
  const sizes = [...parts, ...perSymbol, 8];
  let at = space.allocate(
    owner,
    sizes.reduce((sum, bytes) => sum + bytes),
  );
  const places = sizes.map((bytes) => (at += bytes) - bytes);
  const [idsAt, sourcesAt, cellsAt, plusAt, minusAt, stackAt, foundAt] = places as [
    ...[number, number, number, number, number, number, number],
  ];
  const [ids] = differingSets(differences, 0, 1);
  space.u8.set(new Uint8Array(ids.buffer), idsAt);
  const added = Math.ceil(differences / 2);
  const samples = Array.from({ length: runs }, (_, seed) => {
    space.u8.fill(0, cellsAt, cellsAt + symbols * CELL_BYTES);
    space.u8.fill(0, foundAt, foundAt + 8);
    ratelessPrepare(sourcesAt, idsAt, differences, seed);
    ratelessEncode(cellsAt, 0, symbols, sourcesAt, added, 1);
    const rest = sourcesAt + added * SOURCE_BYTES;
    ratelessEncode(cellsAt, 0, symbols, rest, differences - added, -1);
    const lists = [plusAt, minusAt, foundAt, stackAt] as const;
    const needed = ratelessDecode(cellsAt, 0, symbols, ...lists, seed);
    if (needed === 0) throw new Error(`${differences} ids did not decode with seed ${seed}`);
    return needed / differences;
  });
  space.release(owner);
  return meanOf(samples);
}

/** About as much work for every size: 1e5 differences take 100 ms. */
function ratelessRuns(differences: number, effort: Effort): number {
  const work = { quick: 1e5, normal: 4e5, full: 1e7 }[effort];
  return Math.max(3, Math.round(work / differences / Math.log2(differences + 2)));
}

export const ratelessFigures: PublishedSource = {
  id: "yang-2024-rateless-iblt",
  measure({ difference }, effort) {
    if (difference === undefined) return Promise.resolve({ skipped: "speed and systems" });
    if (difference === "any") {
      const all = [2, 3, 4, 5, 6, 8, 12, 20].map((size) =>
        symbolsPerDifference(size, ratelessRuns(size, effort)),
      );
      return settled({ maximum_overhead: all.toSorted((a, b) => b.value - a.value)[0]! });
    }
    // The one text left is "large (1e5)".
    const size = typeof difference === "number" ? difference : 1e5;
    return settled({
      coded_symbols_per_difference: symbolsPerDifference(size, ratelessRuns(size, effort)),
    });
  },
};

const RANGE_IDS_MAX: Readonly<Record<Effort, number>> = { quick: 1e5, normal: 1e6, full: 1e7 };

/** Traces of exchanges between sets of `ids` ids, one per seed. */
function rangeTraces(parameters: Parameters, ids: number, runs: number): RangeTrace[] {
  const settings = {
    buckets: Number(parameters.buckets),
    idListBelow: Number(parameters.idlist_when_fewer_than),
  };
  const space = workspace("wasm");
  return Array.from({ length: runs }, (_, seed) => {
    const owner = {};
    const [a, b] = differingSets(ids, Number(parameters.differences), seed).map((set) =>
      placeIds(space, owner, set.slice().sort()),
    ) as [ReturnType<typeof placeIds>, ReturnType<typeof placeIds>];
    const trace = rangeExchange({ space, a, b, exchange: new Exchange() }, settings);
    space.release(owner);
    return trace;
  });
}

export const rangeFigures: PublishedSource = {
  id: "meyer-2023-range-based-reconciliation",
  measure(parameters, effort) {
    const ids = Number(parameters.n);
    if (!(ids <= RANGE_IDS_MAX[effort])) {
      return Promise.resolve({ skipped: `${ids} ids take a longer effort` });
    }
    const traces = rangeTraces(parameters, ids, ids > 1e5 ? 2 : ids > 1e4 ? 5 : 50);
    const mean = (of: (trace: RangeTrace) => number): Estimate => meanOf(traces.map(of));
    const fingerprints = mean((trace) => trace.fingerprints);
    const messages = mean((trace) => trace.messagesToList);
    const buckets = Number(parameters.buckets);
    const list = Number(parameters.idlist_when_fewer_than);
    let levels = 0;
    for (let left = ids; left >= list; left /= buckets) levels++;
    return Promise.resolve({
      measures: {
        fingerprints_sent: fingerprints,
        fingerprint_levels: mean((trace) => trace.fingerprints / buckets),
        fingerprint_payload_bytes: mean((trace) => trace.fingerprints * 16),
        messages_until_the_id_list_is_sent: messages,
        id_list_ids: mean((trace) => trace.firstListIds),
      },
      // The case's derivation: one message per level, then the list.
      laws: [{ name: "messages", expected: levels + 1, estimate: messages }],
    });
  },
};

/** Most elements, up to one above the capacity, of which every drawn set is given back. */
function decodesUpTo(bits: FieldBits, capacity: number, runs: number): number {
  const mask = (1n << BigInt(bits)) - 1n;
  const isGivenBack = (count: number, seed: number): boolean => {
    const drawn = differingSets(4 * count + 64, 0, seed)[0];
    const elements = [...new Set([...drawn].map((id) => id & mask))].filter((id) => id !== 0n);
    const chosen = BigUint64Array.from(elements.slice(0, count)).sort();
    const sketch = new PinSketch({ bits, capacity });
    sketch.add(chosen);
    const decoded = PinSketch.load(sketch.serialise(), { bits, capacity }).decode();
    sketch.dispose();
    return decoded?.length === count && decoded.every((element, i) => element === chosen[i]);
  };
  for (let count = capacity + 1; count > 0; count--) {
    const seeds = Array.from({ length: runs }, (_, seed) => seed);
    if (seeds.every((seed) => isGivenBack(count, seed))) return count;
  }
  return 0;
}

export const sketchFigures: PublishedSource = {
  id: "minisketch-pinsketch",
  measure({ field_bits: fieldBits, capacity, compare }, effort) {
    if (compare === "CPISync") {
      const laws = [32, 64].map((bits) => {
        const estimate = exactly(cpisyncBits(bits, 100));
        return { name: "bits", expected: (bits + 1) * 100, estimate };
      });
      return Promise.resolve({ laws });
    }
    const bits = Number(fieldBits) as FieldBits;
    const options = { bits, capacity: Number(capacity) };
    const sketch = new PinSketch(options);
    const bytes = sketch.serialise().length;
    sketch.dispose();
    const runs = effort === "full" ? 100 : 5;
    return settled({
      bytes: exactly(bytes),
      decodes_up_to: exactly(decodesUpTo(bits, options.capacity, runs)),
    });
  },
};

export const reconciliationFigures: readonly PublishedSource[] = [
  ibltFigures,
  ratelessFigures,
  rangeFigures,
  sketchFigures,
];
