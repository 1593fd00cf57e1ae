/** Which tool a result comes from is told by what stands in it, not by its name. */
import { InputError } from "../../errors.js";
import { JSON_CHARS_MAX, parseJson } from "../json-text.js";
import { RECORD_SCHEMA } from "../record.js";
import { checked, foreignRunSchema, type ForeignRun, type Found } from "./bench.js";
import { readCriterionFolder, readCriterionMessages, type CriterionFiles } from "./criterion.js";
import { readGoogle } from "./google.js";
import { readHyperfine } from "./hyperfine.js";
import { readPytest } from "./pytest.js";
import { readTinybench, readVitestOutput, readVitestReport } from "./tinybench.js";

/** Fields that only this tool's files have together, and one that the entries of the last field have. */
const READERS: readonly {
  readonly fields: readonly string[];
  readonly inner: string;
  read(name: string, value: unknown): Found;
}[] = [
  { fields: ["machine_info", "benchmarks"], inner: "stats", read: readPytest },
  { fields: ["context", "benchmarks"], inner: "name", read: readGoogle },
  { fields: ["results"], inner: "command", read: readHyperfine },
  { fields: ["files"], inner: "groups", read: readVitestOutput },
  { fields: ["testResults"], inner: "assertionResults", read: readVitestReport },
];

export const FOREIGN_TOOLS =
  "Google Benchmark, Criterion.rs, hyperfine, pytest-benchmark, tinybench or vitest";

/** @param name names the file in messages @throws InputError, one line */
export function readForeign(name: string, text: string): ForeignRun {
  const lines = text.trim().split("\n", 2);
  if (lines[0]!.startsWith('{"reason"') || /^\{\s*"reason"/.test(text)) {
    return checkedRun(name, readCriterionMessages(name, messagesOf(name, text)));
  }
  if (lines[0]!.includes('"kind":"measure"')) {
    throw new InputError(`${name} is a measured record, which holds both sides: hearsay explain`);
  }
  const value = parseJson(name, text);
  const isObject = typeof value === "object" && value !== null;
  if (isObject && (value as { kind?: unknown }).kind === "import") {
    return checked(name, foreignRunSchema, value);
  }
  if (Array.isArray(value)) return checkedRun(name, readTinybench(name, value));
  const reader = READERS.find(({ fields, inner }) => {
    if (!isObject || !fields.every((field) => Object.hasOwn(value, field))) return false;
    const entries = (value as Record<string, unknown>)[fields.at(-1)!];
    const first: unknown = Array.isArray(entries) ? entries[0] : null;
    return typeof first === "object" && first !== null && Object.hasOwn(first, inner);
  });
  if (reader === undefined) throw new InputError(`${name} is no result of ${FOREIGN_TOOLS}`);
  return checkedRun(name, reader.read(name, value));
}

export function readForeignFolder(name: string, files: readonly CriterionFiles[]): ForeignRun {
  return checkedRun(name, readCriterionFolder(files));
}

function messagesOf(name: string, text: string): unknown[] {
  if (text.length > JSON_CHARS_MAX) throw new InputError(`${name} is too long to be read`);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => parseJson(`${name} line ${index + 1}`, line));
}

function checkedRun(name: string, { tool, createdAt, machine, benches }: Found): ForeignRun {
  if (benches.length === 0) throw new InputError(`${name} of ${tool} has no benchmark in it`);
  const seen = new Set<string>();
  for (const { id } of benches) {
    if (seen.has(id)) throw new InputError(`${name} of ${tool} names ${JSON.stringify(id)} twice`);
    seen.add(id);
  }
  return checked(name, foreignRunSchema, {
    ...{ schema: RECORD_SCHEMA, kind: "import", source: name, tool },
    ...{ createdAt: createdAt ?? null, machine: machine ?? null, quality: "low: order lost" },
    benches,
  });
}
