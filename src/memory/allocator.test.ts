import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.js";
import { FIELD_ALIGNMENT } from "./layout.js";

const START = 65_536;

describe("Allocator", () => {
  it("reuses what was given back, first fit, and shrinks its end", () => {
    const allocator = new Allocator(START);
    const first = allocator.allocate(1000);
    const second = allocator.allocate(10);
    expect([first, second]).toEqual([START, START + 1024]);
    allocator.release(first);
    expect(allocator.allocate(200)).toBe(first);
    expect(allocator.allocate(600)).toBe(first + 256);
    allocator.release(second);
    expect(allocator.end).toBe(first + 256 + 640);
  });

  it("refuses an address it did not hand out", () => {
    const allocator = new Allocator(START);
    const at = allocator.allocate(1);
    allocator.release(at);
    expect(() => allocator.release(at)).toThrow("not allocated");
  });

  test.prop([
    fc.array(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constant("release")), {
      maxLength: 60,
    }),
  ])("never hands out overlapping ranges, and ends empty", (steps) => {
    const allocator = new Allocator(START);
    const taken: { at: number; bytes: number }[] = [];
    for (const step of steps) {
      if (step === "release") {
        const [oldest] = taken.splice(taken.length >> 1, 1);
        if (oldest !== undefined) allocator.release(oldest.at);
        continue;
      }
      const at = allocator.allocate(Number(step));
      expect(at % FIELD_ALIGNMENT).toBe(0);
      expect(at + Number(step)).toBeLessThanOrEqual(allocator.end);
      for (const other of taken) {
        expect(at >= other.at + other.bytes || at + Number(step) <= other.at).toBe(true);
      }
      taken.push({ at, bytes: Number(step) });
    }
    for (const { at } of taken) allocator.release(at);
    expect(allocator.end).toBe(START);
  });
});
