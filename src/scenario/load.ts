/**
 * Reads a scenario or a suite from YAML, JSON, TypeScript or JavaScript. Every failure is one line
 * with the file, the line where the format gives one, the field, what is allowed and what was got.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../errors.js";
import type { SettingsLayer } from "./resolve.js";
import type { FieldPath, ScenarioSettings } from "./schema.js";

/** A scenario file, checked against the schema but not yet resolved. */
export interface LoadedSuite {
  readonly name: string;
  readonly title: string;
  readonly scenarios: readonly SettingsLayer[];
}

/** Content of a file, and where in it a field stands ("" where the format does not tell). */
interface Content {
  readonly value: unknown;
  readonly lineOf: (path: FieldPath) => string;
}

export const SCENARIO_EXTENSIONS = [
  ".yaml",
  ".yml",
  ".json",
  ".ts",
  ".mts",
  ".js",
  ".mjs",
] as const;

/** Largest scenario file that is read, 16 MiB: more is some other file, given by mistake. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * @param file path as the user typed it; it is how messages name the file
 * @throws InputError when it cannot be read, parsed, or says something the schema does not allow
 */
export async function loadSuite(file: string): Promise<LoadedSuite> {
  const { value, lineOf } = await readContent(file);
  const { parseSettings, pathText } = await import("./schema.js");
  const where = (path: FieldPath): string => {
    const text = pathText(path);
    return `${file}${lineOf(path)}: ${text === "" ? "the file" : text}`;
  };
  const suite = parseSettings(value, where);
  const isSuite = typeof value === "object" && value !== null && "scenarios" in value;
  const scenarios = suite.scenarios.map((settings, index) => ({
    settings: withFileFrom(dirname(file), settings),
    label: (field: string) =>
      where([...(isSuite ? ["scenarios", index] : []), ...fieldPath(field)]),
  }));
  checkNamesDiffer(scenarios);
  const name = suite.name ?? (isSuite ? stem(file) : suite.scenarios[0]!.name);
  return { name, title: suite.title ?? suite.scenarios[0]!.title ?? name, scenarios };
}

/** "outages[0].from" -> [ "outages", 0, "from" ]. */
function fieldPath(field: string): FieldPath {
  const parts = field.split(/[.[\]]+/).filter((part) => part !== "");
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

async function readContent(file: string): Promise<Content> {
  const extension = extname(file).toLowerCase();
  if (/^\.m?[tj]s$/.test(extension)) return readModule(file);
  const text = readText(file);
  if (extension === ".json") return { value: parseJson(file, text), lineOf: () => "" };
  if (extension === ".yaml" || extension === ".yml") return parseYaml(file, text);
  throw new InputError(
    `${file} must be a scenario file ending in ${SCENARIO_EXTENSIONS.join(", ")}`,
  );
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${reason(error)}`);
  }
  if (bytes.length > FILE_BYTES_MAX) {
    throw new InputError(
      `${file} must have at most ${FILE_BYTES_MAX} bytes to be a scenario, got ${bytes.length}`,
    );
  }
  return bytes.toString("utf8");
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not valid JSON: ${firstLine(error)}`);
  }
}

async function parseYaml(file: string, text: string): Promise<Content> {
  const { LineCounter, parseDocument, isNode } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new InputError(`${file}:${line}:${col}: ${firstLine(broken)}`);
  }
  const lineOf = (path: FieldPath): string => {
    // A missing field has no place of its own: the mapping that lacks it is the place.
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `:${lines.linePos(node.range[0]).line}`;
    }
    return "";
  };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), lineOf };
  } catch (error) {
    throw new InputError(`${file} is not valid YAML: ${firstLine(error)}`);
  }
}

async function readModule(file: string): Promise<Content> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
      throw new InputError(
        `${file} uses TypeScript that Node cannot strip (enum, namespace, parameter properties): ` +
          "use plain types only",
      );
    }
    throw new InputError(`${file} cannot be loaded: ${firstLine(error)}`);
  }
  if (module.default === undefined) {
    throw new InputError(`${file} must have a default export: a scenario or { scenarios: [...] }`);
  }
  return { value: module.default, lineOf: () => "" };
}

/** An edge list or a trace named in a scenario file stands beside that file, not in the working directory. */
function withFileFrom(folder: string, settings: ScenarioSettings): ScenarioSettings {
  const { network, environment } = settings;
  const beside = (file: string): string => relative(process.cwd(), resolve(folder, file));
  const churn = environment?.churn;
  return {
    ...settings,
    ...(network?.file === undefined ? {} : { network: { ...network, file: beside(network.file) } }),
    ...(churn?.file === undefined
      ? {}
      : { environment: { ...environment, churn: { ...churn, file: beside(churn.file) } } }),
  };
}

function checkNamesDiffer(scenarios: readonly SettingsLayer[]): void {
  const seen = new Set<string>();
  for (const { settings, label } of scenarios) {
    const name = settings.name ?? "";
    if (seen.has(name)) {
      throw new InputError(`${label("name")} must differ from scenario to scenario, got "${name}"`);
    }
    seen.add(name);
  }
}

/** "bench/scenarios/demo.yaml" -> "demo". */
function stem(file: string): string {
  return basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  return firstLine(error);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0]!.trim();
}
