/**
 * The C twins: each source of bench/native is built once, where there is a compiler, with
 * gcc -O3 -march=native, and run as a process of its own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/artifacts.js";

export interface NativeTime {
  readonly nsPerOperation: number;
  readonly digest: string;
}

export class NativeTwins {
  readonly #folder = mkdtempSync(join(tmpdir(), "hearsay-native-"));
  readonly #built = new Map<string, string | Error>();

  /** @throws Error that says what is missing or what the compiler said */
  time(source: string, kernel: string, size: number): NativeTime {
    const program = this.#build(source);
    const line = execFileSync(program, [kernel, String(size)], { encoding: "utf8" }).trim();
    const [ns, digest] = line.split(" ");
    if (ns === undefined || digest === undefined) throw new Error(`${source} printed ${line}`);
    return { nsPerOperation: Number(ns), digest };
  }

  #build(source: string): string {
    let built = this.#built.get(source);
    if (built === undefined) {
      built = this.#compile(source);
      this.#built.set(source, built);
    }
    if (built instanceof Error) throw built;
    return built;
  }

  #compile(source: string): string | Error {
    const file = join(packageRoot, "bench", "native", source);
    if (!existsSync(file)) return new Error(`bench/native/${source} is not here`);
    const program = join(this.#folder, source.replace(/\.c$/, ""));
    for (const compiler of ["gcc", "cc"]) {
      const flags = ["-O3", "-march=native", "-o", program, file, "-lm"];
      const { status, error, stderr } = spawnSync(compiler, flags, { encoding: "utf8" });
      if (error !== undefined) continue;
      return status === 0 ? program : new Error(`${compiler}: ${stderr.split("\n")[0] ?? ""}`);
    }
    return new Error("no C compiler here: apt-get install gcc libc6-dev");
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
