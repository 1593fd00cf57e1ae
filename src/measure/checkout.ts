/** Commits of one repository as built folders: git worktrees that share the checkout's packages. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { InputError } from "../errors.js";

const run = promisify(execFile);

export interface Checkout {
  readonly root: string;
  readonly commit: string;
  remove(): Promise<void>;
}

/** Full hash of a commit that a user named; throws InputError when there is none. */
export async function commitOf(repository: string, reference: string): Promise<string> {
  try {
    const argument = `${reference}^{commit}`;
    const { stdout } = await git(repository, [
      "rev-parse",
      "--verify",
      "--end-of-options",
      argument,
    ]);
    return stdout.trim();
  } catch {
    throw new InputError(`git knows no commit ${JSON.stringify(reference)} in ${repository}`);
  }
}

/** Whether `earlier` is `later` or comes before it; false too where git does not know one of them. */
export async function isAncestor(
  repository: string,
  earlier: string,
  later: string,
): Promise<boolean> {
  try {
    await git(repository, ["merge-base", "--is-ancestor", "--end-of-options", earlier, later]);
    return true;
  } catch {
    return false;
  }
}

/** A commit in a folder of its own, built with the packages of `repository`. */
export async function buildCommit(repository: string, commit: string): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "hearsay-"));
  const root = join(folder, "tree");
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await git(repository, ["worktree", "prune"]).catch(() => undefined);
  };
  try {
    await git(repository, ["worktree", "add", "--detach", root, commit]);
    await requireSameLock(repository, commit);
    // One set of packages and one compiler for both sides.
    await symlink(join(repository, "node_modules"), join(root, "node_modules"), "dir");
    await run(process.execPath, ["tools/build/build.mjs", "--force", "--for-measuring"], {
      cwd: root,
    });
    if (!existsSync(join(root, "dist", "bench", "kernels.js"))) {
      throw new InputError(`commit ${commit.slice(0, 12)} builds no dist/bench/kernels.js`);
    }
    return { root, commit, remove };
  } catch (error) {
    await remove();
    if (error instanceof InputError) throw error;
    const text = (error as { stderr?: string }).stderr ?? String(error);
    const line = text.trim().split("\n").at(-1) ?? "";
    throw new InputError(`commit ${commit.slice(0, 12)} does not build: ${line}`);
  }
}

/** Another lockfile means other packages: the difference would not be the code's. */
async function requireSameLock(repository: string, commit: string): Promise<void> {
  const { stdout } = await git(repository, [
    "diff",
    "--name-only",
    commit,
    "--",
    "package-lock.json",
  ]);
  if (stdout.trim() !== "") {
    throw new InputError(
      `package-lock.json of ${commit.slice(0, 12)} differs from the installed one: ` +
        `build both and use hearsay compare DIR_A DIR_B`,
    );
  }
}

function git(repository: string, args: readonly string[]): Promise<{ stdout: string }> {
  return run("git", [...args], { cwd: repository });
}
