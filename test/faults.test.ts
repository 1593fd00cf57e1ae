/** A worker that dies mid-trial: the run ends at once with exit code 4 and a valid partial record. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifact } from "../src/artifacts.js";
import { recordSchema } from "../src/history/record.js";

describe("a worker dies during a trial", () => {
  for (const [backend, victim] of [
    ["wasm", 1],
    ["ts", 0],
  ] as const) {
    it(`${backend}, worker ${victim}: exit 4, one clear line, partial record`, () => {
      const out = mkdtempSync(join(tmpdir(), "hearsay-fault-"));
      try {
        const args = ["run", "push-pull", "--nodes", "3e6", "--workers", "2", "--backend", backend];
        const run = spawnSync(
          process.execPath,
          [artifact("cli", "main.js"), ...args, "--trials", "1", "--no-report", "-o", out],
          {
            env: { ...process.env, HEARSAY_FAULT: `exit:${victim}` },
            timeout: 20_000,
            encoding: "utf8",
          },
        );
        expect(run.signal, "the process hangs").toBeNull();
        expect(run.status, run.stderr).toBe(4);
        expect(run.stderr).toContain("a worker died during the trial");
        const [file] = readdirSync(out);
        const record = recordSchema.parse(JSON.parse(readFileSync(join(out, file!), "utf8")));
        expect(record.status).toBe("partial");
        expect(record.arms.flatMap(({ trials }) => trials)).toEqual([]);
      } finally {
        rmSync(out, { recursive: true });
      }
    });
  }
});
