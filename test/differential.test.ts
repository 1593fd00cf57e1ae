/**
 * The law of both backends: for drawn protocols, parameters, networks, sizes, seeds and worker counts
 * every round leaves equal digests and equal counts. Replay a failure with HEARSAY_TEST_SEED=<seed>.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNetwork } from "../src/engine/network-memory.js";
import { drawOrigin } from "../src/engine/origin.js";
import { planTrial } from "../src/engine/plan.js";
import type { TrialResult } from "../src/engine/trial-run.js";
import { compileWasm } from "../src/kernels/wasm.js";
import { createMemory } from "../src/memory/memory.js";
import { WorkerPool } from "../src/workers/pool.js";
import { inlinePlayer, settingsOf } from "../bench/inline-trial.js";
import { caseLabel, drawCase, testSeed, type DrawnCase } from "./drawn-case.js";

const CASES = 40;
/** What must agree; times of day must not. */
function facts(result: TrialResult): unknown {
  const { digest, digests, rounds, stopped, series, lastInformedTick } = result;
  return { digest, digests, rounds, stopped, series, lastInformedTick };
}

describe(`both backends, any number of workers (HEARSAY_TEST_SEED=${testSeed})`, () => {
  let pool: WorkerPool;
  const release = compileWasm();
  const debug = compileWasm("debug");
  beforeAll(() => {
    pool = new WorkerPool(4);
  });
  afterAll(async () => {
    await pool.close();
  });

  async function gang(drawn: DrawnCase, backend: "wasm" | "ts"): Promise<TrialResult> {
    const settings = settingsOf(drawn, drawn.workers);
    const plan = planTrial(settings);
    const memory = createMemory(plan.memoryBytes);
    writeNetwork(plan, drawn.network, memory);
    const start = drawOrigin(drawn.network, drawn.seed);
    const job = { backend, plan, memory, module: release, seed: drawn.seed, digestEachRound: true };
    return pool.play({ ...job, ...start });
  }

  for (let index = 0; index < CASES; index++) {
    it(`case ${index}`, async () => {
      const drawn = await drawCase(index);
      const label = caseLabel(drawn);
      const { seed } = drawn;
      const reference = facts((await inlinePlayer("wasm", { ...drawn, module: debug })).play(seed));
      expect(facts((await inlinePlayer("ts", drawn)).play(seed)), `ts: ${label}`).toEqual(
        reference,
      );
      expect(facts(await gang(drawn, "wasm")), `wasm gang: ${label}`).toEqual(reference);
      expect(facts(await gang(drawn, "ts")), `ts gang: ${label}`).toEqual(reference);
    });
  }
});

describe("both ways to play a round", () => {
  for (const protocol of ["push", "pull", "push-pull"]) {
    for (const lossRatio of [0, 0.3]) {
      it(`${protocol} with loss ${lossRatio}: bits and mailboxes leave the same digests`, async () => {
        for (const [nodes, fanout] of [
          [2, 1],
          [33, 3],
          [5000, 1],
          [40_001, 2],
        ] as const) {
          const network = { ...settingsOf({ protocol, nodes }).network, lossRatio };
          const options = {
            protocol,
            nodes,
            network,
            parameters: { fanout },
            digestEachRound: true,
          };
          const bits = await inlinePlayer("wasm", options);
          const mail = await inlinePlayer("wasm", { ...options, observe: true });
          expect([bits.plan.path, mail.plan.path]).toEqual(["bits", "mailbox"]);
          expect(facts(mail.play(7)), `nodes ${nodes}`).toEqual(facts(bits.play(7)));
        }
      });
    }
  }
});
