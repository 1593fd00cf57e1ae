/**
 * Reconciliation by IBLT (Eppstein et al. 2011): a sends an estimate of the difference or a strata
 * estimator, b answers with a table of its set, a takes its own set from it and decodes. A table that was
 * too small is asked for again with twice the cells and another seed.
 */
import { cellsFor, Iblt, PART_CELLS_MAX } from "./iblt.js";
import { isProved, type Difference, type IdSet } from "./id-set.js";
import { MessageWriter, type MessageReader } from "./message.js";
import {
  DIFFERENT,
  EQUAL,
  isSummaryOf,
  NO_IDS,
  readSummary,
  writeSummary,
  type Sides,
} from "./sides.js";
import { StrataEstimator } from "./strata.js";

export interface IbltSettings {
  /** Differences that the first table is sized for; undefined: a sends a strata estimator. */
  readonly estimate: number | undefined;
  readonly hashes: number;
  readonly seed: number;
}

/** @returns undefined when the table would pass the largest size */
export function ibltExchange(sides: Sides, settings: IbltSettings): Difference | undefined {
  const { a, exchange } = sides;
  const answer = exchange.send(
    "b",
    firstAnswer(sides, exchange.send("a", request(sides, settings)), settings),
  );
  if (answer.byte() === EQUAL) return { missing: NO_IDS, extra: NO_IDS };
  const { checksum } = readSummary(answer);
  let table = answer;
  for (let attempt = 0; ; attempt++) {
    const cells = table.varint();
    const found = decoded(sides, table, cells, attempt, settings);
    if (found !== undefined && isProved(sides.space, a.checksum, checksum, found)) return found;
    if (cells * 2 > PART_CELLS_MAX * settings.hashes) return undefined;
    const again = exchange.send("a", new MessageWriter().varint(cells * 2));
    const larger = new MessageWriter();
    writeTable(larger, sides, again.varint(), attempt + 1, settings);
    table = exchange.send("b", larger);
  }
}

/** What a asks for: cells where it knows how many, else it sends its strata. */
function request({ a, space }: Sides, { estimate, seed }: IbltSettings): MessageWriter {
  const writer = writeSummary(new MessageWriter(), a);
  if (estimate !== undefined) return writer.varint(cellsFor(estimate));
  const strata = strataOf(a, { seed, backend: space.backend });
  strata.write(writer.varint(0));
  strata.dispose();
  return writer;
}

/** b's answer: that the sets are equal, or its summary and a table. */
function firstAnswer(sides: Sides, asked: MessageReader, settings: IbltSettings): MessageWriter {
  const { b, space } = sides;
  if (isSummaryOf(readSummary(asked), b)) return new MessageWriter().byte(EQUAL);
  let cells = asked.varint();
  if (cells === 0) {
    const options = { seed: settings.seed, backend: space.backend };
    const [theirs, own] = [StrataEstimator.read(asked, options), strataOf(b, options)];
    cells = cellsFor(own.difference(theirs));
    theirs.dispose();
    own.dispose();
  }
  const answer = writeSummary(new MessageWriter().byte(DIFFERENT), b);
  writeTable(answer, sides, cells, 0, settings);
  return answer;
}

function strataOf(
  set: IdSet,
  options: ConstructorParameters<typeof StrataEstimator>[0],
): StrataEstimator {
  const strata = new StrataEstimator(options);
  strata.insert(set.ids);
  return strata;
}

/** A table of a set; every attempt has a seed of its own, so that ids which collided part. */
function tableOf(
  { space }: Sides,
  cells: number,
  attempt: number,
  { hashes, seed }: IbltSettings,
): Iblt {
  const most = PART_CELLS_MAX * hashes;
  const own = (seed + attempt) >>> 0;
  return new Iblt({ cells: Math.min(cells, most), hashes, seed: own, backend: space.backend });
}

function writeTable(
  writer: MessageWriter,
  sides: Sides,
  cells: number,
  attempt: number,
  settings: IbltSettings,
): void {
  const table = tableOf(sides, cells, attempt, settings);
  table.insertAt(sides.b.idsAt, sides.b.ids.length);
  table.writeCells(writer.varint(table.cells));
  table.dispose();
}

/** What a's set less the received table holds; undefined when it could not be decoded. */
function decoded(
  sides: Sides,
  received: MessageReader,
  cells: number,
  attempt: number,
  settings: IbltSettings,
): Difference | undefined {
  const own = tableOf(sides, cells, attempt, settings);
  const theirs = tableOf(sides, cells, attempt, settings);
  own.insertAt(sides.a.idsAt, sides.a.ids.length);
  theirs.readCells(received);
  const { extra, missing, isComplete } = own.decodeDifference(theirs);
  own.dispose();
  theirs.dispose();
  return isComplete ? { extra, missing } : undefined;
}
