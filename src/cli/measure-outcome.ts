/** How a measured record ends a command: accepted slowdowns, the exit code, and what is said of both. */
import { existsSync, readFileSync } from "node:fs";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import {
  ACCEPT_FILE,
  applyAccept,
  parseAccept,
  type Accepted,
  type AcceptEntry,
} from "../history/accept.js";
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { isAncestor } from "../measure/checkout.js";
import { printable } from "../report/escape.js";
import { EXIT } from "./exit.js";

export interface OutcomeFlags {
  readonly strict?: true;
  readonly requireAll?: true;
}

/**
 * Read before anything is measured: an expired entry must not cost a run.
 * @param file of --accept; without it the usual name is read where it is there
 * @throws InputError
 */
export function loadAccept(file: string | undefined): readonly AcceptEntry[] {
  const named = file ?? ACCEPT_FILE;
  if (!existsSync(named)) {
    if (file === undefined) return [];
    throw new InputError(`--accept: there is no file ${shown(file)}`);
  }
  const today = new Date().toISOString().slice(0, 10);
  return parseAccept(shown(named), readFileSync(named, "utf8"), today);
}

export function acceptedOf(
  entries: readonly AcceptEntry[],
  { header, rows }: MeasureRecord,
): Promise<readonly Accepted[]> {
  const { head } = header.commits;
  const commit = head !== null && /^[0-9a-f]{40,64}$/.test(head) ? head : null;
  return applyAccept(entries, rows, commit, (earlier, later) =>
    isAncestor(process.cwd(), earlier, later),
  );
}

/** A line for each entry, for the summary. */
export function acceptLines(accepted: readonly Accepted[]): string[] {
  return accepted.map(({ entry, outcome }) => {
    const { benchmark, limit, reason, owner, expires } = entry;
    const told =
      outcome === "accepted"
        ? `accepted up to +${limit} %: ${reason} (${owner}, until ${expires})`
        : outcome === "over its limit"
          ? `slower than the +${limit} % that ${owner} accepts: fails`
          : `entry of ${owner} not used: ${outcome}`;
    return printable(`  ${benchmark}: ${told}`);
  });
}

/** The worst of what happened decides: a fault of the harness never looks like no regression. */
export function outcomeOf(
  { header, rows }: MeasureRecord,
  accepted: readonly Accepted[],
  flags: OutcomeFlags,
): number {
  const judged = rows.filter(({ scope }) => scope !== "canary");
  const has = (test: (row: MeasureRow) => boolean): boolean => rows.some(test);
  if (has(({ status }) => status === "incorrect" || status === "failed")) return EXIT.wrong;
  if (header.status === "partial") return EXIT.interrupted;
  // Fewer rows than were planned, or none: the harness failed, whatever the others say.
  if (rows.length !== header.rows || judged.length === 0) return EXIT.wrong;
  const excused = new Set(
    accepted.filter(({ outcome }) => outcome === "accepted").map(({ row }) => row),
  );
  if (has((row) => row.verdict.state === "regressed" && !excused.has(row))) return EXIT.failed;
  if (flags.requireAll === true && has(({ status }) => status === "missing-head")) {
    return EXIT.missing;
  }
  // Nothing that both sides have was timed, or what was timed does nothing.
  const timed = judged.filter(({ status }) => status === "measured");
  const isNew = judged.every(({ status }) => status === "missing-base");
  if (timed.length === 0 && !isNew) return EXIT.wrong;
  const isOpen = judged.some(
    ({ status, verdict }) => verdict.state === "inconclusive" && status !== "missing-base",
  );
  const isStable = header.canaries.every(({ stable }) => stable);
  return flags.strict === true && (isOpen || !isStable) ? EXIT.undecided : EXIT.fine;
}
