/** The sampler with real processes: turns are taken, results compared, nothing is left running. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { measureRowSchema, type MeasureRow } from "../history/measure-record.js";
import { quadLogRatio } from "../statistics/quads.js";
import { explainLines } from "./explain.js";
import type { Block } from "./messages.js";
import { probePair } from "./probe.js";
import { measureRound, type RoundResult } from "./round.js";
import { canaryTargets, measureSession, type Target } from "./session.js";
import { isSteady, kindOf } from "./steady.js";
import { judgeRows, plainVerdict, withVerdicts } from "./verdicts.js";

const noop = (): void => undefined;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A built folder whose one bench has the given source of `run` and digest. */
function built(run: string, digest: string): string {
  const root = mkdtempSync(join(tmpdir(), "hearsay-arm-"));
  folders.push(root);
  mkdirSync(join(root, "dist", "bench"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  const text = `let x = 1; const run = ${run}; export const kernelBenches = [{ id: "b", sizes: [1],
    headlineSize: 1, prepare: async () => ({ arms: [{ name: "ts", run, digest: () => ${digest} }] }) }];`;
  writeFileSync(join(root, "dist", "bench", "kernels.js"), text);
  return root;
}

const LOOP =
  "() => { for (let i = 0; i < 2000; i++) x = (Math.imul(x, 1664525) + i) | 0; return x; }";

async function round(
  base: string,
  head: string,
  order: [string, Block][] = [],
): Promise<RoundResult> {
  const source = (root: string) => ({ root, bench: "b", arm: "ts", smallest: false });
  return measureRound(
    { base: source(base), head: source(head) },
    {
      ...{ seed: 5, confirms: false, quads: 6, calls: null, probedBlocks: 0 },
      onBlock: (side, block) => order.push([side, block]),
    },
  );
}

describe("a round", () => {
  it("takes turns block by block, and no two blocks overlap", async () => {
    const same = built(LOOP, '"d"');
    const log: [string, Block][] = [];
    const { status, round: measured } = await round(same, same, log);
    expect(status).toBe("measured");
    const orders = measured!.quads.map(({ order }) => order);
    expect(log.map(([side]) => side).join("")).toBe(orders.join(""));
    expect(new Set(orders).size).toBe(2); // seed 5 draws both
    for (const [index, [, { from, to }]] of log.entries()) {
      expect(BigInt(to)).toBeGreaterThan(BigInt(from));
      if (index > 0) expect(BigInt(from)).toBeGreaterThan(BigInt(log[index - 1]![1].to));
    }
  });

  it("times nothing whose results differ, and says what is missing", async () => {
    const right = built(LOOP, '"d"');
    const wrong = await round(right, built(LOOP, '"e"'));
    expect(wrong).toMatchObject({ status: "incorrect", round: null });
    const other = built(LOOP, '"d"');
    writeFileSync(join(other, "dist", "bench", "kernels.js"), "export const kernelBenches = [];");
    expect((await round(right, other)).status).toBe("missing-head");
    expect((await round(other, right)).status).toBe("missing-base");
  });

  it("rejects when a process dies in a block", async () => {
    const dies = built("() => { if (++x > 50) process.exit(9); return x; }", '"d"');
    await expect(round(dies, dies)).rejects.toThrow("exit 9");
  });

  it("ends at once when its time is over", async () => {
    const source = { root: built(LOOP, '"d"'), bench: "b", arm: "ts", smallest: false };
    const plan = { seed: 1, confirms: false, quads: 400, calls: 1, probedBlocks: 0 };
    const signal = AbortSignal.timeout(1);
    await expect(measureRound({ base: source, head: source }, { ...plan, signal })).rejects.toThrow(
      "SIGKILL",
    );
  });
});

describe("a session", () => {
  const plan = (targets: readonly Target[], budgetMs: number | null) => ({
    ...{ targets, looks: [2], quads: 2, seed: 3, budgetMs, signal: new AbortController().signal },
  });
  const target = (root: string): Target => {
    const source = { root, bench: "b", arm: "ts", smallest: false };
    return { id: "b/ts", scope: "call", floor: 0.02, base: source, head: source };
  };

  it("measures rows and canaries to the look, and keeps evidence of both", async () => {
    const rows = await measureSession(plan([target(built(LOOP, '"d"'))], null), { onRound: noop });
    const [row] = rows.filter(({ scope }) => scope !== "canary");
    expect(row!.rounds.filter(({ confirms }) => !confirms)).toHaveLength(2);
    expect(row!.verdict.look).toBe(1);
    for (const { rounds } of rows.filter(({ scope }) => scope === "canary")) {
      expect(rounds.length).toBeGreaterThan(0);
    }
    for (const { evidence, quads } of rows.flatMap(({ rounds }) => rounds)) {
      expect(evidence!.order).toEqual({ blocks: 4 * quads.length, overlaps: 0 });
    }
    const { tiers, allocated } = row!.evidence!;
    for (const side of [tiers.base!, tiers.head!]) {
      expect([true, false, "unknown"]).toContain(side.run);
      expect(side.exports).toBeNull(); // it makes no WASM instance
    }
    expect(allocated!.base).toBeLessThan(1000); // the loop allocates nothing
    expect(measureRowSchema.parse(row)).toEqual(row);
    const text = explainLines(rows, row!, { looks: [2], seed: 3 }).join("\n");
    expect(text).toContain("0 began before the one before had ended");
    expect(text).toMatch(/tiers, base: function (top|below|unknown)/);
  });

  it("measures nothing that its budget has no time for, and says so", async () => {
    const rows = await measureSession(plan([target(built(LOOP, '"d"'))], 0), { onRound: noop });
    expect(rows.every(({ rounds }) => rounds.length === 0)).toBe(true);
    expect(rows.at(-1)!.verdict).toMatchObject({
      ...{ state: "inconclusive", note: "0 rounds are too few" },
    });
  });

  it("sees the tiers of WASM exports in a process of its own", async () => {
    const pair = canaryTargets().find(({ id }) => id === "canary/wasm-integer")!;
    const { base } = await probePair(pair);
    expect(base!.exports).toMatchObject({ all: 1 });
  });
});

describe("estimates", () => {
  it("a quad cancels linear drift, whichever side is first", () => {
    for (const order of ["ABBA", "BAAB"] as const) {
      // Each block 10 % slower than the one before; B takes twice as long.
      const ns = [...order].map((side, i) => (side === "B" ? 2 : 1) * 1.1 ** i);
      const ratio = quadLogRatio({ order, ns: ns as [number, number, number, number] });
      expect(ratio).toBeCloseTo(Math.log(2), 12);
    }
  });

  it("steady is neither trend nor step", () => {
    const noise = [0, 2, 1, 3, 0, 1, 3, 2, 1, 0, 2, 3, 1, 2, 0, 1].map((v) => 100 + v / 10);
    expect(isSteady(noise)).toBe(true);
    expect(isSteady(noise.map((v, i) => v + i))).toBe(false);
    expect(isSteady(noise.map((v, i) => v + (i < 8 ? 9 : 0)))).toBe(false);
    expect(isSteady(noise.slice(1))).toBe(false);
    expect(kindOf([200, 200, 200, ...noise])).toBe("warm-up");
    expect(kindOf([50, 50, 50, ...noise])).toBe("slowdown");
    expect(kindOf(noise)).toBe("flat");
  });
});

/** A row of eight rounds, all `percent` slower, and a confirmation of them. */
function row(id: string, percent: number, scope: MeasureRow["scope"] = "call"): MeasureRow {
  const rounds = Array.from({ length: 16 }, (_, index) => {
    const head = (1 + percent / 100) * (1 + (index % 3) / 2000);
    const quad = { order: "ABBA" as const, ns: [1, head, head, 1] as [1, number, number, 1] };
    const flat = { state: "flat" as const, ns: [1] };
    const warmUp = { base: flat, head: flat };
    return { seed: index, confirms: index >= 8, quads: [quad], warmUp, costMs: 1 };
  });
  const bare = {
    ...{ id, metric: "wall", unit: "ns/call", scope, kind: "wall" as const, size: 1 },
    ...{ status: "measured" as const, note: null, digests: { base: "d", head: "d" } },
    ...{ blockCalls: 1, overhead: 0, halving: 0.5, rounds, exact: null },
  };
  const verdict = { floor: 0.02 } as MeasureRow["verdict"];
  return { ...bare, verdict: plainVerdict({ ...bare, verdict }) };
}

describe("verdicts of rows", () => {
  const rule = { looks: [8], seed: 1 };

  it("names the slower row, explains it, and gives the same again", () => {
    const rows = withVerdicts([row("slow", 5), row("same", 0)], rule);
    expect(rows.map(({ verdict }) => verdict.state)).toEqual(["regressed", "equivalent"]);
    expect(withVerdicts(rows, rule)).toEqual(rows);
    const text = explainLines(rows, rows[0]!, rule).join("\n");
    expect(text).toContain("slow: regressed");
    expect(text).toContain("confirmation: Delta");
    expect(judgeRows(rows, rule)).toHaveLength(2);
  });

  it("steal makes every row inconclusive", () => {
    const stolen = row("slow", 5);
    const none = { ms: 0, majorBlocks: [] };
    const evidence = {
      ...{ order: { blocks: 4, overlaps: 0 }, collections: { base: none, head: none } },
      ...{ steal: 0.03, throttled: null },
    };
    stolen.rounds = stolen.rounds.map((round) => ({ ...round, evidence }));
    expect(withVerdicts([stolen], rule)[0]!.verdict).toMatchObject({
      ...{ state: "inconclusive", note: "unstable: other machines took 3.0 % of the time" },
    });
  });

  it("a canary that moved makes every row inconclusive", () => {
    const rows = withVerdicts([row("slow", 5), row("canary/x", 3, "canary")], rule);
    expect(rows[0]!.verdict).toMatchObject({
      state: "inconclusive",
      note: "unstable: a canary moved",
    });
  });
});
