/**
 * Progress on stderr: a gauge with rate, time left and the curve of coverage on a terminal, plain
 * lines elsewhere, nothing when quiet. Time left assumes that trials take equally long.
 */
import { styleText } from "node:util";
import type { Scenario, TrialProgress } from "../run/types.js";
import { formatCount, formatDuration, trimmed } from "../units.js";
import { TERMINAL_COLUMNS } from "./table.js";

export interface Progress {
  /** A scenario of the suite begins. */
  begin(scenario: Scenario, index: number, count: number): void;
  update(progress: TrialProgress): void;
  /** The scenario is over, complete or not. */
  end(): void;
  /** A line for the person who watches. */
  note(line: string): void;
}

/** Where progress goes: process.stderr, or a stand-in in tests. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Plain lines come no more often than this: a log should stay readable. */
const PLAIN_INTERVAL_MS = 5000;
/** A gauge as wide as a wide screen is hard to read. */
const GAUGE_LINE_MAX = 120;
const SPARK_WIDTH = 16;
const GAUGE_WIDTH = 12;
const SPARKS = "▁▂▃▄▅▆▇█";

/** @param now clock in ms */
export function createProgress(
  stream: ProgressStream,
  quiet: boolean,
  now: () => number = () => performance.now(),
): Progress {
  if (quiet) {
    const silent = (): void => undefined;
    return { begin: silent, update: silent, end: silent, note: silent };
  }
  const isTerminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  return isTerminal ? terminalProgress(stream, now) : plainProgress(stream, now);
}

function terminalProgress(stream: ProgressStream, now: () => number): Progress {
  let pace: Pace | undefined;
  const clear = "\r\x1b[K";
  return {
    begin(scenario, index, count) {
      pace = createPace(scenario, headline(scenario, index, count), now());
    },
    update(progress) {
      if (pace === undefined) return;
      const first = pace.update(progress);
      if (first !== undefined) stream.write(`${clear}${first}\n`);
      const line = gaugeLine(pace.parts(progress, now()), lineWidth(stream));
      stream.write(`${clear}${colored(line, stream)}`);
    },
    end() {
      const last = pace?.ending(now());
      if (last !== undefined) stream.write(`${clear}${last}\n`);
    },
    note(line) {
      stream.write(`${clear}${line}\n`);
    },
  };
}

/** Some terminals say 0 columns. One stays free: a full line would wrap on others. */
function lineWidth({ columns = 0 }: ProgressStream): number {
  return Math.min(columns > 0 ? columns : TERMINAL_COLUMNS, GAUGE_LINE_MAX) - 1;
}

function plainProgress(stream: ProgressStream, now: () => number): Progress {
  let pace: Pace | undefined;
  let shownAt = 0;
  return {
    begin(scenario, index, count) {
      shownAt = now();
      pace = createPace(scenario, headline(scenario, index, count), shownAt);
    },
    update(progress) {
      if (pace === undefined) return;
      const first = pace.update(progress);
      if (first !== undefined) stream.write(`${first}\n`);
      if (now() - shownAt < PLAIN_INTERVAL_MS) return;
      shownAt = now();
      const { trial, trials, backend, rate, left } = pace.parts(progress, shownAt);
      const coverage = `${(progress.coverage * 100).toFixed(1)} %`;
      const round = `round ${trimmed(progress.round)}`;
      const done = [`${backend} trial ${trial}/${trials}`, round, coverage, rate, left];
      stream.write(`  ${done.filter((part) => part !== "").join(", ")}\n`);
    },
    end() {
      const last = pace?.ending(now());
      if (last !== undefined) stream.write(`${last}\n`);
    },
    note(line) {
      stream.write(`${line}\n`);
    },
  };
}

function headline(scenario: Scenario, index: number, count: number): string {
  const { name, nodes, trials, backends } = scenario;
  const place = count > 1 ? `${index + 1}/${count} ` : "";
  const size = `${formatCount(nodes)} nodes, ${trials} ${trials === 1 ? "trial" : "trials"}`;
  return `${place}${name}: ${size} on ${backends.join(" and ")}`;
}

interface GaugeParts {
  readonly backend: string;
  readonly trial: number;
  readonly trials: number;
  readonly coverage: number;
  /** Share of the scenario that is done, 0..1. */
  readonly done: number;
  readonly spark: string;
  readonly rate: string;
  readonly left: string;
}

interface Pace {
  /** Returns the headline the first time: a run that is refused at once prints none. */
  update(progress: TrialProgress): string | undefined;
  parts(progress: TrialProgress, at: number): GaugeParts;
  /** The last line, if there was a first one. */
  ending(at: number): string | undefined;
}

/**
 * Keeps count of work done: rounds times nodes for the rate, trials for the time left. A warm-up
 * looks like the first trial of its backend and is not counted twice.
 */
function createPace(scenario: Scenario, title: string, startedAt: number): Pace {
  const { nodes, trials, backends, observe } = scenario;
  const total = backends.length * trials + Number(observe);
  const begun = new Set<string>();
  let current = "";
  let roundsBefore = 0;
  let round = 0;
  const curve: number[] = [];
  return {
    update(progress) {
      const isFirst = begun.size === 0;
      const key = `${progress.backend} ${progress.trial}`;
      if (key !== current || progress.round < round) roundsBefore += round;
      current = key;
      begun.add(key);
      round = progress.round;
      curve.push(progress.coverage);
      if (curve.length > SPARK_WIDTH) curve.shift();
      return isFirst ? title : undefined;
    },
    parts({ backend, coverage }, at) {
      const elapsedMs = at - startedAt;
      const done = Math.min(1, (begun.size - 1 + coverage) / total);
      const perSecond = ((roundsBefore + round) * nodes) / (elapsedMs / 1000);
      const leftMs = (elapsedMs * (1 - done)) / done;
      return {
        ...{ backend, trial: begun.size, trials: total, coverage, done },
        spark: sparkline(curve),
        rate: perSecond > 0 && elapsedMs > 0 ? `${shortRate(perSecond)} node-rounds/s` : "",
        left: done > 0.02 && leftMs > 500 ? `${formatDuration(leftMs)} left` : "",
      };
    },
    ending(at) {
      return begun.size === 0 ? undefined : `  ended after ${formatDuration(at - startedAt)}`;
    },
  };
}

/** Parts in the order of their weight; the last are left out when the line is too long. */
function gaugeLine(parts: GaugeParts, width: number): string {
  const { backend, trial, trials, coverage, done, spark, rate, left } = parts;
  const filled = Math.round(done * GAUGE_WIDTH);
  const gauge = `[${"■".repeat(filled)}${"·".repeat(GAUGE_WIDTH - filled)}]`;
  const percent = `${(coverage * 100).toFixed(1).padStart(5)} %`;
  const pieces = [`  ${backend.padEnd(4)} ${trial}/${trials}`, gauge, spark, percent, left, rate];
  let line = "";
  for (const piece of pieces.filter((text) => text !== "")) {
    const longer = line === "" ? piece : `${line} ${piece}`;
    if ([...longer].length > width) break;
    line = longer;
  }
  return line;
}

function colored(line: string, stream: ProgressStream): string {
  return line.replace(/[▁▂▃▄▅▆▇█]+/g, (bars) => styleText("cyan", bars, { stream }));
}

/** Coverage 0..1 as bars, the last SPARK_WIDTH points. */
export function sparkline(values: readonly number[], width: number = SPARK_WIDTH): string {
  return values
    .slice(-width)
    .map((value) => SPARKS[Math.min(SPARKS.length - 1, Math.floor(value * SPARKS.length))]!)
    .join("")
    .padEnd(width, " ");
}

/** 312_400_000 -> "312 M". */
function shortRate(perSecond: number): string {
  if (perSecond >= 1e9) return `${trimmed(perSecond / 1e9)} G`;
  if (perSecond >= 1e6) return `${trimmed(perSecond / 1e6)} M`;
  return perSecond >= 1e3 ? `${trimmed(perSecond / 1e3)} k` : trimmed(perSecond);
}
