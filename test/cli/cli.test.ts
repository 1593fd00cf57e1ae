/** What the built command line prints, writes and returns when all is well, or is interrupted. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/artifacts.js";
import { KERNELS, NETWORKS } from "../../src/cli/list.js";
import { recordSchema } from "../../src/history/record.js";
import { LATENCY_NAMES, TOPOLOGY_NAMES } from "../../src/network/build.js";
import { SELECTION_NAMES } from "../../src/network/selection.js";
import { emptyFolder, hearsay, startHearsay } from "./hearsay.js";

const COMMANDS = ["run", "report", "list", "completion"] as const;
const SMALL = ["--nodes", "1000", "--trials", "2"];

const ESCAPE = /\x1b/;

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

describe("help", () => {
  it.each([...COMMANDS, ""])(
    "%s --help explains itself in 80 columns, with examples",
    (command) => {
      const args = [...(command === "" ? [] : [command]), "--help"];
      const { code, stdout, stderr } = hearsay(args, { cwd: emptyFolder() });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: hearsay ${command}`.trimEnd());
      expect(stdout).toMatch(/\nExamples:\n {2}\S/);
      expect(widest(stdout)).toBeLessThanOrEqual(80);
      expect(stdout).not.toMatch(ESCAPE);
    },
  );

  it("is what no command at all gets, and names every command", () => {
    const { code, stdout } = hearsay([], { cwd: emptyFolder() });
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command}`);
  });

  it("gives examples of run that run", () => {
    const cwd = emptyFolder();
    const { stdout } = hearsay(["run", "--help"], { cwd });
    const examples = [...stdout.matchAll(/^ {2}hearsay (run .*)$/gm)].map(([, line]) => line!);
    expect(examples.length).toBeGreaterThan(4);
    for (const example of examples) {
      // The last of a repeated flag counts: the same commands at a size for a test.
      const small = ["--nodes", "500", "--trials", "1", "--backend", "wasm", "--quiet"];
      const { code, stderr } = hearsay([...example.split(" "), ...small], { cwd });
      expect({ example, code, stderr }).toEqual({ example, code: 0, stderr: "" });
    }
  });

  it("prints the version", () => {
    const { stdout } = hearsay(["--version"], { cwd: emptyFolder() });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("the summary of a run", () => {
  it("tells a coverage that is not whole, and what the model measures", () => {
    const cwd = emptyFolder();
    const dies = [
      "--set",
      "fanout=3",
      "--set",
      "activeRounds=1",
      "--backend",
      "wasm",
      "--no-report",
    ];
    const missed = hearsay(["run", "push", ...SMALL, ...dies], { cwd }).stdout;
    expect(missed).toMatch(/\npush +coverage +9\d/);
    const model = hearsay(["run", "push-sum", ...SMALL, "--backend", "wasm", "--no-report"], {
      cwd,
    });
    expect(model.stdout).toMatch(/\npush-sum +potentialFactor +0\.\d/);
    expect(model.stdout).not.toMatch(/coverage/);
    for (const text of [missed, model.stdout]) expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it("is told where settings leave the domain of the modelled system", () => {
    const args = ["run", "serf-event", "--preset", "serf-lan", "--nodes", "6000", "--no-report"];
    const short = ["--max-rounds", "1", "--trials", "1", "--backend", "wasm"];
    const said = (limit: string): string =>
      hearsay([...args, ...short, "--set", `stateLimit=${limit}`], { cwd: emptyFolder() }).stderr;
    expect(said("1")).toMatch(/serf-event: outside the domain: .* refused beyond .* 1 MiB/);
    expect(said("2")).not.toMatch(/outside the domain/);
  });

  it("takes surroundings by name, and what goes on in them from a file", () => {
    const cwd = emptyFolder();
    const args = [
      "--preset",
      "public-p2p",
      "--max-rounds",
      "5",
      "--no-report",
      "--backend",
      "wasm",
    ];
    expect(hearsay(["run", "push", ...SMALL, ...args], { cwd }).code).toBe(0);
    const outage = "{ from: 2, until: 1, share: 0.5 }";
    writeFileSync(
      join(cwd, "bad.yaml"),
      `name: bad\nprotocol: push\nenvironment:\n  outages:\n    - ${outage}\n`,
    );
    const { code, stderr } = hearsay(["run", "bad.yaml"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "hearsay: bad.yaml:5: environment.outages[0].until must be later than from, in the same unit " +
        "(2 rounds), got 1\n",
    );
  });
});

describe("list", () => {
  it("fits in 80 columns and names what can be run", () => {
    const { code, stdout } = hearsay(["list"], { cwd: emptyFolder() });
    expect(code).toBe(0);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    for (const name of ["push-pull-3msg", "flood", "demo", "small-world", "rumor"]) {
      expect(stdout).toContain(`\n  ${name} `);
    }
  });

  it("is JSON on demand, one topic at a time", () => {
    const { stdout } = hearsay(["list", "protocols", "--json"], { cwd: emptyFolder() });
    const { protocols, ...others } = JSON.parse(stdout) as { protocols: { name: string }[] };
    const names = protocols.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["push", "pull", "push-pull", "flood"]));
    expect(others).toEqual({});
  });

  it("knows every kernel, topology, latency and selection", () => {
    const files = readdirSync(join(packageRoot, "assembly", "kernels"));
    expect(KERNELS.map(({ name }) => name).sort()).toEqual(
      files.map((file) => file.replace(/\.ts$/, "")).sort(),
    );
    const expected = [
      ...TOPOLOGY_NAMES,
      ...LATENCY_NAMES.map((name) => `latency ${name}`),
      ...SELECTION_NAMES.map((name) => `selection ${name}`),
    ];
    expect(NETWORKS.map(({ name }) => name)).toEqual(expected);
  });
});

describe("run", () => {
  it("writes record and page, and prints a table of at most 80 columns without escape codes", () => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay(["run", "push-pull", ...SMALL], { cwd });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const files = readdirSync(join(cwd, "reports")).sort();
    const names = ["index.html", expect.stringMatching(/^push-pull-.+\.json$/), "push-pull.html"];
    expect(files).toEqual(names);
    const index = readFileSync(join(cwd, "reports", "index.html"), "utf8");
    expect(index).toContain('<a href="./push-pull.html">');
    for (const file of files.filter((name) => name !== "index.html")) {
      expect(stdout).toContain(`wrote reports/${file}\n`);
    }
    expect(stdout).toMatch(/^push-pull {2,}wasm .*\npush-pull {2,}ts /m);
    expect(stdout).toMatch(/^push-pull {2,}\S+x as fast {2,}\S+ to \S+ {2,}equal {4}complete$/m);
    expect(stdout + stderr).not.toMatch(ESCAPE);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stderr).toMatch(/^push-pull: 1,000 nodes, 2 trials on wasm and ts\n/);
    const page = readFileSync(join(cwd, "reports", "push-pull.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/i);
  });

  it("prints the record alone with --json, the same as it stores, and valid", () => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay(
      ["run", "push", "--nodes", "1_000", "--trials", "2", "--seed", "7", "--json", "-o", "out"],
      { cwd },
    );
    expect(code).toBe(0);
    const record = recordSchema.parse(JSON.parse(stdout));
    expect(record.scenario).toMatchObject({ protocol: "push", nodes: 1000, seed: 7, trials: 2 });
    expect(record.command).toBe("hearsay run push --nodes 1_000 --trials 2 --seed 7 --json -o out");
    expect(record.agreement.digestsEqual).toBe(true);
    const stored = readFileSync(join(cwd, "out", `push-${record.id}.json`), "utf8");
    expect(JSON.parse(stored)).toEqual(JSON.parse(stdout));
    expect(stderr).toContain("wrote out/push.html\n");
  });

  it("prints a list for a suite, writes no page with --no-report, nothing more when quiet", () => {
    const cwd = emptyFolder();
    const suite = {
      scenarios: ["push", "pull"].map((name) => ({
        name,
        protocol: name,
        parameters: { fanout: 3 },
      })),
    };
    writeFileSync(join(cwd, "two.json"), JSON.stringify(suite));
    const flags = [...SMALL, "--backend", "ts", "--no-observe", "--no-report", "--json", "--quiet"];
    const { code, stdout, stderr } = hearsay(["run", "two.json", ...flags], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const records = recordSchema.array().parse(JSON.parse(stdout));
    expect(records.map(({ scenario }) => scenario.name)).toEqual(["push", "pull"]);
    expect(records.map(({ scenario }) => scenario.parameters["fanout"])).toEqual([3, 3]);
    for (const record of records) {
      expect(record.arms.map(({ backend }) => backend)).toEqual(["ts"]);
      expect(record.observed).toBeNull();
    }
    expect(readdirSync(join(cwd, "reports"))).toHaveLength(2);
    expect(hearsay(["run", "push", ...SMALL, "--quiet"], { cwd })).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
  });

  it("lets flags win over the file, and an edge list bring its own nodes", () => {
    const cwd = emptyFolder();
    const text =
      "name: ours\nprotocol: flood\nnodes: 500\nseed: 3\nnetwork: { topology: grid, torus: false }\n";
    writeFileSync(join(cwd, "ours.yaml"), text);
    writeFileSync(join(cwd, "edges.txt"), "0 1\n1 2\n2 3\n3 4\n");
    const run = (...flags: string[]): unknown => {
      const quiet = ["--trials", "1", "--json", "--quiet", "--no-report"];
      const { stdout } = hearsay(["run", "ours.yaml", ...flags, ...quiet], { cwd });
      return recordSchema.parse(JSON.parse(stdout)).scenario;
    };
    expect(run()).toMatchObject({
      nodes: 500,
      seed: 3,
      network: { topology: "grid", torus: false },
    });
    expect(run("--seed", "4", "--network", "ring", "--degree", "2")).toMatchObject({
      ...{ nodes: 500, seed: 4, network: { topology: "ring", degree: 2 } },
    });
    expect(run("--network", "edges.txt")).toMatchObject({
      ...{ nodes: 5, network: { topology: "file", file: "edges.txt" } },
    });
  });

  it("ends at Ctrl-C with a valid partial record and exit code 130", async () => {
    const cwd = emptyFolder();
    const child = startHearsay(["run", "push-pull", "--nodes", "1e6", "--trials", "1000"], cwd);
    let stderr = "";
    const begun = new Promise<void>((resolve) => {
      child.stderr!.on("data", (chunk: Buffer) => {
        stderr += chunk.toString();
        if (stderr.includes("round ")) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await begun;
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    const files = readdirSync(join(cwd, "reports")).filter((name) => name.endsWith(".json"));
    expect(files).toHaveLength(1);
    const text = readFileSync(join(cwd, "reports", files[0]!), "utf8");
    const record = recordSchema.parse(JSON.parse(text));
    expect(record.status).toBe("partial");
    expect(stderr).toContain("Ctrl-C again");
  });
});

describe("report", () => {
  it("turns stored records, or stdin, into every format", () => {
    const cwd = emptyFolder();
    const { stdout } = hearsay(["run", "push", ...SMALL, "--json", "--quiet", "--no-report"], {
      cwd,
    });
    const [file = ""] = readdirSync(join(cwd, "reports"));
    const stored = join("reports", file);
    for (const format of ["md", "csv", "json"]) {
      const fromFile = hearsay(["report", stored, `--${format}`], { cwd });
      expect(fromFile).toMatchObject({ code: 0, stderr: "" });
      expect(fromFile.stdout.length).toBeGreaterThan(100);
      expect(hearsay(["report", "-", `--${format}`], { cwd, input: stdout })).toEqual(fromFile);
    }
    expect(hearsay(["report", stored], { cwd }).stdout).toBe("wrote reports/report.html\n");
    hearsay(["report", stored, stored, "-o", "both.html", "--title", "Two <of> them"], { cwd });
    const page = readFileSync(join(cwd, "both.html"), "utf8");
    expect(page).toContain("Two &lt;of&gt; them");
    expect(hearsay(["report", stored, "-o", "t.md"], { cwd }).code).toBe(0);
    expect(readFileSync(join(cwd, "t.md"), "utf8")).toBe(
      hearsay(["report", stored, "--md"], { cwd }).stdout,
    );
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])("%s knows commands, flags and scenarios", (shell) => {
    const { code, stdout } = hearsay(["completion", shell], { cwd: emptyFolder() });
    expect(code).toBe(0);
    for (const word of ["run", "report", "max-rounds", "demo", "push-pull"]) {
      expect(stdout).toContain(word);
    }
  });
});

describe("a closed pipe", () => {
  it("is no error", async () => {
    const child = startHearsay(["list"], emptyFolder());
    let stderr = "";
    child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout!.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
