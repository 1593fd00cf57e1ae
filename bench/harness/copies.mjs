/** Copies of HEAD, each built in a folder of its own, for the studies beside this file. */
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../..");

/** @param change is called with the copy's folder before it is built */
export function builtCopy(folder, name, change = () => undefined) {
  const copy = join(folder, name);
  execFileSync("git", ["clone", "--quiet", root, copy]);
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
  change(copy);
  const build = ["tools/build/build.mjs", "--force", "--for-measuring"];
  execFileSync(process.execPath, build, { cwd: copy, stdio: "ignore" });
  return copy;
}
