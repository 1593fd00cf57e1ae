/**
 * Real processes of one system on loopback: started together, listened to line by line, killed one by one
 * or all. None outlives this process: the kernel kills them with it (setpriv), and `close` does before.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

export interface Line {
  readonly member: string;
  readonly text: string;
  /** Milliseconds on the clock of `performance.now`, as the line arrived here. */
  readonly at: number;
}

/** Path of a program, as a shell would find it. */
export function findProgram(name: string): string | undefined {
  // Daemons stand in sbin, which is not on everybody's path.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export class Fleet {
  /** A folder of its own for the members' files; gone with the fleet. */
  readonly folder = mkdtempSync(join(tmpdir(), "hearsay-fidelity-"));
  readonly lines: Line[] = [];
  readonly #members = new Map<string, ChildProcess>();
  readonly #listeners = new Set<() => void>();
  readonly #signal: AbortSignal;
  readonly #close = (): void => this.close();

  readonly #keeps: RegExp;

  /**
   * @param keeps what a line must match to be kept: logs are long
   * @param signal ends every wait, and with it the measurement
   */
  constructor(keeps: RegExp, signal: AbortSignal) {
    this.#keeps = keeps;
    this.#signal = signal;
    process.once("exit", this.#close);
  }

  /** @throws Error when it cannot be started */
  start(member: string, program: string, args: readonly string[]): void {
    const guard = findProgram("setpriv");
    const command = guard === undefined ? [program] : [guard, "--pdeathsig", "KILL", program];
    const child = spawn(command[0]!, [...command.slice(1), ...args], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#members.set(member, child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (text) => {
        if (!this.#keeps.test(text)) return;
        this.lines.push({ member, text, at: performance.now() });
        for (const listener of this.#listeners) listener();
      });
    }
    // A member that does not start is missed by whoever waits for its first line.
    child.on("error", () => undefined);
  }

  get members(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** SIGKILL: the process gets no chance to say goodbye. @returns when it was sent */
  kill(member: string): number {
    this.#members.get(member)?.kill("SIGKILL");
    this.#members.delete(member);
    return performance.now();
  }

  /** SIGSTOP: it says no more, and its connections stay open, as those of a dead host do. */
  freeze(member: string): number {
    this.#members.get(member)?.kill("SIGSTOP");
    return performance.now();
  }

  thaw(member: string): void {
    this.#members.get(member)?.kill("SIGCONT");
  }

  /** First matching line of each member that came at or after `from`. */
  firstLines(from: number, matches: (line: Line) => boolean): Map<string, Line> {
    const found = new Map<string, Line>();
    for (const line of this.lines) {
      if (line.at >= from && !found.has(line.member) && matches(line)) found.set(line.member, line);
    }
    return found;
  }

  /**
   * Waits until `done`, which is asked after every line.
   * @throws Error when it takes longer, naming what was waited for
   */
  async until(what: string, timeoutMs: number, done: () => boolean): Promise<void> {
    const deadline = AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const check = (): void => {
      if (done()) resolve(undefined);
    };
    const stop = (): void => reject(new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`));
    this.#listeners.add(check);
    deadline.addEventListener("abort", stop);
    check();
    try {
      await promise;
    } finally {
      this.#listeners.delete(check);
      deadline.removeEventListener("abort", stop);
    }
  }

  close(): void {
    for (const member of this.members) this.kill(member);
    process.off("exit", this.#close);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
