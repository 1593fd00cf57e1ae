/** Shards and the whole: what is cut is put together to the same bytes, what does not belong is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawnRecord } from "../../test/cli/measured.js";
import { InputError } from "../errors.js";
import { judgedAgain } from "../measure/merged.js";
import { pastTimes, shardOf } from "../measure/shards.js";
import { mergeParts, splitRecord, type Part } from "./measure-merge.js";
import { renderMeasureRecord, type MeasureHeader, type MeasureRecord } from "./measure-record.js";

const DRAWN = ["a/1/ts", "a/1/wasm", "b/2/ts", "c/3/ts", "d/4/ts"].map((id, index) => ({
  id,
  percent: index === 2 ? 5 : 0,
}));
const whole = drawnRecord(DRAWN);

const named = (records: readonly MeasureRecord[]): Part[] =>
  records.map((record, index) => ({ name: `part ${index + 1}`, record }));
const merged = (records: readonly MeasureRecord[]): MeasureRecord =>
  judgedAgain(mergeParts(named(records)));
const withHeader = (record: MeasureRecord, header: Partial<MeasureHeader>): MeasureRecord => ({
  ...record,
  header: { ...record.header, ...header },
});

describe("split and merge", () => {
  it("give the same bytes, whatever the number and order of parts", () => {
    const text = renderMeasureRecord(whole);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: DRAWN.length }), fc.gen(), (count, draw) => {
        const parts = splitRecord(whole, count);
        const order = draw(fc.shuffledSubarray, parts, { minLength: count });
        expect(renderMeasureRecord(merged(order))).toBe(text);
      }),
      { numRuns: 20 },
    );
    expect(() => splitRecord(whole, DRAWN.length + 1)).toThrow(InputError);
  });

  it("split again what was merged, to the same bytes", () => {
    const command = "hearsay compare a b --shard 1/2 --out o1";
    const again = withHeader(whole, { command, plan: undefined });
    const text = renderMeasureRecord(judgedAgain(again));
    expect(renderMeasureRecord(merged(splitRecord(again, 2)))).toBe(text);
  });

  it("keep rows of one benchmark and several metrics in their places", () => {
    const twice = whole.rows.map((row) => ({ ...row, metric: "cpu" }));
    const rows = [...whole.rows, ...twice];
    const record = judgedAgain({ header: { ...whole.header, rows: rows.length }, rows });
    const text = renderMeasureRecord(record);
    expect(renderMeasureRecord(merged(splitRecord(record, 3)))).toBe(text);
  });

  const [one, two] = splitRecord(whole, 2) as [MeasureRecord, MeasureRecord];
  const cases: readonly (readonly [string, readonly MeasureRecord[], string])[] = [
    ["a missing part", [one], "shard 2 of 2 is missing"],
    ["a part twice", [one, two, one], "both shard 1 of 2"],
    ["another seed", [one, withHeader(two, { seed: 2 })], "differ in their seed"],
    ["other commits", [one, withHeader(two, { commits: { base: "x", head: "b" } })], "commits"],
    ["another configuration", [one, withHeader(two, { configHash: "x" })], "config hash"],
    ["a partial part", [one, withHeader(two, { status: "partial" })], "part 2 is partial"],
    [
      "no plan",
      [one, two].map(({ header: { plan: _, ...header }, rows }) => ({ header, rows })),
      "no plan",
    ],
    [
      "a shard beyond the count",
      [one, two, withHeader(two, { shard: { index: 3, count: 2 } })],
      "above their count",
    ],
    [
      "a row in two parts",
      [one, { header: two.header, rows: [...two.rows, one.rows[1]!] }],
      "part 1 and part 2 both have a/1/ts",
    ],
    [
      "a planned row that nobody has",
      [one, { header: two.header, rows: two.rows.slice(0, -1) }],
      "planned row c/3/ts",
    ],
    [
      "a row that was not planned",
      [one, { header: two.header, rows: [...two.rows, { ...two.rows[1]!, id: "new" }] }],
      "the plan lacks new",
    ],
  ];
  it.each(cases)("refuse %s", (_, parts, message) => {
    expect(() => mergeParts(named(parts))).toThrow(message);
  });
});

describe("shards that ran apart", () => {
  const plan = ["canary/x", "a", "b"];
  const shard = (index: number, percent: number, canary: number): MeasureRecord => {
    const id = index === 1 ? "a" : "b";
    const record = drawnRecord(
      [{ id, percent }],
      { id: `s${index}`, plan, shard: { index, count: 2 } },
      index,
    );
    const moved = drawnRecord([{ id: "canary/x", percent: canary }], {}, index + 5).rows[1]!;
    const rows = record.rows.map((row) =>
      row.scope === "canary" ? { ...moved, scope: row.scope } : row,
    );
    return { header: record.header, rows };
  };

  it("keep their own canaries, which speak for their rows only", () => {
    const record = merged([shard(1, 5, 0), shard(2, 5, 3)]);
    expect(record.rows.map(({ id }) => id)).toEqual(["canary/x", "a", "b", "canary/x@2"]);
    expect(record.rows[1]!.verdict.state).toBe("regressed");
    expect(record.rows[2]!.verdict).toMatchObject({
      state: "inconclusive",
      note: "unstable: a canary moved",
    });
    expect(record.header.parts?.map(({ id }) => id)).toEqual(["s1", "s2"]);
    // Judged again from the file alone.
    expect(judgedAgain(record)).toEqual(record);
  });

  it("are judged as one family", () => {
    // Alone, p of about 0.005 passes at 0.05; among 40 rows without a change it does not.
    const weak = { id: "a", percent: 0 };
    const rule = drawnRecord([
      weak,
      ...Array.from({ length: 39 }, (_, i) => ({ id: `n${i}`, percent: 0 })),
    ]);
    const noisy = rule.rows.map((row) => {
      if (row.id !== "a") return row;
      // Rounds of +3 % +- 0.8 %: t = 3.5 against a floor of 2 %.
      const rounds = row.rounds.map((round, index) => {
        const head = 103 + (index % 2 === 0 ? 0.75 : -0.75);
        return {
          ...round,
          quads: [
            {
              order: "ABBA" as const,
              ns: [100, head, head, 100] as [number, number, number, number],
            },
          ],
        };
      });
      return {
        ...row,
        rounds: [...rounds, ...rounds.map((round) => ({ ...round, confirms: true }))],
      };
    });
    const alone = judgedAgain({ header: rule.header, rows: noisy.slice(0, 2) }).rows[1]!;
    const among = judgedAgain({ header: rule.header, rows: noisy }).rows[1]!;
    expect(alone.verdict.pRegressed).toBeLessThan(0.05);
    expect(alone.verdict.pRegressed).toBeGreaterThan(0.05 / 40);
    expect([alone.verdict.state, among.verdict.state]).toEqual(["regressed", "inconclusive"]);
  });
});

describe("dealing out", () => {
  const names = Array.from({ length: 17 }, (_, index) => `bench-${index}`);
  const shares = (past: ReadonlyMap<string, number>, count: number): string[][] =>
    Array.from({ length: count }, (_, index) => [
      ...shardOf(names, past, { index: index + 1, count }),
    ]);

  it("gives every benchmark to one shard, about as many to each where nothing is known", () => {
    for (const count of [1, 2, 5, 17]) {
      const parts = shares(new Map(), count);
      expect(parts.flat().toSorted()).toEqual(names.toSorted());
      const sizes = parts.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
    }
    expect(() => shares(new Map(), 18)).toThrow(InputError);
  });

  it("takes the longest first: no shard is longer than 4/3 of the best by much", () => {
    const past = new Map(names.map((name, index) => [name, (index + 1) ** 2]));
    const total = [...past.values()].reduce((sum, ms) => sum + ms, 0);
    for (const count of [2, 3, 4]) {
      const spans = shares(past, count).map((part) =>
        part.reduce((sum, name) => sum + past.get(name)!, 0),
      );
      // Graham 1969: longest-first ends within 4/3 - 1/(3n) of the best, which is at least the mean and the longest.
      const best = Math.max(total / count, 17 ** 2);
      expect(Math.max(...spans)).toBeLessThanOrEqual((4 / 3) * best);
    }
  });

  it("reads past times from records, without canaries", () => {
    const times = pastTimes([whole], (id) => id.slice(0, id.lastIndexOf("/")));
    expect([...times]).toEqual([
      ["a/1", 160],
      ["b/2", 160],
      ["c/3", 80],
      ["d/4", 80],
    ]);
  });
});
