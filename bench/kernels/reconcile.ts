/**
 * Benches of reconciliation: IBLT and rateless IBLT in memory beside C, and the class Iblt beside
 * bloom-filters. Ids are XXH64 of their index with seed 1, as in bench/native/reconcile.c.
 */
import type { InvertibleBloomFilter } from "bloom-filters";
import type { BackendName } from "../../src/kernels/backend.js";
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { Iblt, type IbltDecoded } from "../../src/reconcile/iblt.js";
import { bigintOf } from "../../src/reconcile/message.js";
import { digestOf, digestOfBytes, type Arm, type KernelBench, type Prepared } from "./bench.js";

const BACKENDS = ["wasm", "ts"] as const;
const PEER = "bloom-filters";

/** Whether the package's arm is asked for. */
function wants(only: string | undefined): boolean {
  return only === undefined || only === PEER;
}
const HASHES = 4;
const CELL_BYTES = 16;
const SOURCE_BYTES = 24;
/** Ids that both sides hold, per difference. */
const SHARED_PER_DIFFERENCE = 9;
/** bloom-filters adds 20 ids a millisecond and decodes 100 in 30 ms: larger sizes go without it. */
const PEER_SIZE_MAX = 1000;

function idsOf(count: number): BigUint64Array {
  const { kernels } = workspace("wasm");
  return BigUint64Array.from({ length: count }, (_, i) =>
    bigintOf(kernels.xxh64Of8(i, 0, 1, 0), kernels.xxh64High()),
  );
}

/** Memory of one arm: parts by their sizes in bytes, ids at the first. */
class Bed {
  readonly space: Workspace;
  readonly parts: readonly number[];

  constructor(backend: BackendName, ids: BigUint64Array, sizes: readonly number[]) {
    this.space = workspace(backend);
    this.parts = [ids.byteLength, ...sizes].map((bytes) => this.space.allocate(this, bytes));
    this.space.u8.set(new Uint8Array(ids.buffer), this.part(0));
  }

  part(index: number): number {
    return this.parts[index]!;
  }

  clear(at: number, bytes: number): void {
    this.space.u8.fill(0, at, at + bytes);
  }

  copy(to: number, from: number, bytes: number): void {
    this.space.u8.copyWithin(to, from, from + bytes);
  }

  dispose(): void {
    this.space.release(this);
  }
}

const insertBench: KernelBench = {
  id: "reconcile/iblt/insert",
  title: "Insert ids into an IBLT of 1.5 cells an id, 4 hashes",
  scope: "compute",
  operation: "id",
  sizes: [1000, 16_000, 250_000, 2_000_000],
  headlineSize: 16_000,
  native: { source: "reconcile.c", kernel: "insert" },
  prepare: async (size, only) => {
    const partCells = Math.ceil(Math.floor(size * 1.5) / HASHES);
    const bytes = partCells * HASHES * CELL_BYTES;
    const ids = idsOf(size);
    const arms = BACKENDS.map((name): Arm => {
      const bed = new Bed(name, ids, [bytes]);
      const { kernels } = bed.space;
      return {
        name,
        run: () => {
          bed.clear(bed.part(1), bytes);
          kernels.ibltAdd(bed.part(1), partCells, HASHES, 0, bed.part(0), size, 1);
        },
        digest: () => digestOf(bed.space, bed.part(1), bytes),
        dispose: () => bed.dispose(),
      };
    });
    if (size <= PEER_SIZE_MAX && wants(only)) {
      arms.push(await peerInsert(ids, partCells * HASHES));
    }
    return prepared(arms, size, bytes + size * 8);
  },
};

function prepared(
  arms: readonly Arm[],
  operations: number,
  workingSetBytes: number,
): Promise<Prepared> {
  return Promise.resolve({ arms, operations, workingSetBytes });
}

/** bloom-filters wants an id as a Buffer. */
function buffersOf(ids: BigUint64Array): Buffer[] {
  return Array.from(ids, (_, i) => Buffer.from(ids.buffer, ids.byteOffset + i * 8, 8));
}

type TableClass = typeof InvertibleBloomFilter;

/** Where it runs only: the package takes longer to load than all the rest. */
async function peerClass(): Promise<TableClass> {
  return (await import("bloom-filters")).InvertibleBloomFilter;
}

function peerTable(
  Table: TableClass,
  buffers: readonly Buffer[],
  cells: number,
): InvertibleBloomFilter {
  const table = new Table(cells, HASHES);
  for (const buffer of buffers) table.add(buffer);
  return table;
}

async function peerInsert(ids: BigUint64Array, cells: number): Promise<Arm> {
  const Table = await peerClass();
  const buffers = buffersOf(ids);
  let table: InvertibleBloomFilter;
  return {
    name: PEER,
    run: () => {
      table = peerTable(Table, buffers, cells);
    },
    check: () => (table.length === ids.length ? undefined : `it holds ${table.length} ids`),
  };
}

const decodeBench: KernelBench = {
  id: "reconcile/iblt/decode",
  title: "Subtract two IBLTs of 3 cells a difference and decode",
  scope: "compute",
  operation: "difference",
  sizes: [100, 1000, 20_000, 250_000],
  headlineSize: 100,
  native: { source: "reconcile.c", kernel: "decode" },
  prepare: (size) => {
    const partCells = Math.ceil((size * 3) / HASHES);
    const cells = partCells * HASHES;
    const bytes = cells * CELL_BYTES;
    const shared = size * SHARED_PER_DIFFERENCE;
    const half = Math.floor(size / 2);
    const ids = idsOf(shared + size);
    const arms = BACKENDS.map((name): Arm => {
      const bed = new Bed(name, ids, [bytes, bytes, bytes, bytes, cells * HASHES * 4]);
      const [idsAt, ownAt, theirsAt, workAt, outAt, stackAt] = bed.parts as [
        ...[number, number, number, number, number, number],
      ];
      const { ibltAdd, ibltSubtract, ibltPeel } = bed.space.kernels;
      ibltAdd(ownAt, partCells, HASHES, 0, idsAt, shared + half, 1);
      ibltAdd(theirsAt, partCells, HASHES, 0, idsAt, shared, 1);
      ibltAdd(theirsAt, partCells, HASHES, 0, idsAt + (shared + half) * 8, size - half, 1);
      let found = 0;
      return {
        name,
        run: () => {
          bed.copy(workAt, ownAt, bytes);
          ibltSubtract(workAt, theirsAt, cells);
          found = ibltPeel(workAt, partCells, HASHES, 0, outAt, stackAt);
        },
        digest: () => digestOf(bed.space, outAt, size * CELL_BYTES),
        check: () => (found === size ? undefined : `it found ${found} of ${size}`),
        dispose: () => bed.dispose(),
      };
    });
    return prepared(arms, size, 3 * bytes);
  },
};

const reconcileBench: KernelBench = {
  id: "reconcile/iblt/class",
  title: "Iblt: subtract and decode differences, as lists of ids",
  scope: "end-to-end",
  operation: "difference",
  sizes: [100, 1000],
  headlineSize: 100,
  prepare: async (size, only) => {
    const cells = size * 3;
    const shared = size * SHARED_PER_DIFFERENCE;
    const half = Math.floor(size / 2);
    const ids = idsOf(shared + size);
    const own = ids.subarray(0, shared + half);
    const theirs = BigUint64Array.of(...ids.subarray(0, shared), ...ids.subarray(shared + half));
    const arms = BACKENDS.map((name): Arm => {
      const tables = [own, theirs].map((set) => {
        const table = new Iblt({ cells, hashes: HASHES, backend: name });
        table.insert(set);
        return table;
      }) as [Iblt, Iblt];
      let decoded: IbltDecoded;
      return {
        name,
        run: () => {
          decoded = tables[0].decodeDifference(tables[1]);
        },
        digest: () => {
          const list = BigUint64Array.of(...decoded.extra, ...decoded.missing);
          return digestOfBytes(new Uint8Array(list.buffer));
        },
        dispose: () => tables.forEach((table) => table.dispose()),
      };
    });
    if (size <= PEER_SIZE_MAX / 10 && wants(only)) {
      arms.push(await peerDecode(own, theirs, cells, size));
    }
    return prepared(arms, size, 3 * cells * CELL_BYTES);
  },
};

async function peerDecode(
  own: BigUint64Array,
  theirs: BigUint64Array,
  cells: number,
  differences: number,
): Promise<Arm> {
  const Table = await peerClass();
  const left = peerTable(Table, buffersOf(own), cells);
  const right = peerTable(Table, buffersOf(theirs), cells);
  let found = 0;
  return {
    name: PEER,
    run: () => {
      const { additional, missing } = left.substract(right).decode();
      found = additional.length + missing.length;
    },
    check: () => (found === differences ? undefined : `it found ${found} of ${differences}`),
  };
}

/** Sources, symbols and the lists of a decoder. */
function ratelessSizes(size: number): { symbols: number; bytes: number; sizes: number[] } {
  const symbols = Math.floor(size * 1.5);
  const bytes = symbols * CELL_BYTES;
  const list = symbols * SOURCE_BYTES;
  return { symbols, bytes, sizes: [size * SOURCE_BYTES, bytes, bytes, list, list, symbols * 4, 8] };
}

const encodeBench: KernelBench = {
  id: "reconcile/rateless/encode",
  title: "1.5 rateless coded symbols an id, from the ids",
  scope: "compute",
  operation: "id",
  sizes: [1000, 16_000, 250_000],
  headlineSize: 16_000,
  native: { source: "reconcile.c", kernel: "encode" },
  prepare: (size) => {
    const { symbols, bytes, sizes } = ratelessSizes(size);
    const ids = idsOf(size);
    const arms = BACKENDS.map((name): Arm => {
      const bed = new Bed(name, ids, sizes.slice(0, 2));
      const [idsAt, sourcesAt, cellsAt] = bed.parts as [number, number, number];
      const { ratelessPrepare, ratelessEncode } = bed.space.kernels;
      return {
        name,
        run: () => {
          bed.clear(cellsAt, bytes);
          ratelessPrepare(sourcesAt, idsAt, size, 0);
          ratelessEncode(cellsAt, 0, symbols, sourcesAt, size, 1);
        },
        digest: () => digestOf(bed.space, cellsAt, bytes),
        dispose: () => bed.dispose(),
      };
    });
    return prepared(arms, size, bytes + size * SOURCE_BYTES);
  },
};

const ratelessDecodeBench: KernelBench = {
  id: "reconcile/rateless/decode",
  title: "Decode differences from rateless coded symbols",
  scope: "compute",
  operation: "difference",
  sizes: [100, 16_000, 100_000],
  headlineSize: 16_000,
  native: { source: "reconcile.c", kernel: "decode-symbols" },
  prepare: (size) => {
    const { symbols, bytes, sizes } = ratelessSizes(size);
    const ids = idsOf(size);
    const arms = BACKENDS.map((name): Arm => {
      const bed = new Bed(name, ids, sizes);
      const [idsAt, sourcesAt, cellsAt, workAt, plusAt, minusAt, stackAt, foundAt] = bed.parts as [
        ...[number, number, number, number, number, number, number, number],
      ];
      const { ratelessPrepare, ratelessEncode, ratelessDecode } = bed.space.kernels;
      ratelessPrepare(sourcesAt, idsAt, size, 0);
      ratelessEncode(cellsAt, 0, symbols, sourcesAt, size, 1);
      let needed = 0;
      return {
        name,
        run: () => {
          bed.copy(workAt, cellsAt, bytes);
          bed.clear(foundAt, 8);
          const lists = [plusAt, minusAt, foundAt, stackAt] as const;
          needed = ratelessDecode(workAt, 0, symbols, ...lists, 0);
        },
        digest: () => digestOf(bed.space, plusAt, size * SOURCE_BYTES),
        check: () => (needed > 0 ? undefined : "it did not decode"),
        dispose: () => bed.dispose(),
      };
    });
    return prepared(arms, size, 2 * bytes + size * SOURCE_BYTES);
  },
};

export const reconcileBenches: readonly KernelBench[] = [
  insertBench,
  decodeBench,
  reconcileBench,
  encodeBench,
  ratelessDecodeBench,
];
