/** The records of a file or of stdin, each checked against the schema of its kind. */
import { readFileSync } from "node:fs";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { Found } from "./report-kinds.js";

/** @throws InputError, one line, for what is no record */
export async function readRecords(file: string): Promise<Found[]> {
  const name = file === "-" ? "stdin" : file;
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const { code = "an error" } = error as NodeJS.ErrnoException;
    throw new InputError(`${name} cannot be read (${code})`);
  }
  if (isMeasured(text)) return readMeasured(name, text);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not JSON: ${(error as Error).message}`);
  }
  const schemas = await schemasByKind();
  const many = Array.isArray(content) ? (content as unknown[]) : [content];
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
  const { validateRecordSchema } = await import("../history/validate-record.js");
  return {
    run: { parse: recordSchema, as: "run" },
    bench: { parse: benchRecordSchema, as: "bench" },
    validate: { parse: validateRecordSchema, as: "validate" },
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
