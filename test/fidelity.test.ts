/**
 * What `npm run fidelity` promises whatever systems are installed: what is missing is said, waits are
 * bounded, no process stays behind; and how real and modelled figures are judged.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { comparedCase } from "../bench/fidelity/compare.js";
import { findProgram, Fleet } from "../bench/fidelity/fleet.js";
import { packageRoot } from "../src/artifacts.js";

const PATIENCE_MS = 20_000;
const shell = findProgram("sh")!;
const fleets: Fleet[] = [];

function fleetOf(members: number, script: string, signal = AbortSignal.timeout(60_000)): Fleet {
  const fleet = new Fleet(/word/, signal);
  fleets.push(fleet);
  for (let i = 0; i < members; i++) fleet.start(`member-${i}`, shell, ["-c", script]);
  return fleet;
}
afterEach(() => fleets.splice(0).forEach((fleet) => fleet.close()));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const pidsOf = (fleet: Fleet): number[] =>
  fleet.lines.map(({ text }) => Number(text.slice("word ".length)));

describe("a fleet", () => {
  it("keeps the lines it was asked for, and leaves no process and no file behind", async () => {
    const fleet = fleetOf(3, "echo noise; echo word $$; exec sleep 1000");
    await fleet.until("three words", PATIENCE_MS, () => {
      return fleet.firstLines(0, () => true).size === 3;
    });
    expect(fleet.lines).toHaveLength(3);
    const pids = pidsOf(fleet);
    expect(pids.every(isAlive)).toBe(true);
    fleet.kill("member-1");
    expect(fleet.members).toEqual(["member-0", "member-2"]);
    fleet.close();
    await expect.poll(() => pids.some(isAlive), { timeout: PATIENCE_MS }).toBe(false);
    expect(existsSync(fleet.folder)).toBe(false);
  });

  it("waits no longer than it was told, and says for what", async () => {
    const fleet = fleetOf(1, "exec sleep 1000");
    await expect(fleet.until("a word", 50, () => false)).rejects.toThrow("a word");
  });

  it("ends its waits when the run is stopped", async () => {
    const stop = new AbortController();
    const fleet = fleetOf(1, "exec sleep 1000", stop.signal);
    const wait = fleet.until("a word", PATIENCE_MS, () => false);
    stop.abort();
    await expect(wait).rejects.toThrow("a word");
  });

  it("says nothing while it is frozen", async () => {
    const fleet = fleetOf(1, "while :; do echo word; sleep 0.02; done");
    const count = (): number => fleet.lines.length;
    await fleet.until("a word", PATIENCE_MS, () => count() > 0);
    fleet.freeze("member-0");
    // What was in the pipe arrives first.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const frozen = count();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(count()).toBe(frozen);
    fleet.thaw("member-0");
    await fleet.until("another word", PATIENCE_MS, () => count() > frozen);
  });
});

describe("npm run fidelity", () => {
  it("says what is missing and how to get it, and writes nothing", () => {
    const out = mkdtempSync(join(tmpdir(), "hearsay-fidelity-"));
    const main = join(packageRoot, "dist", "bench", "fidelity.js");
    const run = (args: readonly string[]) =>
      spawnSync(process.execPath, [main, "--out", out, ...args], {
        encoding: "utf8",
        env: { PATH: "" },
      });
    try {
      const all = run([]);
      expect(all.stderr).toContain("serf: left out, since serf is not installed");
      expect(all.stderr).toContain("apt-get install redis-server");
      expect(all.status).toBe(2);
      for (const [args, text] of [
        [["consul"], "SYSTEM must be one of serf, redis, got consul"],
        [["--minutes", "0"], "--minutes must be above 0"],
        [["--fast"], "--fast"],
      ] as const) {
        const { status, stderr } = run(args);
        expect(stderr).toContain(text);
        expect(stderr.trim().split("\n")).toHaveLength(1);
        expect(status).toBe(2);
      }
      expect(readdirSync(out)).toEqual([]);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});

describe("real and modelled figures", () => {
  const judgedOf = (real: number[], model: number[]): string =>
    comparedCase(
      {
        ...{ source: "serf", label: "", parameters: {}, elapsedMs: 1 },
        ...{ real: { ms: real, only: [1, 2] }, model: { ms: model } },
      },
      0,
    ).verdict;

  it("agree within a tenth and the errors of both", () => {
    expect(judgedOf([100, 101, 99], [108, 109, 107])).toBe("pass");
    expect(judgedOf([100, 101, 99], [119, 120, 121])).toBe("off");
    expect(judgedOf([100, 101, 99], [200, 201, 199])).toBe("fail");
    // A wide spread of few real runs excuses what a narrow one does not.
    expect(judgedOf([60, 100, 140], [119, 120, 121])).toBe("pass");
  });
});
