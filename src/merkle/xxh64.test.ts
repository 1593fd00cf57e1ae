/** XXH64 of bytes from outside, around the size of a piece, against xxhash-wasm. */
import { expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { xxh64 } from "./xxh64.js";

const reference = await xxhash();

it.each(["wasm", "ts"] as const)("hashes bytes of any length on %s", (backend) => {
  expect(xxh64("", backend)).toBe("ef46db3751d8e999");
  const bytes = Uint8Array.from({ length: 70_001 }, (_, i) => (i * i) >> 3);
  const lengths = [1, 31, 32, 33, 16_383, 16_384, 16_385, 16_415, 16_416, 32_769, 70_000];
  for (const length of lengths) {
    const input = bytes.subarray(1, 1 + length);
    const expected = reference.h64Raw(input).toString(16).padStart(16, "0");
    expect(xxh64(input, backend), `${length} bytes`).toBe(expected);
  }
  expect(xxh64("käse", backend)).toBe(xxh64(new TextEncoder().encode("käse"), backend));
});
