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

/** Fields that only this tool's files have together. */
const READERS: readonly (readonly [
  fields: readonly string[],
  read: (name: string, value: unknown) => Found,
])[] = [
  [["machine_info", "benchmarks"], readPytest],
  [["context", "benchmarks"], readGoogle],
  [["results"], readHyperfine],
  [["files"], readVitestOutput],
  [["testResults"], readVitestReport],
];

export const FOREIGN_TOOLS =
  "Google Benchmark, Criterion.rs, hyperfine, pytest-benchmark, tinybench or vitest";

/** @param name names the file in messages @throws InputError, one line */
export function readForeign(name: string, text: string): ForeignRun {
  const lines = text.trim().split("\n", 2);
  if (lines[0]!.startsWith('{"reason"') || /^\{\s*"reason"/.test(text)) {
    return checkedRun(name, readCriterionMessages(name, messagesOf(name, text)));
  }
  const value = parseJson(name, text);
  const isObject = typeof value === "object" && value !== null;
  if (isObject && (value as { kind?: unknown }).kind === "import") {
    return checked(name, foreignRunSchema, value);
  }
  if (Array.isArray(value)) return checkedRun(name, readTinybench(name, value));
  const reader = READERS.find(
    ([fields]) => isObject && fields.every((field) => Object.hasOwn(value, field)),
  );
  if (reader === undefined) throw new InputError(`${name} is no result of ${FOREIGN_TOOLS}`);
  return checkedRun(name, reader[1](name, value));
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
