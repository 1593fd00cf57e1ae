/**
 * Shards of one run and the run: parts are put together when they are all there and of the same run, and one
 * record is cut into parts. Verdicts are not touched here; a family is judged when it is whole.
 */
import { createHash } from "node:crypto";
import { InputError } from "../errors.js";
import {
  rowKey,
  type MeasureHeader,
  type MeasureRecord,
  type MeasureRow,
} from "./measure-record.js";

export interface Part {
  /** Names the file in messages. */
  readonly name: string;
  readonly record: MeasureRecord;
}

/**
 * Rows in the order of the whole run. Canaries that differ keep the number of their shard in the name, and
 * `header.parts` says which rows they stand for.
 * @throws InputError, one line, where a part is missing, doubled, partial or of another run
 */
export function mergeParts(parts: readonly Part[]): MeasureRecord {
  const ordered = checkedParts(parts);
  const first = ordered[0]!.record.header;
  const plan = first.plan ?? [];
  const shards = ordered.map((part) => withOwnCanaries(part, ordered[0]!));
  const rows = inOrder(plan, shards);
  const { plan: _, ...rest } = first;
  const header: MeasureHeader = {
    ...rest,
    id: commonOr(ordered, ({ id }) => id) ?? joinedId(ordered),
    createdAt: ordered.map(({ record }) => record.header.createdAt).toSorted()[0]!,
    command: commonOr(ordered, ({ command }) => command) ?? withoutShard(first.command),
    shard: { index: 1, count: 1 },
    rows: rows.length,
  };
  if (commonOr(ordered, ({ id }) => id) !== null) return { header, rows };
  const apart = shards.map(({ part, rows: own }) => {
    const { id, createdAt, environment } = part.record.header;
    return { id, createdAt, environment, rows: own.map((row) => row.id) };
  });
  return { header: { ...header, parts: apart }, rows };
}

/** Cuts a record into parts that merge into it again; canaries stand in each. */
export function splitRecord({ header, rows }: MeasureRecord, count: number): MeasureRecord[] {
  const ids = [...new Set(rows.filter((row) => row.scope !== "canary").map(({ id }) => id))];
  if (count > ids.length) {
    throw new InputError(`--split must be at most ${ids.length}, the rows there are, got ${count}`);
  }
  const shardOf = new Map(ids.map((id, index) => [id, index % count]));
  return Array.from({ length: count }, (_, index) => {
    const own = rows.filter((row) => (shardOf.get(row.id) ?? index) === index);
    const shard = { index: index + 1, count };
    const plan = rows.map(({ id }) => id);
    return { header: { ...header, shard, rows: own.length, plan }, rows: own };
  });
}

/** What has to be the same in all parts. */
const SAME: readonly (readonly [what: string, of: (header: MeasureHeader) => unknown])[] = [
  ["purpose", ({ purpose }) => purpose],
  ["commits", ({ commits }) => commits],
  ["config hash", ({ configHash }) => configHash],
  ["seed", ({ seed }) => seed],
  ["looks", ({ looks }) => looks],
  ["quads", ({ quads }) => quads],
  ["number of shards", ({ shard }) => shard.count],
  ["plan", ({ plan }) => plan ?? null],
];

/** By their number, when there is one of each and nothing sets them apart. */
function checkedParts(parts: readonly Part[]): Part[] {
  const [first] = parts;
  if (first === undefined) throw new InputError("merge needs at least one part");
  for (const { name, record } of parts) {
    if (record.header.status === "partial")
      throw new InputError(`${name} is partial: run it again`);
    for (const [what, of] of SAME) {
      if (JSON.stringify(of(record.header)) !== JSON.stringify(of(first.record.header))) {
        throw new InputError(`${name} and ${first.name} differ in their ${what}: not one run`);
      }
    }
  }
  const { count } = first.record.header.shard;
  const byIndex = new Map<number, Part>();
  for (const part of parts) {
    const { index } = part.record.header.shard;
    const other = byIndex.get(index);
    if (other !== undefined) {
      throw new InputError(`${part.name} and ${other.name} are both shard ${index} of ${count}`);
    }
    byIndex.set(index, part);
  }
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter(
    (index) => !byIndex.has(index),
  );
  if (missing.length > 0) throw new InputError(`shard ${missing[0]} of ${count} is missing`);
  if (byIndex.size > count) throw new InputError(`a shard's number is above their count, ${count}`);
  if (count > 1 && first.record.header.plan === undefined) {
    throw new InputError(`${first.name} has no plan of the whole run`);
  }
  return [...byIndex.entries()].toSorted(([a], [b]) => a - b).map(([, part]) => part);
}

interface Shard {
  readonly part: Part;
  readonly rows: readonly MeasureRow[];
}

/** Canaries of a run are measured once and stand in all its parts; those of shards are their own. */
function withOwnCanaries(part: Part, first: Part): Shard {
  const known = new Map(first.record.rows.map((row) => [rowKey(row), JSON.stringify(row)]));
  const { index } = part.record.header.shard;
  const rows = part.record.rows.map((row) => {
    const isOther = part !== first && known.get(rowKey(row)) !== JSON.stringify(row);
    return row.scope === "canary" && isOther ? { ...row, id: `${row.id}@${index}` } : row;
  });
  return { part, rows };
}

/** The plan's order; several rows of one id follow each other unless the plan names it as often. */
function inOrder(plan: readonly string[], shards: readonly Shard[]): MeasureRow[] {
  if (plan.length === 0) return [...shards[0]!.rows];
  const waiting = new Map<string, MeasureRow[]>();
  const owner = new Map<string, Shard>();
  const canaries: MeasureRow[] = [];
  const planned = new Set(plan);
  for (const shard of shards) {
    for (const row of shard.rows) {
      const before = owner.get(row.id);
      // Equal canaries are one; others were renamed, which no plan knows.
      const isCanary = row.scope === "canary";
      if (isCanary && before !== undefined && before !== shard) continue;
      if (isCanary && !planned.has(row.id)) {
        canaries.push(row);
        continue;
      }
      if (before !== undefined && before !== shard) {
        throw new InputError(`${before.part.name} and ${shard.part.name} both have ${row.id}`);
      }
      if (!planned.has(row.id))
        throw new InputError(`${shard.part.name}: the plan lacks ${row.id}`);
      owner.set(row.id, shard);
      waiting.set(row.id, [...(waiting.get(row.id) ?? []), row]);
    }
  }
  const lastPlace = new Map(plan.map((id, place) => [id, place]));
  const rows = plan.flatMap((id, place) => {
    const queue = waiting.get(id) ?? [];
    if (queue.length === 0) throw new InputError(`no part has the planned row ${id}`);
    return queue.splice(0, lastPlace.get(id) === place ? queue.length : 1);
  });
  return [...rows, ...canaries];
}

/** The value if it is the same in all parts, else null. */
function commonOr(parts: readonly Part[], of: (header: MeasureHeader) => string): string | null {
  const values = new Set(parts.map(({ record }) => of(record.header)));
  return values.size === 1 ? [...values][0]! : null;
}

function withoutShard(command: string): string {
  return command.replace(/ --shard[ =]\S+/, "");
}

function joinedId(parts: readonly Part[]): string {
  const text = parts.map(({ record }) => record.header.id).join(" ");
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
