/**
 * The accept file: slowdowns that somebody answers for, up to a limit, for some commits, until a day. It names
 * what is known and wanted; an entry whose day has passed is refused, so that none outlives its reason.
 */
import { parse } from "yaml";
import { z } from "zod";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { MeasureRow } from "./measure-record.js";

/** Read without being named, where it stands in the folder of the run. */
export const ACCEPT_FILE = "hearsay.accept.yaml";

const ENTRIES_MAX = 1000;
const CHARS_MAX = 1_000_000;
const word = z.string().trim().min(1).max(500);

const entrySchema = z.strictObject({
  /** Id of the row, whole. */
  benchmark: word,
  /** Heads it is for: `from` and what came after it, up to `to` where there is one. */
  commits: z.strictObject({ from: word, to: word.optional() }),
  /** Largest slowdown that is accepted, in %. */
  limit: z.number().positive().max(10_000),
  reason: word,
  owner: word,
  /** Last day on which it counts, as YYYY-MM-DD in UTC. */
  expires: z.iso.date(),
});

const fileSchema = z.strictObject({ accept: z.array(entrySchema).max(ENTRIES_MAX) });

export type AcceptEntry = z.infer<typeof entrySchema>;

/**
 * @param name names the file in messages
 * @param today YYYY-MM-DD
 * @throws InputError, one line, for what is no accept file, and for an entry that has expired
 */
export function parseAccept(name: string, text: string, today: string): readonly AcceptEntry[] {
  if (text.length > CHARS_MAX)
    throw new InputError(`${name} has more than ${CHARS_MAX} characters`);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0, prettyErrors: false });
  } catch (error) {
    throw new InputError(`${name} is no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  const found = fileSchema.safeParse(value);
  if (!found.success) {
    const { path, message } = found.error.issues[0]!;
    const field = path.length === 0 ? "the file" : path.map(String).join(".");
    throw new InputError(`${name}: ${field}: ${message}`);
  }
  for (const { benchmark, expires, owner } of found.data.accept) {
    if (expires < today) {
      throw new InputError(
        `${name}: the entry of ${shown(benchmark)} expired on ${expires}: ` +
          `${shown(owner)} has to renew it or take it out`,
      );
    }
  }
  return found.data.accept;
}

export interface Accepted {
  readonly entry: AcceptEntry;
  /** What became of it: "accepted", or why it does not count. */
  readonly outcome: "accepted" | "not slower" | "no such row" | "other commits" | "over its limit";
  /** The row it names; null where there is none. */
  readonly row: MeasureRow | null;
}

/**
 * @param head commit of the head; null where it is a folder or an arm: then no entry counts
 * @param isAncestor whether one commit is, or comes before, another
 */
export async function applyAccept(
  entries: readonly AcceptEntry[],
  rows: readonly MeasureRow[],
  head: string | null,
  isAncestor: (earlier: string, later: string) => Promise<boolean>,
): Promise<Accepted[]> {
  const inRange = async ({ commits: { from, to } }: AcceptEntry): Promise<boolean> =>
    head !== null &&
    (await isAncestor(from, head)) &&
    (to === undefined || (await isAncestor(head, to)));
  return Promise.all(
    entries.map(async (entry): Promise<Accepted> => {
      const named = rows.filter(({ id }) => id === entry.benchmark);
      const row = named.find(({ verdict }) => verdict.state === "regressed") ?? named[0] ?? null;
      if (row === null) return { entry, row, outcome: "no such row" };
      if (row.verdict.state !== "regressed") return { entry, row, outcome: "not slower" };
      if (!(await inRange(entry))) return { entry, row, outcome: "other commits" };
      const isWithin = 100 * Math.expm1(row.verdict.delta ?? Infinity) <= entry.limit;
      return { entry, row, outcome: isWithin ? "accepted" : "over its limit" };
    }),
  );
}
