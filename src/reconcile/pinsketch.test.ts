import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { workspace } from "../kernels/workspace.js";
import { Field, FIELD_BITS, type FieldBits } from "./field.js";
import { bigintOf } from "./message.js";
import { PinSketch, sketchBytes } from "./pinsketch.js";

const BACKENDS = ["wasm", "ts"] as const;

/** The moduli of minisketch with their leading term. */
const MODULI: Readonly<Record<FieldBits, bigint>> = {
  12: (1n << 12n) | 0b1001n,
  32: (1n << 32n) | 0b10001101n,
  64: (1n << 64n) | 0b11011n,
};

/** Product of polynomials over GF(2), reduced, straight from the definition. */
function product(a: bigint, b: bigint, bits: FieldBits): bigint {
  let result = 0n;
  for (let i = 0n; i < BigInt(bits); i++) if ((b >> i) & 1n) result ^= a << i;
  for (let i = 2n * BigInt(bits); i >= BigInt(bits); i--) {
    if ((result >> i) & 1n) result ^= MODULI[bits] << (i - BigInt(bits));
  }
  return result;
}

const anyElement = (bits: FieldBits): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 1n, max: (1n << BigInt(bits)) - 1n });

describe.each(BACKENDS)("a field on %s", (backend) => {
  const space = workspace(backend);
  const at = space.allocate({}, 64);
  const read = (index: number): bigint => {
    const word = (at >>> 2) + 2 * index;
    return bigintOf(space.u32[word]!, space.u32[word + 1]!);
  };
  const write = (index: number, value: bigint): void => {
    space.u32[(at >>> 2) + 2 * index] = Number(value & 0xffffffffn);
    space.u32[(at >>> 2) + 2 * index + 1] = Number(value >> 32n);
  };

  for (const bits of FIELD_BITS) {
    const field = Field.of(bits, backend);
    test.prop([anyElement(bits), anyElement(bits)])(
      `of ${bits} bits multiplies, squares and inverts`,
      (a, b) => {
        write(0, a);
        write(1, b);
        field.dot(at + 16, at, at + 8, 1);
        expect(read(2)).toBe(product(a, b, bits));
        field.scale(at + 16, at, 1, at + 8);
        expect(read(2)).toBe(product(a, b, bits));
        field.square(at + 16, at, 1);
        expect(read(2)).toBe(product(a, a, bits));
        field.invert(at + 16, at);
        expect(product(read(2), a, bits)).toBe(1n);
      },
    );
  }
});

describe.each(BACKENDS)("a sketch on %s", (backend) => {
  for (const bits of FIELD_BITS) {
    test.prop([fc.uniqueArray(anyElement(bits), { maxLength: 24 }), fc.nat(8)], { numRuns: 40 })(
      `of ${bits} bits gives back what was added, up to its capacity`,
      (elements, spare) => {
        const options = { bits, capacity: Math.max(1, elements.length + spare), backend };
        const sketch = new PinSketch(options);
        sketch.add(elements);
        expect(sketch.decode()).toEqual(BigUint64Array.from(elements).sort());
        const bytes = sketch.serialise();
        expect(bytes).toHaveLength(sketchBytes(bits, options.capacity));
        const loaded = PinSketch.load(bytes, options);
        expect(loaded.serialise()).toEqual(bytes);
        // Added a second time, elements are gone.
        loaded.merge(sketch);
        expect(loaded.decode()).toEqual(new BigUint64Array(0));
        sketch.dispose();
        loaded.dispose();
      },
    );
  }

  test.prop([fc.uniqueArray(anyElement(64), { minLength: 8, maxLength: 30 })], { numRuns: 30 })(
    "gives nothing beyond its capacity",
    (elements) => {
      const sketch = new PinSketch({ capacity: 7, backend });
      sketch.add(elements);
      // A wrong set of 7 would pass once in 7! times, and its syndromes would be these.
      const decoded = sketch.decode();
      if (decoded !== undefined) {
        const again = new PinSketch({ capacity: 7, backend });
        again.add(decoded);
        expect(again.serialise()).toEqual(sketch.serialise());
      }
    },
  );

  it("of equal syndromes on both backends", () => {
    const sketches = BACKENDS.map((each) => {
      const sketch = new PinSketch({ bits: 12, capacity: 9, backend: each });
      sketch.add([1n, 2n, 3n, 4095n, 77n]);
      return sketch.serialise();
    });
    expect(sketches[0]).toEqual(sketches[1]);
    // Nine syndromes of twelve bits; the first is the sum of the elements.
    expect((sketches[0]![0]! | (sketches[0]![1]! << 8)) & 0xfff).toBe(1 ^ 2 ^ 3 ^ 4095 ^ 77);
  });

  it("is refused with one line for bad input", () => {
    const sketch = new PinSketch({ bits: 12, capacity: 4, backend });
    expect(() => sketch.add([5n, 0n])).toThrow("elements[1] must be from 1 to 2^12 - 1, got 0");
    expect(() => sketch.add([4096n])).toThrow("got 4096");
    expect(() => new PinSketch({ capacity: 0, backend })).toThrow("capacity must be");
    const load = (): PinSketch => PinSketch.load(new Uint8Array(5), { bits: 12, capacity: 4 });
    expect(load).toThrow("sketch must have 6 bytes, got 5");
    const other = new PinSketch({ bits: 32, capacity: 4, backend });
    expect(() => sketch.merge(other)).toThrow("bits of both sketches must be 12, got 32");
  });
});
