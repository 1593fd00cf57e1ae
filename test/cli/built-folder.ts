/** A folder as `compare` takes it: built, with one small bench. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A built folder with one bench of two arms, which tells `digest`; "" declares none. */
export function builtFolder(cwd: string, name: string, digest: string): void {
  const folder = join(cwd, name, "dist", "bench");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(cwd, name, "package.json"), '{"type":"module"}');
  const arms = ["wasm", "ts"].map((arm) => `{ name: "${arm}", run, digest: () => "${digest}" }`);
  const bench = `{ id: "b/one", scope: "call", sizes: [1], headlineSize: 1, prepare: async () => ({ arms: [${arms.join()}] }) }`;
  writeFileSync(
    join(folder, "kernels.js"),
    `let x = 1; const run = () => { for (let i = 0; i < 500; i++) x = (Math.imul(x, 5) + i) | 0; return x; };
    export const kernelBenches = [${digest === "" ? "" : bench}];`,
  );
}
