/**
 * Edge lists in text files, plain or gzip: who may talk to whom in a real overlay. A line is
 * `from to` or `from to latency` (one-way ms), parted by tabs, spaces or commas; lines that begin
 * with # or % are comments; a first line of names is a header. Read as bytes, in chunks.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { InputError } from "../errors.js";
import { buildCsr, firstDeadEnd, largestComponent, type Edges } from "./csr.js";
import { EdgeLineParser } from "./edge-lines.js";
import type { Csr } from "./network.js";

export interface EdgeList {
  readonly csr: Csr;
  /** Distinct ids in the file. */
  readonly nodes: number;
  /** Distinct edges without self-loops; undirected ones count once. */
  readonly edges: number;
  /** Lines that hold an edge, with self-loops and repeats. */
  readonly lines: number;
  /** true: the file gives one-way delays, and csr.latencyMs is there. */
  readonly hasLatency: boolean;
  /** Nodes of the largest component, directions ignored: a rumor cannot cross to another. */
  readonly largestComponent: number;
  /** u32[nodes], ascending: the file's id of each node. */
  readonly ids: Uint32Array;
}

const READ_BYTES = 1 << 20;

/**
 * Reads an edge list; nodes are its ids in ascending order, without the gaps. Edges go both ways
 * unless `directed`, in which case every node must have one to send along.
 * @param file path as the user gave it; messages repeat it
 * @throws InputError "FILE:LINE: expected …, got …", or one line on what ails the file as a whole
 */
export async function readEdgeList(
  file: string,
  options: { readonly directed?: boolean } = {},
): Promise<EdgeList> {
  const label = printable(file);
  const parser = new EdgeLineParser(label);
  await feed(file, label, parser);
  const { sources, targets, latencyMs } = parser.finish();
  const { ids, ranks } = compacted(sources, targets);
  if (ids.length < 2) throw new InputError(`${label}: a network needs at least 2 nodes, got 1`);
  const symmetric = options.directed !== true;
  const edges: Edges = {
    nodes: ids.length,
    sources: sources.map(ranks),
    targets: targets.map(ranks),
    latencyMs,
  };
  const csr = buildCsr(edges, { symmetric });
  const deadEnd = firstDeadEnd(csr);
  if (deadEnd !== undefined) throw new InputError(deadEndMessage(label, ids[deadEnd]!, symmetric));
  return {
    csr,
    nodes: ids.length,
    edges: symmetric ? csr.targets.length / 2 : csr.targets.length,
    lines: sources.length,
    hasLatency: latencyMs !== undefined,
    largestComponent: largestComponent(csr),
    ids,
  };
}

function deadEndMessage(label: string, id: number, symmetric: boolean): string {
  if (symmetric) return `${label}: node ${id} has no edge but to itself; give it one or remove it`;
  return (
    `${label}: node ${id} has no outgoing edge, so it could never gossip; ` +
    "give it one, remove it, or set network.directed to false"
  );
}

/** Streams the file's text into the parser, unpacked when it is gzip by name or by content. */
async function feed(file: string, label: string, parser: EdgeLineParser): Promise<void> {
  const size = await sizeOf(file, label);
  if (size === 0) throw new InputError(`${label} is empty, expected an edge list`);
  let bytes = 0;
  async function consume(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      parser.push(chunk);
    }
  }
  try {
    const input = createReadStream(file, { highWaterMark: READ_BYTES });
    if (file.endsWith(".gz") || (await startsAsGzip(file))) {
      await pipeline(input, createGunzip({ chunkSize: READ_BYTES }), consume);
    } else {
      await pipeline(input, consume);
    }
  } catch (error) {
    throw readFailure(error, label);
  }
  if (bytes === 0) throw new InputError(`${label} is empty inside, expected an edge list`);
}

async function sizeOf(file: string, label: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new InputError(`${label} is a folder, expected an edge list`);
    if (!found.isFile()) throw new InputError(`${label} is not a file, expected an edge list`);
    return found.size;
  } catch (error) {
    throw readFailure(error, label);
  }
}

async function startsAsGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b; // RFC 1952, section 2.3.1
  } finally {
    await handle.close();
  }
}

/** What the system or zlib says of a file, as one line; anything else is passed on. */
function readFailure(error: unknown, label: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new InputError(`${label}: no such file`);
    case "EACCES":
    case "EPERM":
      return new InputError(`${label}: no permission to read it`);
    case "Z_BUF_ERROR":
      return new InputError(`${label} ends early: the gzip is truncated, fetch or pack it again`);
    case "Z_DATA_ERROR":
      return new InputError(`${label} is not a sound gzip: ${(error as Error).message}`);
    case undefined:
      return error;
    default:
      return new InputError(`${label} cannot be read: ${code}`);
  }
}

interface Compacted {
  readonly ids: Uint32Array;
  /** Node of a file id. */
  readonly ranks: (id: number) => number;
}

/** Ids may be this many times as many as ends before they are searched instead of looked up. */
const LOOK_UP_RATIO = 4;

/** Distinct ids in ascending order, and each one's place among them. */
function compacted(sources: Uint32Array, targets: Uint32Array): Compacted {
  const ends = sources.length + targets.length;
  let largest = 0;
  for (const list of [sources, targets]) {
    for (let edge = 0; edge < list.length; edge++) largest = Math.max(largest, list[edge]!);
  }
  return largest < LOOK_UP_RATIO * ends
    ? compactedByLookUp(sources, targets, largest)
    : compactedBySearch(sources, targets);
}

function compactedByLookUp(sources: Uint32Array, targets: Uint32Array, largest: number): Compacted {
  const ranks = new Uint32Array(largest + 1);
  for (const list of [sources, targets]) {
    for (let edge = 0; edge < list.length; edge++) ranks[list[edge]!] = 1;
  }
  let nodes = 0;
  for (let id = 0; id <= largest; id++) nodes += ranks[id]!;
  const ids = new Uint32Array(nodes);
  for (let id = 0, node = 0; id <= largest; id++) {
    if (ranks[id] === 0) continue;
    ids[node] = id;
    ranks[id] = node++;
  }
  return { ids, ranks: (id) => ranks[id]! };
}

function compactedBySearch(sources: Uint32Array, targets: Uint32Array): Compacted {
  const sorted = new Uint32Array(sources.length + targets.length);
  sorted.set(sources);
  sorted.set(targets, sources.length);
  sorted.sort();
  let nodes = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[nodes - 1]) sorted[nodes++] = sorted[index]!;
  }
  const ids = sorted.slice(0, nodes);
  return { ids, ranks: (id) => searched(ids, id) };
}

/** Index of `value` in an ascending list that holds it. */
function searched(list: Uint32Array, value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A path as it may stand in a one-line message. */
function printable(path: string): string {
  return path.replace(/\p{C}/gu, "?");
}
