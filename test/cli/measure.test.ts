/** compare, gate and explain as a user calls them: exit codes, records, one line for bad input. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtFolder } from "./built-folder.js";
import { emptyFolder, hearsay } from "./hearsay.js";

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

describe("doctor", () => {
  it("tells what spoils a measurement in 80 columns, and by its exit code when strict", () => {
    const cwd = emptyFolder();
    const plain = hearsay(["doctor"], { cwd });
    expect(plain.code).toBe(0);
    for (const name of ["governor", "cores", "clock", "Node"]) expect(plain.stdout).toContain(name);
    for (const line of plain.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const { code, stdout } = hearsay(["doctor", "--strict", "--json"], { cwd });
    const { findings } = JSON.parse(stdout) as { findings: { level: string }[] };
    expect(code).toBe(findings.some(({ level }) => level === "bad") ? 3 : 0);
    expect(readdirSync(cwd)).toEqual([]);
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
    ["compare wasm ts --shard 4/3", /--shard must be I\/N with I from 1 to N/],
    ["compare wasm ts --shard 0/3", /--shard must be I\/N/],
    ["compare wasm ts --only raw-words --shard 2/9", /--shard must have at most 1 parts/],
    ["compare wasm ts --only raw --shard 1/1 --accept none.yaml", /there is no file "none.yaml"/],
    ["merge gone.jsonl -o whole.jsonl", /there is no record "gone.jsonl"/],
    ["merge gone.jsonl", /required option '-o, --output <file>' not specified/],
    ["import gone.json", /there is no record "gone.json"/],
    ["export gone.jsonl --bencher", /there is no record "gone.jsonl"/],
  ])("%s", (command, message) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay(command.split(" "), { cwd });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect({ code, stdout, left: readdirSync(cwd) }).toEqual({ code: 2, stdout: "", left: [] });
  });
});
