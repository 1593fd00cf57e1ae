/** Records of measuring: what is read back, and what is refused in one line. */
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { floorOf, parseFloors } from "./floors.js";
import { parseMeasureRecord, renderMeasureRecord, type MeasureRecord } from "./measure-record.js";

const record: MeasureRecord = {
  header: {
    ...{ schema: 1, kind: "measure", id: "a", createdAt: "2026-01-01", purpose: "compare" },
    ...{ status: "complete", command: "hearsay compare a b", configHash: "c", seed: 1 },
    commits: { base: "a", head: null },
    environment: {
      ...{ node: "26.0.0", v8: "14", os: "Linux", arch: "x64", cpu: "cpu", cores: 2 },
      ...{ memoryBytes: 1, commit: null, dirty: null, wasmHash: "0123456789abcdef", flags: [] },
      class: "0123456789ab",
    },
    ...{ shard: { index: 1, count: 1 }, looks: [8], quads: 20, rows: 1, canaries: [] },
  },
  rows: [
    {
      ...{ id: "</script>", metric: "wall", unit: "ns/call", scope: "call", kind: "wall", size: 1 },
      ...{ status: "failed", note: "exit 9", digests: { base: null, head: null } },
      ...{ blockCalls: 0, overhead: null, halving: null, rounds: [], exact: null },
      verdict: {
        ...{ state: "inconclusive", note: null, delta: null, standardError: null, ci95: null },
        ...{ floor: 0.02, pRegressed: null, pImproved: null, pEquivalent: null },
        ...{ detectable: null, rounds: 0, look: 0 },
      },
    },
  ],
};
const text = renderMeasureRecord(record);

describe("measure record", () => {
  it("is read back as it was written, and written the same again", () => {
    const read = parseMeasureRecord("r", text);
    expect(read).toEqual(record);
    expect(renderMeasureRecord(read)).toBe(text);
  });

  it.each([
    ["nothing", "", "line 1 is no JSON"],
    ["a cut line", text.slice(0, -20), "is partial: it has 0 of 1 rows"],
    ["a cut file", text.split("\n")[0]!, "is partial: it has 0 of 1 rows"],
    ["a newer schema", text.replace('"schema":1', '"schema":2'), "line 1: schema"],
    ["an endless number", text.replace('"floor":0.02', '"floor":1e999'), "line 2: verdict.floor"],
    ["an unknown field", text.replace('"size":1', '"size":1,"x":1'), "line 2"],
    ["a row twice", `${text.replace('"rows":1', '"rows":2')}${text.split("\n")[1]}`, "twice"],
    ["deep nesting", `${"[".repeat(1e5)}`, "line 1 is no JSON"],
  ])("refuses %s in one line", (_, damaged, message) => {
    expect(() => parseMeasureRecord("r", damaged)).toThrow(InputError);
    try {
      parseMeasureRecord("r", damaged);
    } catch (error) {
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain("\n");
    }
  });
});

describe("floors", () => {
  it("count from ten values on, three robust deviations wide, never below the least", () => {
    const past = [0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01];
    const floors = { class: "c", rows: { a: past, b: past.slice(1), c: past.map(() => 0) } };
    expect(floorOf(floors, "a", 0.02)).toBeCloseTo(Math.expm1(3 * 1.4826 * 0.01), 12);
    expect(floorOf(floors, "b", 0.02)).toBe(0.02);
    expect(floorOf(floors, "c", 0.02)).toBe(0.02);
    expect(floorOf(null, "a", 0.02)).toBe(0.02);
    expect(() => parseFloors("f", '{"class":1}')).toThrow(InputError);
  });
});
