/**
 * Proof that the differential law can fail: with one operator swapped in the TypeScript backend, equal
 * digests turn unequal.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { artifact, packageRoot } from "../src/artifacts.js";
import { resetControl } from "../src/engine/barrier.js";
import { playTrial } from "../src/engine/trial.js";
import { findSteps, type Kernels } from "../src/kernels/backend.js";
import { inlinePlayer, settingsOf } from "../bench/inline-trial.js";

const OPTIONS = { protocol: "push-pull", nodes: 3001, observe: true, digestEachRound: true };

describe("a mutant of one backend", () => {
  it("is caught by unequal digests", async () => {
    const player = await inlinePlayer("wasm", OPTIONS);
    const whole = player.play(11).digests;
    const source = readFileSync(artifact("backend-ts.js"), "utf8");
    // The bundler numbers names that stand in several modules.
    const original = /since\(c, node\) <= (round\d*) \+ 1/g;
    expect(source.match(original)?.length).toBe(1);
    for (const [name, text] of [
      ["unchanged", source],
      ["swapped", source.replaceAll(original, "since(c, node) < $1 + 1")],
    ] as const) {
      const file = join(packageRoot, "dist", `mutant-${process.pid}-${name}.js`);
      writeFileSync(file, text);
      try {
        const exports = (await import(pathToFileURL(file).href)) as Kernels & {
          bindMemory(buffer: ArrayBufferLike): void;
        };
        exports.bindMemory(player.memory.buffer);
        resetControl(player.memory.buffer, player.plan.fields.control!.at);
        const steps = (symbol: string): ReturnType<typeof findSteps> =>
          findSteps(exports as unknown as Record<string, unknown>, symbol);
        const backend = { name: "ts" as const, kernels: exports, steps };
        const origin = player.play(11).origin;
        const task = {
          plan: player.plan,
          seed: 11,
          origin,
          reachable: OPTIONS.nodes,
          worker: 0,
          digestEachRound: true,
          now: () => 0,
        };
        const { digests } = playTrial(task, settingsOf(OPTIONS).protocol, backend, player.memory);
        if (name === "unchanged") expect(digests).toEqual(whole);
        else expect(digests).not.toEqual(whole);
      } finally {
        rmSync(file);
      }
    }
  });
});
