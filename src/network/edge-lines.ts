/**
 * The lines of an edge list, byte by byte: text comes in chunks that may end anywhere, edges go
 * into growing typed arrays. Knows the format and its errors; nothing of files or of graphs.
 */
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { formatCount } from "../units.js";

/** What the lines of a file hold, in their order. */
export interface EdgeLines {
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  /** One-way ms, where the lines have a third column. */
  readonly latencyMs: Float32Array | undefined;
}

/** Largest node id: 2^32 - 1 stands for "no node" elsewhere. */
export const NODE_ID_MAX = 2 ** 32 - 2;
/** Rows of so many edges, both ways, fill the 4 GiB that a WebAssembly memory may have. */
export const EDGE_LINES_MAX = 2 ** 29;
/** No line of an edge list is longer; a file without line ends is not one. */
const LINE_BYTES_MAX = 4096;
/** A minute: above it a delay is not one of a network, and the timing wheel would not fit. */
export const LATENCY_MS_MAX = 60_000;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;
const PERCENT = 37;
const COMMA = 44;
const ZERO = 48;
/** Where a column stopped without being a number. */
const BROKEN = -1;

/** Takes the text of one file with push(), gives its edges with finish(). */
export class EdgeLineParser {
  private readonly label: string;
  private sources = new Uint32Array(1024);
  private targets = new Uint32Array(1024);
  private latencies = new Float32Array(0);
  private edges = 0;
  private line = 0;
  /** Line of the first edge, which says how many columns all have; 0 before it. */
  private firstEdgeLine = 0;
  private headerLine = 0;
  private columns = 2;
  /** Start of a line whose end has not come yet. */
  private pending: Buffer = Buffer.alloc(0);
  /** Place in the line being read. */
  private at = 0;

  /** @param label the file's name in messages */
  constructor(label: string) {
    this.label = label;
  }

  /** @throws InputError for the first line that is no edge, comment, header or blank. */
  push(chunk: Buffer): void {
    const text = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    let start = 0;
    for (;;) {
      const end = text.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.readLine(text, start, end);
      start = end + 1;
    }
    this.pending = text.subarray(start);
    if (this.pending.length > LINE_BYTES_MAX) this.failTooLong(this.line + 1);
  }

  /** Reads a last line without a line end; throws InputError when the file held no edge. */
  finish(): EdgeLines {
    if (this.pending.length > 0) this.readLine(this.pending, 0, this.pending.length);
    if (this.edges === 0) throw new InputError(`${this.label} holds no edge, only comments`);
    return {
      sources: this.sources.slice(0, this.edges),
      targets: this.targets.slice(0, this.edges),
      latencyMs: this.columns === 3 ? this.latencies.slice(0, this.edges) : undefined,
    };
  }

  private readLine(text: Buffer, from: number, to: number): void {
    this.line++;
    if (to - from > LINE_BYTES_MAX) this.failTooLong(this.line);
    let start = from;
    if (this.line === 1 && BYTE_ORDER_MARK.compare(text, from, from + 3) === 0) start += 3;
    let end = to;
    while (end > start && isBlank(text[end - 1]!)) end--;
    while (start < end && isBlank(text[start]!)) start++;
    if (start === end) return;
    const first = text[start]!;
    if (first === HASH || first === PERCENT) return;
    if (this.firstEdgeLine === 0) {
      if (this.headerLine === 0 && isLetter(first)) {
        this.readHeader(text, start, end);
        return;
      }
      this.firstEdgeLine = this.line;
      this.columns = columnsOf(text, start, end);
    }
    this.readEdge(text, start, end);
  }

  private readEdge(text: Buffer, start: number, end: number): void {
    this.at = start;
    const source = this.readId(text, end);
    if (source === BROKEN || !this.skipSeparator(text, end)) this.failLine(text, start, end);
    const target = this.readId(text, end);
    if (target === BROKEN) this.failLine(text, start, end);
    let latency = 0;
    if (this.columns === 3) {
      if (!this.skipSeparator(text, end)) this.failLine(text, start, end);
      latency = this.readLatency(text, start, end);
    } else if (this.at !== end) {
      this.failLine(text, start, end);
    }
    const largest = Math.max(source, target);
    if (largest > NODE_ID_MAX) this.failIds(String(largest));
    this.append(source, target, latency);
  }

  /** Digits from `at` on; BROKEN when there is none. Larger ids than NODE_ID_MAX stay larger. */
  private readId(text: Buffer, end: number): number {
    const start = this.at;
    let id = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = text[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      id = id * 10 + digit;
    }
    this.at = at;
    return at === start ? BROKEN : id;
  }

  /** Blanks with at most one comma among them; false when there is neither. */
  private skipSeparator(text: Buffer, end: number): boolean {
    const start = this.at;
    let commas = 0;
    for (; this.at < end; this.at++) {
      const byte = text[this.at]!;
      if (byte === COMMA) commas++;
      else if (!isBlank(byte)) break;
    }
    return this.at > start && commas <= 1;
  }

  private readLatency(text: Buffer, start: number, end: number): number {
    const column = text.toString("latin1", this.at, end);
    const latency = DECIMAL.test(column) ? Number(column) : NaN;
    if (!(latency >= 0 && latency <= LATENCY_MS_MAX)) {
      if (column === "" || /[\s,]/.test(column)) this.failLine(text, start, end);
      throw new InputError(
        `${this.label}:${this.line}: latency must be a number from 0 to ${LATENCY_MS_MAX} ms, ` +
          `got ${shown(column)}`,
      );
    }
    return latency;
  }

  private append(source: number, target: number, latency: number): void {
    const { edges } = this;
    if (edges === EDGE_LINES_MAX) {
      const limit = formatCount(EDGE_LINES_MAX);
      throw new InputError(`${this.label}:${this.line}: more than ${limit} edges do not fit`);
    }
    if (edges === this.sources.length) {
      this.sources = grown(this.sources, new Uint32Array(edges * 2));
      this.targets = grown(this.targets, new Uint32Array(edges * 2));
    }
    this.sources[edges] = source;
    this.targets[edges] = target;
    if (this.columns === 3) {
      if (this.latencies.length < this.sources.length) {
        this.latencies = grown(this.latencies, new Float32Array(this.sources.length));
      }
      this.latencies[edges] = latency;
    }
    this.edges++;
  }

  /** Accepts a first line of two or three names; a third column must be named as a delay. */
  private readHeader(text: Buffer, start: number, end: number): void {
    this.headerLine = this.line;
    const names = text.toString("latin1", start, end).split(/[\s,]+/);
    if (names.length < 2 || names.length > 3 || names.some((name) => /^[-\d]/.test(name))) {
      this.failLine(text, start, end);
    }
    const third = names[2];
    if (third !== undefined && !/latency|delay|ms$/i.test(third)) {
      throw new InputError(
        `${this.label}:${this.line}: the third column must be a one-way latency in ms, ` +
          `got ${shown(third)}`,
      );
    }
  }

  private failLine(text: Buffer, start: number, end: number): never {
    const line = text.toString("utf8", start, Math.min(end, start + LINE_SHOWN_BYTES));
    const three = this.columns === 3;
    const likeFirst = this.firstEdgeLine === this.line ? "" : ` as in line ${this.firstEdgeLine}`;
    const expected = three ? `"from to latency"${likeFirst}` : '"from to"';
    if (/(^|[\s,])-\d/.test(line)) this.failIds(shown(line));
    throw new InputError(`${this.label}:${this.line}: expected ${expected}, got ${shown(line)}`);
  }

  private failIds(got: string): never {
    throw new InputError(
      `${this.label}:${this.line}: node ids must be whole numbers from 0 to ${NODE_ID_MAX}, got ${got}`,
    );
  }

  private failTooLong(line: number): never {
    throw new InputError(
      `${this.label}:${line}: a line is longer than ${LINE_BYTES_MAX} bytes; not an edge list`,
    );
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LINE_SHOWN_BYTES = 200;
const DECIMAL = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}

function isLetter(byte: number): boolean {
  return (byte | 32) >= 97 && (byte | 32) <= 122;
}

/** 3 when a line has a third column, 2 otherwise. */
function columnsOf(text: Buffer, start: number, end: number): number {
  const columns = text.toString("latin1", start, end).split(/[\s,]+/).length;
  return columns > 2 ? 3 : 2;
}

/** `larger` with `list` at its start. */
function grown<T extends Uint32Array | Float32Array>(list: T, larger: T): T {
  larger.set(list);
  return larger;
}
