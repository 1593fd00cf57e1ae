/** compare, gate and explain as a user calls them: exit codes, records, one line for bad input. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, hearsay } from "./hearsay.js";

/** A built folder with one bench of two arms, which tells `digest`; "" declares none. */
function builtFolder(cwd: string, name: string, digest: string): void {
  const folder = join(cwd, name, "dist", "bench");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(cwd, name, "package.json"), '{"type":"module"}');
  const arms = ["wasm", "ts"].map((arm) => `{ name: "${arm}", run, digest: () => "${digest}" }`);
  const bench = `{ id: "b/one", scope: "call", sizes: [1], headlineSize: 1, prepare: async () => ({ arms: [${arms.join()}] }) }`;
  writeFileSync(
    join(folder, "kernels.js"),
    `let x = 1; const run = () => { for (let i = 0; i < 500; i++) x = (Math.imul(x, 5) + i) | 0; return x; };
    export const kernelBenches = [${digest === "" ? "" : bench}];`,
  );
}

const FAST = ["--only", "b/one/ts", "--rounds", "2", "--quads", "2", "--out", "out"];

describe("compare", () => {
  it("keeps a record that explain reads", () => {
    const cwd = emptyFolder();
    builtFolder(cwd, "a", "same");
    const run = ["compare", "a", "a", ...FAST, "--floor", "5"];
    const { code, stdout, stderr } = hearsay(run, { cwd });
    // Times decide between no finding and, on a very noisy machine, a wrong one.
    expect([0, 1], stderr).toContain(code);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(readdirSync(join(cwd, "out")).sort()).toEqual([
      expect.stringMatching(/^compare-[0-9a-f]{8}\.html$/),
      expect.stringMatching(/^compare-[0-9a-f]{8}\.jsonl$/),
      "index.html",
    ]);
    const file = readdirSync(join(cwd, "out")).find((name) => name.endsWith(".jsonl"));
    const record = join("out", file!);
    expect(readFileSync(join(cwd, "out", "index.html"), "utf8")).toContain("Compare: a against a");
    const again = hearsay(["report", record, "--json"], { cwd });
    expect(again.stdout).toBe(readFileSync(join(cwd, record), "utf8"));
    expect(hearsay(["report", record, "-o", "page.html"], { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "page.html"), "utf8")).toContain("<h1>Compare: a against a</h1>");
    const told = hearsay(["explain", "b/one/ts", join("out", file!)], { cwd });
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/^b\/one\/ts: (equivalent|inconclusive|improved|regressed)/);
    expect(told.stdout).toContain("SE = s / sqrt(K)");
    const none = hearsay(["explain", "gone", join("out", file!)], { cwd });
    expect(none).toMatchObject({ code: 2, stdout: "" });
  });

  it("exits 4 on other results, 5 on a missing bench, and compares nothing by time", () => {
    const cwd = emptyFolder();
    builtFolder(cwd, "a", "one");
    builtFolder(cwd, "b", "other");
    builtFolder(cwd, "none", "");
    const quick = [...FAST, "--quiet", "--no-report"];
    expect(hearsay(["compare", "a", "b", ...quick], { cwd }).code).toBe(4);
    expect(hearsay(["compare", "a", "none", ...quick, "--require-all"], { cwd }).code).toBe(5);
    expect(readdirSync(join(cwd, "out")).filter((name) => name.endsWith(".html"))).toEqual([]);
  });
});

describe("bad input", () => {
  it.each([
    ["compare a-folder ts", /"a-folder" is no arm \(wasm, ts\) and has no built/],
    ["compare wasm ts --budget soon", /--budget must be a time from 1s to 24h/],
    ["compare wasm ts --only nothing-so-called", /names no bench/],
    ["gate", /required option '--base <ref>' not specified/],
    ["gate --base HEAD", /git knows no commit "HEAD"/],
    ["explain x gone.jsonl", /there is no record "gone.jsonl"/],
  ])("%s", (command, message) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay(command.split(" "), { cwd });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect({ code, stdout, left: readdirSync(cwd) }).toEqual({ code: 2, stdout: "", left: [] });
  });
});
