/** The parent's end of one child process: a request, its reply, and an end that leaves nothing behind. */
import { fork, type ChildProcess } from "node:child_process";
import { artifact } from "../artifacts.js";
import { pinning } from "./cores.js";
import type { Reply, Request } from "./messages.js";

/** No request takes this long; a child that does hangs. */
const REPLY_MS_MAX = 60_000;

export interface ArmProcessOptions {
  /** Bytes of environment that mean nothing: they move the stack, which a build would else keep at one place. */
  readonly padding?: number;
  /** true: V8's natives are on, and nothing that it times counts. */
  readonly isProbe?: boolean;
}

export class ArmProcess {
  readonly #child: ChildProcess;
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;

  constructor({ padding = 0, isProbe = false }: ArmProcessOptions = {}) {
    const flags = ["--expose-gc", ...(isProbe ? ["--allow-natives-syntax"] : [])];
    this.#child = fork(artifact("measure", "child.js"), {
      ...pinning(process.execPath, flags),
      env: { ...process.env, HEARSAY_PADDING: "x".repeat(padding) },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child.on("message", (reply: Reply) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (reply.failure === undefined) waiting?.resolve(reply);
      else waiting?.reject(new Error(reply.failure));
    });
    this.#child.on("error", (error) => this.#end(error));
    this.#child.on("exit", (code, signal) => {
      this.#end(new Error(`its process ended (${signal ?? `exit ${code}`})`));
    });
  }

  /** Rejects when the child fails, ends or hangs. One request at a time. */
  ask(request: Request): Promise<Reply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(new Error("it gave no reply")), REPLY_MS_MAX);
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        done();
      };
      this.#waiting = {
        resolve: (reply) => settle(() => resolve(reply)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#child.send(request, (error) => {
        if (error !== null) this.#end(error);
      });
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
    this.stop();
  }
}
