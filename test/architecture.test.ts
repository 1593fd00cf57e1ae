/**
 * The house rules: who may import whom, where packages enter, twins, shape. The table below is the
 * rule; docs explain it. Each law is also tried on small bad examples, which it must find.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cycleViolations,
  importViolations,
  isProduct,
  longFunctionNotes,
  mirrorViolations,
  packageViolations,
  shapeViolations,
  tableViolations,
  type PackagePlaces,
  type Row,
  type Twins,
} from "./architecture/laws.js";
import { readModules, readSources, type Module } from "./architecture/modules.js";

const LEAVES = [
  "src/errors.ts",
  "src/check.ts",
  "src/units.ts",
  "src/artifacts.ts", // node builtins besides the leaves
];
const CONTRACT = "src/protocols/protocol.ts";
const REGISTRY = "src/protocols/registry.ts";
const SETTINGS = "src/run/types.ts";

/** From the bottom up. Every row may import the leaves; a row's own files may import each other. */
const TABLE: readonly Row[] = [
  { files: "assembly/memory.ts", may: [] },
  { files: "assembly/kernels/*", may: ["assembly/memory.ts"] },
  { files: "assembly/runtime/*", may: ["assembly/memory.ts", "assembly/kernels/*"] },
  { files: "assembly/views/*", may: ["assembly/memory.ts", "assembly/kernels/*"] },
  {
    files: "assembly/protocols/{id}.ts",
    may: ["assembly/memory.ts", "assembly/kernels/*", "assembly/runtime/*"],
  },
  { files: "assembly/index.ts", may: ["assembly/*"] },
  ...LEAVES.map((files) => ({ files, may: [] })),
  { files: "src/memory/*", may: [] },
  { files: "src/statistics/*", may: [] },
  { files: "src/kernels/*", may: ["src/memory/*"] },
  { files: "src/network/*", may: ["src/memory/*"] },
  // Kernels as classes, for the library and the models; each over the workspace of kernels/.
  { files: "src/filters/*", may: ["src/kernels/*", "src/memory/*"] },
  { files: "src/merkle/*", may: ["src/kernels/*", "src/memory/*"] },
  { files: "src/reconcile/*", may: ["src/merkle/*", "src/kernels/*", "src/memory/*"] },
  { files: "src/peers/*", may: ["src/kernels/*", "src/memory/*"] },
  {
    files: "src/views/*",
    // The words of the context are constants that both sides read.
    may: ["src/kernels/*", "src/memory/*", "src/statistics/*", "assembly/views/context.ts"],
  },
  { files: CONTRACT, may: [], mayTypes: ["src/kernels/*", "src/memory/*", "src/network/*"] },
  { files: REGISTRY, may: ["src/protocols/*/protocol.ts", CONTRACT] },
  {
    files: "src/protocols/shared/*",
    may: [CONTRACT, "src/network/*"],
    mayTypes: ["src/memory/*"],
  },
  {
    files: "src/protocols/{id}/*",
    may: [CONTRACT, "src/protocols/shared/*", "src/network/*"],
  },
  { files: "src/metrics/*", may: ["src/memory/*", "src/statistics/*"] },
  {
    files: "src/engine/*",
    // The words of the context are constants that both sides read.
    may: [
      ...[CONTRACT, "src/memory/*", "src/kernels/*", "src/network/*", "src/metrics/*"],
      "assembly/runtime/context.ts",
    ],
  },
  {
    files: "src/workers/*",
    may: ["src/engine/*", "src/kernels/*", "src/memory/*", REGISTRY],
    mayTypes: ["src/metrics/*"],
  },
  { files: "src/history/*", may: [], mayTypes: ["src/metrics/*"] },
  // Statistics are arithmetic: a report is still rebuilt from a stored file alone.
  { files: "src/report/*", may: ["src/history/*", "src/statistics/*"] },
  // The paired sampler and its rule; what it measures is loaded through a path.
  { files: "src/measure/*", may: ["src/history/*", "src/statistics/*"] },
  { files: SETTINGS, may: [], mayTypes: ["src/network/*", CONTRACT] },
  {
    files: "src/scenario/*",
    may: [CONTRACT, REGISTRY, "src/protocols/*", "src/network/*"],
    mayTypes: [SETTINGS],
  },
  {
    files: "src/run/*",
    may: [
      ...["scenario", "workers", "engine", "history", "statistics", "metrics", "network"],
      ...["protocols", "kernels", "memory"],
    ].map((folder) => `src/${folder}/*`),
    mayTypes: [SETTINGS],
  },
  // Runs in the browser of a report's reader; the report only carries its bundle.
  {
    files: "src/panel/*",
    may: [
      ...["engine", "history", "kernels", "memory", "network", "protocols", "report"].map(
        (folder) => `src/${folder}/*`,
      ),
      "src/run/raster.ts",
      "src/run/trial-record.ts",
    ],
    mayTypes: [SETTINGS],
  },
  {
    files: "src/index.ts",
    may: [
      ...["errors.ts", "run/*", "scenario/*", "workers/*", "engine/*", "history/*", "report/*"],
      ...["statistics/*", "metrics/*", "network/*", "protocols/*", "kernels/*", "memory/*"],
      ...["filters/*", "merkle/*", "reconcile/*", "peers/*", "views/*"],
    ].map((path) => `src/${path}`),
  },
  { files: "src/cli/*", may: ["src/*"] },
  { files: "bench/*", may: ["src/*"] },
].map((row) => ({
  ...row,
  may: [...row.may, ...(row.files.startsWith("assembly/") ? [] : LEAVES)],
}));

/** Where each third-party package enters, so that it can be replaced there. */
const PACKAGES: PackagePlaces = {
  commander: ["src/cli/*"],
  zod: ["src/history/*", "src/scenario/*"],
  yaml: ["src/scenario/*", "src/history/accept.ts"],
  piscina: ["src/workers/*"],
  "chart.js": ["src/report/*"],
  "chartjs-chart-error-bars": ["src/report/*"],
  "chartjs-plugin-annotation": ["src/report/*"],
  tinybench: ["bench/*"],
  // Peers that the kernels are measured against.
  ...Object.fromEntries(
    ["bloomfilter", "bloom-filters", "pure-rand", "xxhash-wasm", "merkletreejs"].map((peer) => [
      peer,
      ["bench/*"],
    ]),
  ),
  // Files named at run time: a user's scenario, the built TypeScript backend, the built benches.
  "(computed)": ["src/scenario/*", "src/kernels/*", "src/cli/*", "src/measure/*"],
};

const INDEXES = ["src/index.ts", "assembly/index.ts"];

const root = join(import.meta.dirname, "..");
const modules = readModules(readSources(root, ["src", "assembly", "bench", "test"]));

function twins(all: readonly Module[]): Twins[] {
  const kernels = all.filter(({ path }) => path.startsWith("assembly/kernels/"));
  return [
    { assembly: "assembly/memory.ts", twin: "src/kernels/memory.ts", extra: ["bindMemory"] },
    ...kernels.map(({ path }) => {
      return { assembly: path, twin: path.replace("assembly/", "src/"), extra: [] };
    }),
  ];
}

describe("this repository", () => {
  it("was read: modules, imports and functions were found", () => {
    const product = modules.filter(isProduct);
    expect(product.length).toBeGreaterThan(15);
    expect(product.flatMap(({ imports }) => imports).length).toBeGreaterThan(15);
    expect(modules.flatMap(({ functions }) => functions).length).toBeGreaterThan(50);
    const own = modules.find(({ path }) => path === "test/architecture.test.ts");
    expect(own?.imports.map(({ target }) => target)).toContain("test/architecture/laws.ts");
  });

  it("imports downwards only", () => {
    expect(importViolations(modules, TABLE)).toEqual([]);
  });

  it("has an import table that is an order, but for the leaves", () => {
    expect(tableViolations(TABLE.filter(({ files }) => !LEAVES.includes(files)))).toEqual([]);
  });

  it("has no import cycle, type-only imports included", () => {
    expect(cycleViolations(modules)).toEqual([]);
  });

  it("lets each third-party package enter in one place", () => {
    expect(packageViolations(modules, PACKAGES)).toEqual([]);
  });

  it("uses named exports, re-exports in the two index files, and files within their budget", () => {
    expect(shapeViolations(modules, INDEXES)).toEqual([]);
    for (const note of longFunctionNotes(modules)) console.warn(`long function: ${note}`);
  });

  it("mirrors every kernel", () => {
    const pairs = twins(modules);
    expect(pairs.length).toBeGreaterThan(1);
    expect(mirrorViolations(modules, pairs)).toEqual([]);
  });
});

/** Modules from texts by path. */
function example(texts: Readonly<Record<string, string>>): readonly Module[] {
  return readModules(new Map(Object.entries(texts)));
}

/** Violations of the import table when `from` has the line `code` and `target` exists. */
function importing(from: string, target: string, code: string): string[] {
  return importViolations(example({ [from]: code, [target]: "export const a = 1;\n" }), TABLE);
}

describe("the import law", () => {
  it("accepts what the table allows", () => {
    const code = 'import { a } from "../memory/layout.js";';
    expect(importing("src/kernels/random.ts", "src/memory/layout.ts", code)).toEqual([]);
    const leaf = 'import { a } from "../errors.js";';
    expect(importing("src/network/grid.ts", "src/errors.ts", leaf)).toEqual([]);
    const portable = 'import { a } from "../runtime/wheel";';
    expect(importing("assembly/protocols/push.ts", "assembly/runtime/wheel.ts", portable)).toEqual(
      [],
    );
  });

  it.each([
    ["src/memory/layout.ts", "src/engine/run.ts", 'import { a } from "../engine/run.js";'],
    ["src/network/grid.ts", "src/kernels/random.ts", 'import { a } from "../kernels/random.js";'],
    [
      "src/engine/run.ts",
      "src/protocols/registry.ts",
      'import { a } from "../protocols/registry.js";',
    ],
    [
      "src/engine/run.ts",
      "src/protocols/push/protocol.ts",
      'import type { a } from "../protocols/push/protocol.js";',
    ],
    ["src/report/page.ts", "src/engine/run.ts", 'import type { a } from "../engine/run.js";'],
    ["src/history/record.ts", "src/metrics/load.ts", 'import { a } from "../metrics/load.js";'],
    ["src/run/run.ts", "src/cli/main.ts", 'const a = await import("../cli/main.js");'],
    ["src/errors.ts", "src/cli/main.ts", 'export { a } from "./cli/main.js";'],
    ["src/units.ts", "src/memory/layout.ts", 'type A = import("./memory/layout.js").A;'],
    ["src/scenario/load.ts", "src/run/types.ts", 'import { a } from "../run/types.js";'],
    [
      "assembly/kernels/random.ts",
      "assembly/runtime/wheel.ts",
      'import { a } from "../runtime/wheel";',
    ],
    ["assembly/kernels/random.ts", "src/errors.ts", 'import { a } from "../../src/errors";'],
    ["src/kernels/wasm.ts", "assembly/index.ts", 'import { a } from "../../assembly/index.js";'],
    ["src/cli/main.ts", "bench/kernels.ts", 'import { a } from "../../bench/kernels.js";'],
  ])("finds %s importing %s", (from, target, code) => {
    const found = importing(from, target, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${from}:1:`);
    expect(found[0]).toContain(target);
  });

  it("finds a protocol importing another, on both sides, and not its own files", () => {
    const code = 'import { a } from "./rule.js";\nimport { b } from "../pull/rule.js";';
    const found = importViolations(
      example({
        "src/protocols/push/protocol.ts": code,
        "src/protocols/push/rule.ts": "",
        "src/protocols/pull/rule.ts": "",
        "assembly/protocols/push.ts": 'import { b } from "./pull";',
        "assembly/protocols/pull.ts": "",
      }),
      TABLE,
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("src/protocols/push/protocol.ts:2:");
    expect(found[1]).toContain("assembly/protocols/push.ts:1:");
  });

  it("finds files without a row, imports that lead nowhere, and imports of tests", () => {
    expect(importViolations(example({ "src/utils/x.ts": "" }), TABLE)[0]).toContain("no row");
    const lost = example({ "src/memory/layout.ts": 'import "./gone.js";' });
    expect(importViolations(lost, TABLE)[0]).toContain("leads to no module");
    const test = 'import { a } from "./layout.test.js";';
    const found = importing("src/memory/layout.ts", "src/memory/layout.test.ts", test);
    expect(found[0]).toContain("imports the test");
  });

  it("finds a table that is no order", () => {
    const rows = [
      { files: "src/a/*", may: ["src/b/*"] },
      { files: "src/b/*", may: [], mayTypes: ["src/a/deep.ts"] },
    ];
    expect(tableViolations(rows)).toHaveLength(1);
  });
});

describe("the other laws", () => {
  it("find cycles of values and of types, and none in a diamond", () => {
    const cycle = example({
      "src/memory/a.ts": 'import { b } from "./b.js";',
      "src/memory/b.ts": 'import type { c } from "./c.js";',
      "src/memory/c.ts": 'export type A = import("./a.js").A;',
    });
    expect(cycleViolations(cycle)).toEqual([
      "cycle: src/memory/a.ts -> src/memory/b.ts -> src/memory/c.ts -> src/memory/a.ts",
    ]);
    const diamond = example({
      "a.ts": 'import "./b.js"; import "./c.js";',
      "b.ts": 'import "./d.js";',
      "c.ts": 'import "./d.js";',
      "d.ts": "",
    });
    expect(cycleViolations(diamond)).toEqual([]);
    expect(cycleViolations(example({ "a.ts": 'import "./a.js";' }))).toEqual([
      "cycle: a.ts -> a.ts",
    ]);
  });

  it("find a package at a second place and a package without a place", () => {
    const found = packageViolations(
      example({
        "src/cli/main.ts": 'import { Command } from "commander";\nimport "node:fs";',
        "src/run/run.ts": 'import { Command } from "commander";',
        "src/report/page.ts": 'import { Chart } from "chart.js/auto";\nimport x from "@scope/x/y";',
        "src/run/run.test.ts": 'import fc from "fast-check";',
      }),
      PACKAGES,
    );
    expect(found).toEqual([
      "src/run/run.ts:1: commander enters only in src/cli/*",
      "src/report/page.ts:2: @scope/x has no place",
    ]);
  });

  it("find default exports, re-exports and long files", () => {
    const found = shapeViolations(
      example({
        "src/index.ts": 'export * from "./errors.js";',
        "src/a.ts": "export default 1;",
        "src/b.ts": "export default function f() {}",
        "src/c.ts": "const x = 1;\nexport { x as default };",
        "src/d.ts": 'export { a } from "./a.js";',
        "src/e.ts": 'import { a } from "./a.js";\nexport { a as b };',
        "src/f.ts": "const own = 1;\nexport { own };",
        "src/g.ts": "\n".repeat(501),
        "src/h.ts": "\n".repeat(500),
        "src/g.test.ts": "\n".repeat(501),
      }),
      INDEXES,
    );
    expect(found).toEqual([
      "src/a.ts:1: default export",
      "src/b.ts:1: default export",
      "src/c.ts:2: default export",
      "src/d.ts:1: re-export",
      "src/e.ts:2: re-export",
      "src/g.ts: 501 lines, the limit is 500",
    ]);
  });

  it("note a function over 70 lines", () => {
    const body = (lines: number): string => `{\n${"x();\n".repeat(lines - 2)}}\n`;
    const notes = longFunctionNotes(
      example({ "src/a.ts": `function f() ${body(70)}const g = () => ${body(71)}` }),
    );
    expect(notes).toEqual(["src/a.ts:71: g has 71 lines"]);
  });

  it("find twins that are missing or differ", () => {
    const all = example({
      "assembly/memory.ts": "export function getU8(base: u32, index: u32): u32 { return 0; }",
      "src/kernels/memory.ts":
        "export function getU8(base: number): number { return 0; }\nexport function bindMemory() {}",
      "assembly/kernels/bloom.ts": "export function add(a: u32): void {}",
      "assembly/kernels/random.ts":
        "export function draw(a: u32): void {}\nfunction own(): void {}",
      "src/kernels/random.ts": "export function drew(a: number): void {}",
    });
    expect(mirrorViolations(all, twins(all))).toEqual([
      "src/kernels/memory.ts: getU8 takes 1 parameters, 2 in assembly/memory.ts",
      "assembly/kernels/bloom.ts: its twin src/kernels/bloom.ts is missing",
      "src/kernels/random.ts: draw of assembly/kernels/random.ts is missing",
      "src/kernels/random.ts: drew is not in assembly/kernels/random.ts",
    ]);
  });
});
