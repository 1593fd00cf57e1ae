/** Runs the built command line as a user's shell would: a process of its own in an empty folder. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { artifact } from "../../src/artifacts.js";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = artifact("cli", "main.js");

/** An empty folder that is removed when the test is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hearsay-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs to the end; `input` goes to stdin. */
export function hearsay(
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv },
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: { ...plainEnvironment(), ...options.env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 55_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { code: status, stdout, stderr };
}

/** Starts without waiting, for what is interrupted on its way. */
export function startHearsay(args: readonly string[], cwd: string): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: plainEnvironment() });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What the test runner sets for itself would change colours and warnings. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME };
}
