/** Shows a file with the program that the desktop has for it. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["explorer"],
};

/** @returns false where the desktop has no such program */
export function openFile(file: string): Promise<boolean> {
  const [command = "xdg-open", ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...args, resolve(file)], { detached: true, stdio: "ignore" });
  return new Promise((done) => {
    child.once("error", () => done(false));
    child.once("spawn", () => {
      child.unref();
      done(true);
    });
  });
}
