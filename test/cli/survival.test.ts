/**
 * Records survive: kill -9 at random moments of a run and of a merge, a full disk, a folder that cannot be written.
 * HEARSAY_TEST_SEED replays the moments. What a run has told stays; the next command works.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  chmodSync,
} from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { artifact, packageRoot } from "../../src/artifacts.js";
import { splitRecord } from "../../src/history/measure-merge.js";
import { readMeasureRecord, renderMeasureRecord } from "../../src/history/measure-record.js";
import { lcg } from "../report/fixture.js";
import { builtFolder } from "./built-folder.js";
import { emptyFolder, hearsay, startHearsay } from "./hearsay.js";
import { drawnRecord } from "./measured.js";

const MOMENTS = 20;
const ROUNDS = 30;
const seed = Number(process.env["HEARSAY_TEST_SEED"] ?? randomInt(2 ** 32));
console.log(`kills at moments of HEARSAY_TEST_SEED=${seed}`);

const record = drawnRecord([
  { id: "a/ts", percent: 5 },
  { id: "b/ts", percent: 0 },
  { id: "c/ts", percent: 0 },
]);

/** Appends rounds through the real journal, and tells each once it is kept. */
function journalScript(cwd: string): string {
  const bundle = join(cwd, "journal.mjs");
  buildSync({
    entryPoints: [join(packageRoot, "src/history/measure-journal.ts")],
    ...{ bundle: true, platform: "node", format: "esm", outfile: bundle },
  });
  const { header, rows } = record;
  const row = { ...rows[1]!, rounds: rows[1]!.rounds.slice(0, 1) };
  writeFileSync(join(cwd, "input.json"), JSON.stringify({ header, row }));
  writeFileSync(join(cwd, "whole.txt"), renderMeasureRecord(record));
  const script = join(cwd, "write.mjs");
  writeFileSync(
    script,
    `import { readFileSync, writeSync } from "node:fs";
    import { openJournal } from "./journal.mjs";
    const [file, rounds] = process.argv.slice(2);
    const { header, row } = JSON.parse(readFileSync(${JSON.stringify(join(cwd, "input.json"))}, "utf8"));
    try {
      const journal = openJournal(file, header);
      for (let i = 0; i < Number(rounds); i++) { journal.append(row); writeSync(1, "k"); }
      journal.finish(readFileSync(${JSON.stringify(join(cwd, "whole.txt"))}, "utf8"));
      writeSync(1, "w");
    } catch (error) { writeSync(2, error.name + ": " + error.message); process.exitCode = 2; }`,
  );
  return script;
}

/** Runs until it ends or until the moment, then kill -9. @returns what it told */
function killed(command: readonly string[], cwd: string, afterMs: number): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd, stdio: ["ignore", "pipe", "ignore"] });
    let told = "";
    child.stdout.on("data", (data: Buffer) => (told += data.toString()));
    const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(told);
    });
  });
}

/** How long the command takes when nobody kills it. */
function spanMs(command: readonly string[], cwd: string): number {
  const start = performance.now();
  expect(spawnSync(process.execPath, command, { cwd }).status).not.toBe(2);
  return performance.now() - start;
}

describe("kill -9", () => {
  it(`at ${MOMENTS} moments of writing rounds loses none that was told`, async () => {
    const cwd = emptyFolder();
    const script = journalScript(cwd);
    const random = lcg(seed);
    const whole = readFileSync(join(cwd, "whole.txt"), "utf8");
    const full = spanMs([script, "first.jsonl", String(ROUNDS)], cwd);
    const states = new Set<string>();
    for (let moment = 0; moment < MOMENTS; moment++) {
      const file = join(cwd, `${moment}.jsonl`);
      const told = await killed([script, file, String(ROUNDS)], cwd, random() * full * 1.2);
      const where = `moment ${moment} of seed ${seed}, told ${told}`;
      if (!existsSync(file)) {
        expect(told, where).toBe("");
        states.add("nothing");
        continue;
      }
      const text = readFileSync(file, "utf8");
      const { record: left, partial } = readMeasureRecord("left", text);
      states.add(partial === null ? "whole" : "partial");
      if (partial === null) expect(text, where).toBe(whole);
      else {
        expect(told, where).not.toContain("w");
        const rounds = left.rows[0]?.rounds.length ?? 0;
        expect(rounds, where).toBeGreaterThanOrEqual(told.length);
        expect(rounds, where).toBeLessThanOrEqual(ROUNDS);
      }
    }
    expect([...states], `seed ${seed}`).toContain("partial");
  });

  it(`at ${MOMENTS} moments of a merge leaves the old file or the new one`, async () => {
    const cwd = emptyFolder();
    const parts = splitRecord(record, 2).map((part, index) => {
      writeFileSync(join(cwd, `${index}.jsonl`), renderMeasureRecord(part));
      return `${index}.jsonl`;
    });
    const random = lcg(seed + 1);
    const command = [artifact("cli", "main.js"), "merge", ...parts, "-o", "whole.jsonl"];
    const full = spanMs(command, cwd);
    const old = "the file of before\n";
    const results = await Promise.all(
      Array.from({ length: MOMENTS }, async (_, moment) => {
        const file = join(cwd, `whole-${moment}.jsonl`);
        writeFileSync(file, old);
        await killed([...command.slice(0, -1), file], cwd, random() * full * 4);
        return readFileSync(file, "utf8");
      }),
    );
    const whole = renderMeasureRecord(record);
    for (const text of results) expect([old, whole], `seed ${seed}`).toContain(text);
    // The next one works beside what the killed ones left.
    expect(hearsay(["merge", ...parts, "-o", "whole-0.jsonl", "--quiet"], { cwd }).code).toBe(1);
    expect(readFileSync(join(cwd, "whole-0.jsonl"), "utf8")).toBe(whole);
    expect(hearsay(["explain", "a/ts", "whole-0.jsonl"], { cwd }).stdout).toContain(
      "a/ts: regressed",
    );
  });

  it("of a real run leaves a partial record that explain reads and merge refuses", async () => {
    const cwd = emptyFolder();
    builtFolder(cwd, "a", "same");
    const args = ["compare", "a", "a", "--only", "b/one/ts", "--rounds", "9", "--quads", "2"];
    const child = startHearsay([...args, "--quiet", "--out", "out"], cwd);
    const closed = new Promise((resolve) => child.on("close", resolve));
    const told = await rowsOnDisk(join(cwd, "out"), 5 + Math.floor(lcg(seed + 2)() * 3));
    child.kill("SIGKILL");
    await closed;
    const [name] = readdirSync(join(cwd, "out"));
    const file = join("out", name!);
    expect(readFileSync(join(cwd, file), "utf8").startsWith(told)).toBe(true);
    const explained = hearsay(["explain", "canary/js-integer", file], { cwd });
    expect(explained.code).toBe(0);
    expect(explained.stderr).toMatch(/^"out.*" is partial: [1-5] of 5 rows, \d+ rounds\n$/);
    const merged = hearsay(["merge", file, "-o", "whole.jsonl"], { cwd });
    expect(merged).toMatchObject({ code: 2, stdout: "" });
    expect(merged.stderr).toMatch(/^hearsay: .* is partial.*\n$/);
    expect(existsSync(join(cwd, "whole.jsonl"))).toBe(false);
  });
});

/** Waits until the one file of the folder has a header and so many rows; its text. */
async function rowsOnDisk(folder: string, rows: number): Promise<string> {
  for (;;) {
    const [name] = existsSync(folder) ? readdirSync(folder) : [];
    const text = name === undefined ? "" : readFileSync(join(folder, name), "utf8");
    if (text.split("\n").length - 2 >= rows) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("a disk that takes no more", () => {
  it("full: one line, exit 2, and all that was told is there", (context) => {
    const cwd = emptyFolder();
    const disk = mounted(cwd, "size=16k");
    if (disk === null) return context.skip(NO_MOUNT);
    const script = journalScript(cwd);
    const file = join(disk, "run.jsonl");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, file, "1000"], {
      encoding: "utf8",
    });
    expect({ status, lines: stderr.split("\n").length }).toEqual({ status: 2, lines: 1 });
    expect(stderr).toMatch(/^InputError: ".*" cannot be written \(ENOSPC\)$/);
    const { record: left, partial } = readMeasureRecord("left", readFileSync(file, "utf8"));
    expect(partial).toContain("left is partial");
    expect(left.rows[0]!.rounds.length).toBe(stdout.length);
    expect(stdout.length).toBeGreaterThan(2);

    // The command line, on the same full disk: a merge keeps what stood there.
    const parts = splitRecord(record, 1).map((part) => {
      writeFileSync(join(cwd, "part.jsonl"), renderMeasureRecord(part));
      return "part.jsonl";
    });
    const merged = hearsay(["merge", ...parts, "-o", file], { cwd });
    expect(merged.code, merged.stderr).toBe(2);
    expect(merged.stderr).toMatch(/^hearsay: .*ENOSPC.*\n$/);
    expect(readdirSync(disk)).toEqual(["run.jsonl"]);
    const run = hearsay(
      ["compare", "wasm", "ts", "--only", "raw-words", "--out", disk, "--quiet"],
      { cwd },
    );
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^hearsay: .*ENOSPC.*\n$/);
    expect(readdirSync(disk)).toEqual(["run.jsonl"]);
  });

  it("read-only: one line, exit 2, nothing begun", (context) => {
    const cwd = emptyFolder();
    const isRoot = process.getuid?.() === 0;
    const disk = isRoot ? mounted(cwd, "ro") : join(cwd, "closed");
    if (disk === null) return context.skip(NO_MOUNT);
    if (!isRoot) {
      mkdirSync(disk);
      chmodSync(disk, 0o555);
    }
    const run = hearsay(
      ["compare", "wasm", "ts", "--only", "raw-words", "--out", disk, "--quiet"],
      { cwd },
    );
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^hearsay: .*(EROFS|EACCES).*\n$/);
    expect(readdirSync(disk)).toEqual([]);
  });
});

const NO_MOUNT = "a small tmpfs cannot be mounted here: needs root and mount";

/** A tmpfs of its own, taken away when the test is over; null where that is not allowed. */
function mounted(cwd: string, options: string): string | null {
  const folder = join(cwd, "disk");
  mkdirSync(folder);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  if (status !== 0) {
    console.log(`skipped: ${NO_MOUNT}`);
    return null;
  }
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}
