/**
 * Builds everything under dist/: the WASM module, the TypeScript backend bundled from the same portable
 * sources, the command line, the thread entry, the library, the report's client. A part is rebuilt only
 * when one of its sources is newer, unless --force is given.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
process.chdir(root);
const force = process.argv.includes("--force");
/** Only what a measurement loads: no debug or browser module, no types, no report. */
const isForMeasuring = process.argv.includes("--for-measuring");
const require = createRequire(import.meta.url);

/** Newest modification time below the given files and folders, in ms. */
function newest(...paths) {
  let time = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    if (!stat.isDirectory()) time = Math.max(time, stat.mtimeMs);
    else for (const entry of readdirSync(path)) time = Math.max(time, newest(join(path, entry)));
  }
  return time;
}

function isStale(output, ...sources) {
  return (
    force || !existsSync(output) || statSync(output).mtimeMs < newest("tools/build", ...sources)
  );
}

function compile(target) {
  const asc = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
  execFileSync(process.execPath, [asc, "--config", "asconfig.json", "--target", target], {
    stdio: "inherit",
  });
}

/** Portable code imports `../memory` and `../kernels/X`; here these names mean the TypeScript twins. */
const twins = {
  name: "twins",
  setup(build) {
    build.onResolve({ filter: /(^|\/)(memory|kernels\/[a-z0-9-]+)$/ }, (args) => {
      const target = relative(root, resolve(args.resolveDir, args.path)).split("\\").join("/");
      if (!target.startsWith("assembly/")) return undefined;
      const name = target.replace(/^assembly\/(kernels\/)?/, "");
      return { path: join(root, "src/kernels", `${name}.ts`) };
    });
  },
};

mkdirSync("dist", { recursive: true });
if (isStale("dist/hearsay.wasm", "assembly", "asconfig.json")) {
  for (const target of isForMeasuring ? ["release"] : ["release", "debug", "browser"]) compile(target);
  for (const name of ["hearsay", "hearsay.debug", "hearsay.browser"]) {
    for (const end of ["js", "d.ts"]) rmSync(join("dist", `${name}.${end}`), { force: true });
  }
}
if (isStale("dist/backend-ts.js", "assembly", "src", "bench")) {
  const esbuild = await import("esbuild");
  const node = {
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    sourcemap: "linked",
    logLevel: "warning",
    legalComments: "none",
  };
  // Twice the same: a module is bound to one memory, and library objects have one of their own.
  for (const name of ["backend-ts", "library-ts"]) {
    await esbuild.build({
      ...node,
      stdin: {
        contents: 'export * from "./index"; export { bindMemory } from "./memory";',
        resolveDir: join(root, "assembly"),
        loader: "ts",
      },
      // Without it a bundle's constants become variables, which V8 cannot fold: 20-40 % slower.
      minifySyntax: true,
      outfile: `dist/${name}.js`,
      plugins: [twins],
    });
  }
  await esbuild.build({
    ...node,
    entryPoints: {
      "cli/main": "src/cli/main.ts",
      "workers/worker": "src/workers/worker.ts",
      "measure/child": "src/measure/child.ts",
      "measure/simulation": "src/measure/simulation.ts",
      index: "src/index.ts",
      "bench/kernels": "bench/kernels/suite.ts",
      "bench/published": "bench/published/suite.ts",
      "bench/fidelity": "bench/fidelity/main.ts",
    },
    outdir: "dist",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: [
      "piscina",
      "tinybench",
      "assemblyscript",
      "yaml",
      // Peers of the kernels' benches, which stand in the repository only.
      "bloomfilter",
      "bloom-filters",
      "pure-rand",
      "pure-rand/*",
      "xxhash-wasm",
      "merkletreejs",
    ],
    // Bundled CommonJS packages ask for require().
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  chmodSync("dist/cli/main.js", 0o755);
  // Types of the library. Their errors are for `npm run check`; declarations come out all the same.
  const tsc = join(dirname(require.resolve("typescript-7/package.json")), "bin/tsc");
  if (!isForMeasuring) spawnSync(process.execPath, [tsc, "-p", "tools/build/tsconfig.types.json"]);
  if (!isForMeasuring && existsSync("src/report/client/main.ts")) {
    mkdirSync("dist/report", { recursive: true });
    await esbuild.build({
      bundle: true,
      platform: "browser",
      format: "iife",
      minify: true,
      target: "es2022",
      logLevel: "warning",
      legalComments: "none",
      entryPoints: {
        client: "src/report/client/main.ts",
        measure: "src/report/client/measure.ts",
        panel: "src/panel/main.ts",
      },
      outdir: "dist/report",
    });
    cpSync("src/report/client/style.css", "dist/report/style.css");
  }
}
