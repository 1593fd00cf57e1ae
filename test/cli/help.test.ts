/** Help of every command: 80 columns, examples that the program itself takes; completion in real shells. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { emptyFolder, hearsay } from "./hearsay.js";

const nothing = (): void => undefined;
const NAMES = createProgram([], nothing).commands.map((command) => command.name());

function helpOf(name: string): string {
  const command = createProgram([], nothing).commands.find((each) => each.name() === name)!;
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
}

/** Every command line of the examples: of a pipe, both sides; of `source <(...)`, what stands in it. */
function examplesOf(help: string): string[] {
  const after = help.slice(help.indexOf("\nExamples:\n"));
  return [...after.matchAll(/\bhearsay ((?:"[^"]*"|[^|)>\n])+)/g)].map((found) => found[1]!.trim());
}

/** As a shell parts words, but for globs. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

describe("help", () => {
  it.each(NAMES)("of %s fits 80 columns and has examples that parse", async (name) => {
    const help = helpOf(name);
    expect(help).toContain(`Usage: hearsay ${name}`);
    expect(Math.max(...help.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
    const examples = examplesOf(help);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      let ran = "";
      const args = words(example);
      const program = createProgram(args, nothing);
      for (const command of program.commands) command.action(() => void (ran = command.name()));
      await program.parseAsync(args, { from: "user" });
      expect(ran, example).toBe(args[0]);
    }
  });
});

/** What Tab offers for the last word, by the script's own function. */
function completed(script: string, line: readonly string[]): string[] {
  const list = line.map((word) => `'${word}'`).join(" ");
  const ask = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${line.length - 1}; _hearsay; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, status, stderr } = spawnSync("bash", ["--norc", "-c", ask], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((word) => word !== "");
}

function longFlags(command: Command): string[] {
  return command.options.flatMap(({ long }) => long ?? []);
}

describe("completion", () => {
  const { stdout: script } = hearsay(["completion", "bash"], { cwd: process.cwd() });

  it("in bash offers every command, and every flag of each", () => {
    expect(completed(script, ["hearsay", ""])).toEqual(expect.arrayContaining(NAMES));
    for (const command of createProgram([], nothing).commands) {
      const offered = completed(script, ["hearsay", command.name(), "--"]);
      expect(offered, command.name()).toEqual(
        expect.arrayContaining([...longFlags(command), "--help"]),
      );
    }
    expect(completed(script, ["hearsay", "report", "--ju"])).toEqual(["--junit"]);
    expect(completed(script, ["hearsay", "run", "push-pu"])).toContain("push-pull");
    expect(completed(script, ["hearsay", "nothing", "--he"])).toEqual(["--help"]);
  });

  it.each(["zsh", "fish"])(
    "in %s is a script that the shell takes, where it is installed",
    (shell) => {
      const cwd = emptyFolder();
      const { stdout } = hearsay(["completion", shell], { cwd });
      for (const word of [...NAMES, "openmetrics", "no-report"]) expect(stdout).toContain(word);
      const file = join(cwd, "script");
      writeFileSync(file, stdout);
      const { error, status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
      if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
        console.warn(`the syntax of completion for ${shell} was not checked: no ${shell} here`);
        return;
      }
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    },
  );
});
