/** The records of a file or of stdin, each checked against the schema of its kind. */
import { readFileSync, statSync } from "node:fs";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { parseJson } from "../history/json-text.js";
import { readRecordText } from "./measure-files.js";
import type { Found } from "./report-kinds.js";

/** @throws InputError, one line, for what is no record */
export async function readRecords(file: string): Promise<Found[]> {
  const name = file === "-" ? "stdin" : file;
  const { loadForeign } = await import("./foreign-files.js");
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() === true) {
    return [{ kind: "import", record: loadForeign(file) }];
  }
  const text = file === "-" ? readFileSync(0, "utf8") : readRecordText(file);
  if (isMeasured(text)) return readMeasured(name, text);
  const { readForeign } = await import("../history/foreign/read.js");
  const content = parseJson(name, text);
  const schemas = await schemasByKind();
  const many = Array.isArray(content) ? (content as unknown[]) : [content];
  // Records of ours say what they are; anything else may be another tool's.
  const isOurs = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("schema" in value || "scenario" in value);
  if (many.length > 0 && !many.some(isOurs)) {
    return [{ kind: "import", record: readForeign(name, text) }];
  }
  return many.map((value) => {
    const kind = (value as { kind?: unknown } | null)?.kind;
    const isKnown = typeof kind === "string" && Object.hasOwn(schemas, kind);
    const { parse, as } = schemas[isKnown ? (kind as keyof typeof schemas) : "run"];
    const result = parse.safeParse(value);
    if (result.success) return { kind: as, record: result.data } as Found;
    const { path, message } = result.error.issues[0]!;
    const field = path.length === 0 ? "the file" : path.map(String).join(".");
    throw new InputError(`${name}: ${field} is not as a record of hearsay has it: ${message}`);
  });
}

async function schemasByKind() {
  const { recordSchema } = await import("../history/record.js");
  const { benchRecordSchema } = await import("../history/bench-record.js");
  const { foreignRunSchema } = await import("../history/foreign/bench.js");
  const { viewsRecordSchema } = await import("../history/views-record.js");
  const { validateRecordSchema } = await import("../history/validate-record.js");
  return {
    run: { parse: recordSchema, as: "run" },
    bench: { parse: benchRecordSchema, as: "bench" },
    validate: { parse: validateRecordSchema, as: "validate" },
    views: { parse: viewsRecordSchema, as: "views" },
    import: { parse: foreignRunSchema, as: "import" },
    fidelity: { parse: validateRecordSchema, as: "validate" },
  } as const;
}

/** JSON Lines whose first line says that a measurement follows. */
function isMeasured(text: string): boolean {
  try {
    return headerKind(text.slice(0, Math.max(0, text.indexOf("\n")))) === "measure";
  } catch {
    return false;
  }
}

function headerKind(line: string): unknown {
  return (JSON.parse(line) as { kind?: unknown } | null)?.kind;
}

/** One record, or several, one after another. */
async function readMeasured(name: string, text: string): Promise<Found[]> {
  const { parseMeasureRecord } = await import("../history/measure-record.js");
  const starts: string[][] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    if (starts.length === 0 || line.includes('"kind":"measure"')) starts.push([line]);
    else starts.at(-1)!.push(line);
  }
  return starts.map((lines, index) => ({
    kind: "measure",
    record: parseMeasureRecord(
      starts.length === 1 ? shown(name) : `${shown(name)}, record ${index + 1}`,
      lines.join("\n"),
    ),
  }));
}
