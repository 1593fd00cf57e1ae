/**
 * What a time was measured on. Times are only compared within one class: same CPU model, same Node
 * major.minor, same V8, same flags.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import os from "node:os";
import { artifact, packageRoot } from "../artifacts.js";
import { readMachine } from "./machine.js";
import type { Environment } from "./record.js";

export function readEnvironment(): Environment {
  const cpu = os.cpus()[0]?.model.trim() ?? "unknown";
  const [major = "", minor = ""] = process.versions.node.split(".");
  const flags = [...process.execArgv];
  const identity = [cpu, `${major}.${minor}`, process.versions.v8, ...flags].join("|");
  const status = git("status", "--porcelain");
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    os: `${os.type()} ${os.release()}`,
    arch: process.arch,
    cpu,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    commit: git("rev-parse", "HEAD"),
    dirty: status === null ? null : status !== "",
    wasmHash: sha256(readFileSync(artifact("hearsay.wasm"))).slice(0, 16),
    flags,
    class: sha256(identity).slice(0, 12),
    machine: readMachine(packageRoot),
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Output of a git command in the package's checkout; null where there is no git or no checkout. */
function git(...args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: packageRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
