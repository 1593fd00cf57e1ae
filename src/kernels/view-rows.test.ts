/** Rows of view entries on both backends, against plain arrays. */
import { fc, test } from "@fast-check/vitest";
import { afterAll, describe, expect, it } from "vitest";
import { workspace } from "./workspace.js";

const NO_PEER = 0xffffffff;

describe.each(["wasm", "ts"] as const)("view rows on %s", (backend) => {
  const space = workspace(backend);
  const { kernels } = space;
  const owner = {};
  const at = space.allocate(owner, 4096);
  afterAll(() => space.release(owner));
  const other = at + 2048;

  function write16(address: number, values: readonly number[]): void {
    new Uint16Array(space.u8.buffer, address, values.length).set(values);
  }
  function read16(address: number, count: number): number[] {
    return [...new Uint16Array(space.u8.buffer, address, count)];
  }
  /** Ids padded with free slots to a multiple of four. */
  function writeIds(address: number, ids: readonly number[]): number {
    const slots = Math.ceil(ids.length / 4) * 4;
    space.u32.fill(NO_PEER, address >>> 2, (address >>> 2) + slots);
    space.u32.set(ids, address >>> 2);
    return slots;
  }

  const age = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 65_500, max: 65_535 }));
  const ages = fc.array(age, { minLength: 1, maxLength: 128 });

  test.prop([ages])("ages entries up to the limit, and no slot beyond them", (values) => {
    write16(at, [...values, ...Array<number>(8).fill(7)]);
    kernels.ageEntries(at, values.length);
    const aged = values.map((value) => Math.min(65_535, value + 1));
    expect(read16(at, values.length + 8)).toEqual([...aged, ...Array<number>(8).fill(7)]);
  });

  test.prop([ages, age])("finds the oldest entry, whatever stands beyond", (values, beyond) => {
    write16(at, [...values, ...Array<number>(8).fill(beyond)]);
    expect(kernels.oldestSlot(at, values.length)).toBe(values.indexOf(Math.max(...values)));
  });

  test.prop([ages, fc.nat()])("ranks values from the largest down", (values, any) => {
    const rank = 1 + (any % values.length);
    write16(at, [...values, ...Array<number>(8).fill(65_535)]);
    const sorted = values.toSorted((a, b) => b - a);
    expect(kernels.rankedValue(at, values.length, rank) >>> 0).toBe(sorted[rank - 1]);
  });

  const id = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: NO_PEER - 1 }));
  const ids = fc.uniqueArray(id, { maxLength: 64 });
  const items = fc.array(id, { minLength: 1, maxLength: 32 });

  test.prop([ids, items, id])(
    "tells new items from known ones and from self",
    (row, list, self) => {
      const slots = writeIds(at, row);
      writeIds(other, list);
      const found = kernels.newItems(at, slots, other, list.length, self) >>> 0;
      list.forEach((item, k) => {
        const isNew = item !== self && !row.includes(item);
        expect((found >>> k) & 1).toBe(Number(isNew));
      });
      expect(list.length === 32 ? 0 : found >>> list.length).toBe(0);
    },
  );

  test.prop([ids, id])("finds the slot of an id", (row, wanted) => {
    const slots = writeIds(at, row);
    const expected = row.includes(wanted) ? row.indexOf(wanted) : slots;
    expect(kernels.slotOf(at, slots, wanted)).toBe(expected);
  });

  test.prop([fc.integer({ min: 1, max: 128 }), fc.nat(), fc.nat(), fc.nat()])(
    "shuffles the front of a list and keeps its members",
    (size, a, b, seed) => {
      const from = a % size;
      const to = from + (b % (size - from + 1));
      kernels.listSlots(at, size);
      const listed = [...space.u8.slice(at, at + size)];
      expect(listed).toEqual(Array.from({ length: size }, (_, slot) => slot));
      kernels.shuffleFront(at, from, to, size, seed, 0x99000000, 3, 4);
      const shuffled = [...space.u8.slice(at, at + size)];
      expect(shuffled.slice(0, from)).toEqual(listed.slice(0, from));
      expect(shuffled.toSorted((x, y) => x - y)).toEqual(listed);
    },
  );

  it("draws every ordered choice with the same frequency", () => {
    const counts = new Map<string, number>();
    const draws = 60_000;
    for (let node = 0; node < draws; node++) {
      kernels.listSlots(at, 5);
      kernels.shuffleFront(at, 0, 3, 5, 11, 0x99000000, 0, node);
      const choice = space.u8.slice(at, at + 3).join();
      counts.set(choice, (counts.get(choice) ?? 0) + 1);
    }
    expect(counts.size).toBe(60);
    const mean = draws / 60;
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
    // 59 degrees of freedom: 1e-4 of right generators lie above.
    expect(chiSquare).toBeLessThan(105);
  });

  it("draws the last position of a long list evenly over all words", () => {
    const counts = new Uint32Array(64);
    for (let node = 0; node < 64_000; node++) {
      kernels.listSlots(at, 64);
      kernels.shuffleFront(at, 0, 14, 64, 12, 0x99000000, 0, node);
      counts[space.u8[at + 13]!]!++;
    }
    const chiSquare = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    // 63 degrees of freedom: 1e-4 of right generators lie above.
    expect(chiSquare).toBeLessThan(110);
  });
});
