/**
 * The guide and the built-in suites name each other.
 * Examples in docs/kernels are run as a user would paste them. A line `console.log(x); // prints: 42`
 * states its output, which must be just that.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/artifacts.js";
import { builtinNames, loadBuiltin } from "../src/scenario/find.js";

const pages = globSync("docs/kernels/*.md", { cwd: packageRoot }).sort();

function examplesOf(page: string): string[] {
  const text = readFileSync(join(packageRoot, page), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
}

function runExample(code: string): string[] {
  const flags = ["--input-type=module-typescript", "--disable-warning=ExperimentalWarning"];
  const output = execFileSync(process.execPath, [...flags, "--eval", code], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  return output.split("\n").slice(0, -1);
}

describe("docs/kernels", () => {
  it("has pages", () => {
    expect(pages.length).toBeGreaterThan(3);
  });

  it.each(pages)("%s has an example that prints what it says", (page) => {
    const examples = examplesOf(page);
    expect(examples.length).toBeGreaterThan(0);
    for (const code of examples) {
      const stated = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, text]) => text!.trim());
      expect(stated.length, `${page}: an example states no output`).toBeGreaterThan(0);
      expect(runExample(code)).toEqual(stated);
    }
  });
});

describe("docs/guide", () => {
  const folder = join(packageRoot, "docs", "guide");
  const index = readFileSync(join(folder, "README.md"), "utf8");
  const guides = globSync("*.md", { cwd: folder }).filter((file) => file !== "README.md");

  it.each(guides)("%s is in the index and runs a built-in suite", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const [, name] = /^ {4}npx hearsay run (\S+)/m.exec(text) ?? [];
    expect(builtinNames()).toContain(name);
    expect(index).toContain(`](${file})`);
    for (const [, target] of text.matchAll(/\]\(([\w./-]+\.md)\)/g)) {
      expect(readFileSync(join(folder, target!), "utf8").length).toBeGreaterThan(0);
    }
  });

  it("has a page for every suite that asks a question", async () => {
    for (const name of builtinNames()) {
      const { title } = await loadBuiltin(name);
      if (title.includes("?")) expect(guides, title).toContain(`${name}.md`);
    }
  });
});
