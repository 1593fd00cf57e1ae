/** The ring without a table: every place has one owner, every node its tokens, neighbours are distinct. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NODES, SEED } from "../../../assembly/runtime/context.js";
import { tsBackend } from "../../kernels/ts.js";
import { compileWasm, wasmBackend } from "../../kernels/wasm.js";
import { createMemory } from "../../memory/memory.js";
import "../../../test/seed.js";

const memory = createMemory(65_536);
const wasm = wasmBackend(compileWasm(), memory).kernels;
const ts = (await tsBackend(memory)).kernels;
const words = new Uint32Array(memory.buffer);
/** Addresses of a context and of two rings. */
const [CONTEXT, RING, TWIN] = [1024, 8192, 12_288] as const;
const PURPOSE = 0x12000000;
const setting = fc.record({
  nodes: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 256, max: 3000 })),
  tokens: fc.integer({ min: 1, max: 16 }),
  window: fc.integer({ min: 1, max: 7 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

function open({ nodes, seed }: { readonly nodes: number; readonly seed: number }): void {
  words[CONTEXT / 4 + NODES] = nodes;
  words[CONTEXT / 4 + SEED] = seed;
}

describe("a hash ring", () => {
  it("gives each node one place in each round, and any neighbours to different nodes", () => {
    fc.assert(
      fc.property(setting, ({ nodes, tokens, window, seed }) => {
        open({ nodes, seed });
        const near = Math.min(window, nodes);
        wasm.writeRing(CONTEXT, RING, tokens, near, PURPOSE);
        const owners = Array.from({ length: nodes * tokens }, (_, place) =>
          wasm.ringOwner(CONTEXT, RING, place),
        );
        for (let token = 0; token < tokens; token++) {
          const round = owners.slice(token * nodes, (token + 1) * nodes);
          expect(new Set(round).size).toBe(nodes);
          for (const node of [0, 1, nodes - 1, Math.floor(nodes / 2)]) {
            const place = wasm.ringPlace(CONTEXT, RING, node, token);
            expect(Math.floor(place / nodes)).toBe(token);
            expect(owners[place]).toBe(node);
          }
        }
        const around = [...owners, ...owners.slice(0, near)];
        owners.forEach((_, place) => {
          expect(new Set(around.slice(place, place + near)).size).toBe(near);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("is the same ring on both backends, at millions of nodes too", () => {
    for (const nodes of [7, 1000, 1_000_000, 60_000_000]) {
      words.fill(0, RING / 4);
      open({ nodes, seed: 5 });
      wasm.writeRing(CONTEXT, RING, 4, 6, PURPOSE);
      ts.writeRing(CONTEXT, TWIN, 4, 6, PURPOSE);
      expect(words.slice(TWIN / 4, TWIN / 4 + 50)).toEqual(words.slice(RING / 4, RING / 4 + 50));
      for (let i = 0; i < 1000; i++) {
        const place = Math.floor((i * nodes * 4) / 1000);
        const owner = wasm.ringOwner(CONTEXT, RING, place);
        expect(ts.ringOwner(CONTEXT, TWIN, place)).toBe(owner);
        expect(wasm.ringPlace(CONTEXT, RING, owner, Math.floor(place / nodes))).toBe(place);
      }
    }
  });

  it("gives a node other neighbours in each round", () => {
    open({ nodes: 10_000, seed: 1 });
    wasm.writeRing(CONTEXT, RING, 8, 6, PURPOSE);
    const followers = Array.from({ length: 8 }, (_, token) =>
      wasm.ringOwner(CONTEXT, RING, (wasm.ringPlace(CONTEXT, RING, 77, token) + 1) % 80_000),
    );
    expect(new Set(followers).size).toBe(8);
  });
});
