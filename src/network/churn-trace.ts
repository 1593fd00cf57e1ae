/**
 * Recorded sessions of real hosts, from a CSV file (plain or gzip) with the header `node,up_s,down_s`:
 * seconds at which a host came up and went down; down_s -1 = still up at the end.
 */
import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { shown } from "../check.js";
import { InputError } from "../errors.js";

export interface ChurnTrace {
  readonly hosts: number;
  /** Changes of host h are times[offsets[h] .. offsets[h + 1]): up, down, up, … */
  readonly offsets: Uint32Array;
  readonly timesMs: Float64Array;
  readonly lengthMs: number;
}

const HEADER = "node,up_s,down_s";
const FILE_BYTES_MAX = 256 * 1024 * 1024;
const STILL_UP = -1;

interface Session {
  readonly host: number;
  readonly upS: number;
  readonly downS: number;
}

/**
 * @param file path as the user gave it; messages repeat it
 * @throws InputError "FILE:LINE: …"
 */
export function readChurnTrace(file: string): ChurnTrace {
  const lines = readText(file).split(/\r?\n/);
  if (lines[0]?.trim() !== HEADER) {
    throw new InputError(`${file}:1: the header must be ${HEADER}, got ${shown(lines[0] ?? "")}`);
  }
  const sessions: Session[] = [];
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === "") return;
    sessions.push(sessionOf(line, `${file}:${index + 1}`));
  });
  if (sessions.length === 0) throw new InputError(`${file} must hold at least one session, got 0`);
  return traceOf(sessions, file);
}

function readText(file: string): string {
  try {
    if (statSync(file).size > FILE_BYTES_MAX) throw new Error("it is larger than 256 MiB");
    const bytes = readFileSync(file);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = isGzip ? gunzipSync(bytes, { maxOutputLength: 4 * FILE_BYTES_MAX }) : bytes;
    return text.toString("utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "no such file" : (error as Error).message;
    throw new InputError(`${file} cannot be read: ${reason}`);
  }
}

function sessionOf(line: string, where: string): Session {
  const [host = NaN, upS = NaN, downS = NaN] = line.split(",").map(Number);
  const fits = Number.isInteger(host) && upS >= 0 && (downS > upS || downS === STILL_UP);
  if (fits) return { host, upS, downS };
  throw new InputError(
    `${where}: expected node,up_s,down_s with up_s < down_s, got ${shown(line)}`,
  );
}

/** Hosts in ascending order of their numbers; sessions that touch become one. */
function traceOf(sessions: readonly Session[], file: string): ChurnTrace {
  const sorted = sessions.toSorted((a, b) => a.host - b.host || a.upS - b.upS);
  const lastS = sorted.reduce((last, { upS, downS }) => Math.max(last, upS, downS), 0);
  // A host that is still up goes down a second after all that was recorded.
  const lengthS = lastS + 1;
  const offsets: number[] = [];
  const times: number[] = [];
  sorted.forEach(({ host, upS, downS }, index) => {
    const before = sorted[index - 1];
    const isNew = before?.host !== host;
    if (isNew) offsets.push(times.length);
    if (!isNew && upS < times.at(-1)!) {
      throw new InputError(
        `${file}: sessions of node ${host} must not overlap, got two at ${upS} s`,
      );
    }
    if (!isNew && upS === times.at(-1)!) times.pop();
    else times.push(upS);
    times.push(downS === STILL_UP ? lengthS : downS);
  });
  return {
    hosts: offsets.length,
    offsets: Uint32Array.from([...offsets, times.length]),
    timesMs: Float64Array.from(times, (seconds) => seconds * 1000),
    lengthMs: lengthS * 1000,
  };
}
