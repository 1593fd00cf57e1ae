/** merge as a user calls it: parts to a record and back, exits, accepted slowdowns in a repository. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, hearsay } from "./hearsay.js";
import { drawnText } from "./measured.js";

const DRAWN = [
  { id: "a/ts", percent: 5 },
  { id: "b/ts", percent: 0 },
];

describe("merge", () => {
  it("splits and joins to the same bytes, and exits as the run did", () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "run.jsonl"), drawnText(DRAWN));
    expect(
      hearsay(["merge", "--split", "2", "run.jsonl", "-o", "part.jsonl"], { cwd }).stdout,
    ).toBe("wrote part-1-of-2.jsonl\nwrote part-2-of-2.jsonl\n");
    const parts = ["part-2-of-2.jsonl", "part-1-of-2.jsonl"];
    const { code, stdout } = hearsay(["merge", ...parts, "-o", "whole.jsonl"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 regressed, 0 improved, 1 equivalent/);
    expect(readFileSync(join(cwd, "whole.jsonl"))).toEqual(readFileSync(join(cwd, "run.jsonl")));
    const missing = hearsay(["merge", parts[0]!, "-o", "other.jsonl"], { cwd });
    expect(missing).toEqual({ code: 2, stdout: "", stderr: "hearsay: shard 1 of 2 is missing\n" });
    expect(existsSync(join(cwd, "other.jsonl"))).toBe(false);
  });

  it("lets an entry of the accept file excuse a slowdown of its commits, until its day", () => {
    const cwd = emptyFolder();
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
        cwd,
        encoding: "utf8",
      }).trim();
    git("init", "--quiet");
    const [first, second] = ["first", "second"].map((message) => {
      git("commit", "--quiet", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD");
    }) as [string, string];
    const commits = { base: first, head: second };
    writeFileSync(join(cwd, "run.jsonl"), drawnText(DRAWN, { commits }));
    const merged = (from: string, expires: string) => {
      const entry = `benchmark: a/ts, commits: { from: ${from} }, limit: 8, reason: checks input, owner: ana`;
      writeFileSync(
        join(cwd, "hearsay.accept.yaml"),
        `accept:\n  - { ${entry}, expires: "${expires}" }\n`,
      );
      return hearsay(["merge", "run.jsonl", "-o", "whole.jsonl"], { cwd });
    };
    const taken = merged(second, "2999-12-31");
    expect(taken.code).toBe(0);
    expect(taken.stdout).toContain(
      "a/ts: accepted up to +8 %: checks input (ana, until 2999-12-31)",
    );
    const unknown = merged("abcdef0123", "2999-12-31");
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain("entry of ana not used: other commits");
    const late = merged(second, "2020-01-01");
    expect(late).toMatchObject({ code: 2, stdout: "" });
    expect(late.stderr).toMatch(/"hearsay.accept.yaml": .*expired on 2020-01-01.*\n$/);
  });
});
