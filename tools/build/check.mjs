/** `npm run check`: types on both sides, lint, format, architecture. Every gate runs; any failure fails. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const binary = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path);

const GATES = [
  ["types of src, test", binary("typescript-7", "bin/tsc"), "-p", ".", "--noEmit"],
  ["types of assembly", binary("typescript-7", "bin/tsc"), "-p", "assembly", "--noEmit"],
  [
    "lint",
    binary("eslint", "bin/eslint.js"),
    "src",
    "test",
    "bench/kernels",
    "bench/published",
    "bench/inline-trial.ts",
    "--max-warnings",
    "0",
  ],
  [
    "format",
    binary("prettier", "bin/prettier.cjs"),
    "--check",
    "src",
    "test",
    "--log-level",
    "warn",
  ],
  [
    "architecture",
    binary("vitest", "vitest.mjs"),
    "run",
    "test/architecture.test.ts",
    "--reporter=dot",
  ],
];

let failed = 0;
for (const [name, ...command] of GATES) {
  const start = Date.now();
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) failed++;
  console.log(
    `check: ${name}: ${status === 0 ? "ok" : "FAILED"} (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  );
}
console.log(failed === 0 ? "check: all gates passed" : `check: ${failed} gates failed`);
process.exit(failed === 0 ? 0 : 1);
