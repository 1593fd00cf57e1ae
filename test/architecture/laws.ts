/** The laws of the house: each takes modules and tables and returns one line per violation. */
import { builtinModules } from "node:module";
import type { Module } from "./modules.js";

/**
 * A row of the import table. Patterns are paths in which `*` stands for any rest and `{id}` for one
 * folder name, the same on both sides. The first row that fits a file is the file's row.
 */
export interface Row {
  readonly files: string;
  /** Rows' `files`, or narrower patterns, that may be imported. Files of the row itself always may. */
  readonly may: readonly string[];
  /** What may be imported by `import type` alone. */
  readonly mayTypes?: readonly string[];
}

/** Which files a third-party package may be imported from. */
export type PackagePlaces = Readonly<Record<string, readonly string[]>>;

export const FILE_LINES_MAX = 500;

/** Imports that point up, sideways or to nothing, and files that the table does not know. */
export function importViolations(modules: readonly Module[], rows: readonly Row[]): string[] {
  const known = new Set(modules.map(({ path }) => path));
  return modules.filter(isProduct).flatMap((module) => {
    const row = rows.find(({ files }) => match(files, module.path) !== undefined);
    if (row === undefined) return [`${module.path}: no row of the import table covers this file`];
    return module.imports.flatMap(({ target, line, typeOnly, specifier }) => {
      if (target === undefined) return [];
      const place = `${module.path}:${line}`;
      if (!known.has(target)) return [`${place}: ${specifier} leads to no module`];
      if (!isProduct({ path: target })) return [`${place}: imports the test ${target}`];
      if (mayImport(row, module.path, target, typeOnly)) return [];
      return [`${place}: ${row.files} may not import ${target}${typeOnly ? " (types)" : ""}`];
    });
  });
}

function mayImport(row: Row, from: string, target: string, typeOnly: boolean): boolean {
  const id = match(row.files, from);
  const allowed = [row.files, ...row.may, ...(typeOnly ? (row.mayTypes ?? []) : [])];
  return allowed.some(
    (pattern) => match(pattern.replace("{id}", id || "{id}"), target) !== undefined,
  );
}

/** undefined: no fit. Otherwise what `{id}` stood for, or "" where the pattern has none. */
function match(pattern: string, path: string): string | undefined {
  const source = pattern
    .replace(/[.+?^$()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replace("{id}", "([^/]+)");
  const found = new RegExp(`^${source}$`).exec(path);
  return found === null ? undefined : (found[1] ?? "");
}

/** Import cycles, type-only imports included: one line per knot of modules that reach each other. */
export function cycleViolations(modules: readonly Module[]): string[] {
  const edges = new Map(
    modules.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]),
  );
  return knots(edges).map((knot) => `cycle: ${knot.join(" -> ")} -> ${knot[0]}`);
}

/** Import table that is itself no order: row A may import B and B may import A. */
export function tableViolations(rows: readonly Row[]): string[] {
  const edges = new Map(
    rows.map(({ files, may, mayTypes = [] }) => {
      const targets = [...may, ...mayTypes].flatMap((pattern) => rowsOf(pattern, rows));
      return [files, targets.filter((target) => target !== files)];
    }),
  );
  return knots(edges).map((knot) => `table cycle: ${knot.join(" -> ")} -> ${knot[0]}`);
}

/** Rows whose files a pattern of the table means: itself a row, or narrower than the row it falls in. */
function rowsOf(pattern: string, rows: readonly Row[]): string[] {
  const exact = rows.filter(({ files }) => files === pattern);
  if (exact.length > 0) return exact.map(({ files }) => files);
  const example = pattern.replaceAll("*", "any").replace("{id}", "any");
  const wider = rows.find(({ files }) => match(files, example) !== undefined);
  const inside = rows.filter(
    ({ files }) => match(pattern, files.replace("{id}", "any")) !== undefined,
  );
  return [...new Set([...(wider === undefined ? [] : [wider]), ...inside])].map(
    ({ files }) => files,
  );
}

/** Cycles of a graph, at most one through any node, each as a path without its repeated end. */
function knots(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) found.push(path.slice(start));
    if (start >= 0 || finished.has(node)) return;
    path.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    path.pop();
    finished.add(node);
  };
  for (const node of edges.keys()) visit(node);
  return found;
}

/** Packages that enter outside their place, and packages that have none. Tests may import any. */
export function packageViolations(modules: readonly Module[], places: PackagePlaces): string[] {
  return modules.filter(isProduct).flatMap((module) =>
    module.imports.flatMap(({ specifier, target, line }) => {
      const isBuiltin = specifier.startsWith("node:") || builtinModules.includes(specifier);
      if (target !== undefined || isBuiltin) return [];
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      const allowed = places[name];
      if (allowed?.some((pattern) => match(pattern, module.path) !== undefined)) return [];
      const rule = allowed === undefined ? "has no place" : `enters only in ${allowed.join(", ")}`;
      return [`${module.path}:${line}: ${name} ${rule}`];
    }),
  );
}

/** Named exports only, re-exports only in `indexes`, no file over its budget (tests are exempt). */
export function shapeViolations(modules: readonly Module[], indexes: readonly string[]): string[] {
  return modules.flatMap((module) => {
    const { path, lines } = module;
    const found = module.defaultExportLines.map((line) => `${path}:${line}: default export`);
    if (!indexes.includes(path)) {
      found.push(...module.reexportLines.map((line) => `${path}:${line}: re-export`));
    }
    if (isProduct(module) && lines > FILE_LINES_MAX) {
      found.push(`${path}: ${lines} lines, the limit is ${FILE_LINES_MAX}`);
    }
    return found;
  });
}

/** Functions beyond the budget: a place to look, not an error. */
export function longFunctionNotes(modules: readonly Module[]): string[] {
  return modules
    .filter(isProduct)
    .flatMap(({ path, longFunctions }) =>
      longFunctions.map(({ name, line, lines }) => `${path}:${line}: ${name} has ${lines} lines`),
    );
}

/** Pairs of twins: file in AssemblyScript, file in TypeScript, functions only the latter has. */
export interface Twins {
  readonly assembly: string;
  readonly twin: string;
  readonly extra: readonly string[];
}

/** Twins that are missing or differ in their exported functions or in the number of parameters. */
export function mirrorViolations(modules: readonly Module[], pairs: readonly Twins[]): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  return pairs.flatMap(({ assembly, twin, extra }) => {
    const original = byPath.get(assembly);
    const mirrored = byPath.get(twin);
    if (original === undefined) return [`${assembly} is missing`];
    if (mirrored === undefined) return [`${assembly}: its twin ${twin} is missing`];
    const expected = new Map(original.functions.map((f) => [f.name, f.parameters]));
    const got = new Map(mirrored.functions.map((f) => [f.name, f.parameters]));
    const differing = [...expected].flatMap(([name, parameters]) => {
      const others = got.get(name);
      if (others === undefined) return [`${twin}: ${name} of ${assembly} is missing`];
      if (others === parameters) return [];
      return [`${twin}: ${name} takes ${others} parameters, ${parameters} in ${assembly}`];
    });
    const surplus = [...got.keys()].filter((name) => !expected.has(name) && !extra.includes(name));
    return [...differing, ...surplus.map((name) => `${twin}: ${name} is not in ${assembly}`)];
  });
}

/** Tests and their tools are read for cycles and shape, but stand outside the layers. */
export function isProduct({ path }: Pick<Module, "path">): boolean {
  return !path.startsWith("test/") && !path.endsWith(".test.ts");
}
