/** One of the sampler's child processes, asked directly: what src/measure/messages.ts names. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { root } from "./copies.mjs";

export class Child {
  #child = fork(join(root, "dist/measure/child.js"), {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });

  ask(request) {
    return new Promise((settle, reject) => {
      this.#child.once("message", (reply) => {
        if (reply.failure === undefined) settle(reply);
        else reject(new Error(reply.failure));
      });
      this.#child.send(request);
    });
  }

  stop() {
    this.#child.kill("SIGKILL");
  }
}

export function median(list) {
  return list.length === 0 ? NaN : list.toSorted((a, b) => a - b)[list.length >> 1];
}
