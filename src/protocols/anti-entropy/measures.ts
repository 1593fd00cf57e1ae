/** Figures of anti-entropy: who is in sync, how long updates take, and what comparing and sending cost. */
import type { Measures } from "../protocol.js";

/** Cells of the state, then sums since the start, in the order of assembly/protocols/anti-entropy.ts. */
const STATE = ["covered", "inSync", "lacking", "liveNodes", "elapsed", "born"] as const;
const SUMS = [
  "overwritten",
  "exchanges",
  "trips",
  "differences",
  "leafSent",
  "leafEqual",
  "sentAll",
  "comparingBytes",
  "updateBytes",
  "rumorBytes",
  "byExchange",
  "byRumor",
] as const;
const DELAY_BINS = 58;
/** Sums and bins of delays: what each shard keeps. */
export const TALLIES = SUMS.length + DELAY_BINS;
const FIRST_BIN = STATE.length + SUMS.length;
/** Bins are single rounds up to here, then four to a doubling. */
const FINE_BINS = 16;

type Name = (typeof STATE)[number] | (typeof SUMS)[number];
const INDEX = Object.fromEntries([...STATE, ...SUMS].map((name, index) => [name, index])) as Record<
  Name,
  number
>;

/** Longest delay of a bin, in rounds. */
export function binRounds(bin: number): number {
  if (bin < FINE_BINS) return bin;
  const next = bin + 1 - FINE_BINS;
  return (4 + (next & 3)) * 2 ** ((next >> 2) + 2) - 1;
}

/** Rounds within which `share` of what was learned was learned; null when nothing was. */
export function delayQuantile(bins: readonly number[], share: number): number | null {
  const total = bins.reduce((sum, entries) => sum + entries, 0);
  let below = 0;
  for (const [bin, entries] of bins.entries()) {
    below += entries;
    if (entries > 0 && below >= share * total) return binRounds(bin);
  }
  return null;
}

const SERIES_QUANTILES = { learnRounds50: 0.5, learnRounds99: 0.99, learnRounds100: 1 } as const;

function derive(cells: readonly number[], _first: readonly number[], nodes: number): Derived {
  const of = (name: Name): number => cells[INDEX[name]]!;
  const ratio = (part: number, all: number): number => (all > 0 ? part / all : 0);
  const bins = cells.slice(FIRST_BIN);
  const quantiles = Object.entries(SERIES_QUANTILES).map(
    ([name, share]) => [name, delayQuantile(bins, share) ?? 0] as const,
  );
  return {
    elapsedRounds: of("elapsed"),
    updatesBorn: of("born"),
    inSyncShare: ratio(of("inSync"), of("liveNodes")),
    missingPerNode: ratio(of("lacking"), of("liveNodes")),
    overwritten: of("overwritten"),
    exchangesPerNode: of("exchanges") / nodes,
    comparingBytesPerNode: of("comparingBytes") / nodes,
    updateBytesPerNode: of("updateBytes") / nodes,
    rumorBytesPerNode: of("rumorBytes") / nodes,
    byExchangePerNode: of("byExchange") / nodes,
    byRumorPerNode: of("byRumor") / nodes,
    tripsPerExchange: ratio(of("trips"), of("exchanges")),
    differencePerExchange: ratio(of("differences"), of("exchanges")),
    overStreamedShare: ratio(of("leafEqual"), of("leafSent")),
    sentAllShare: ratio(of("sentAll"), of("exchanges")),
    ...(Object.fromEntries(quantiles) as Record<keyof typeof SERIES_QUANTILES, number>),
  };
}

type Derived = Readonly<Record<string, number>>;

export const measures: Measures = {
  cells: [
    ...STATE.map((name) => ({
      name,
      combine: name === "elapsed" || name === "born" ? ("max" as const) : ("sum" as const),
    })),
    ...SUMS.map((name) => ({ name, combine: "sum" as const })),
    ...Array.from({ length: DELAY_BINS }, (_, bin) => ({
      name: `delay${bin}`,
      combine: "sum" as const,
    })),
  ],
  derive: (cells, first, { nodes }) => derive(cells, first, nodes),
  /** Sums over the trial become rates; the last entry of a series holds the whole trial. */
  summary(series) {
    const last = (name: string): number => series[name]?.at(-1) ?? 0;
    const rounds = last("elapsedRounds");
    const perRound = (name: string): number | null => (rounds > 0 ? last(name) / rounds : null);
    const mean = (name: string): number | null => {
      const values = series[name] ?? [];
      return values.length > 0
        ? values.reduce((sum, value) => sum + value, 0) / values.length
        : null;
    };
    const bytes = ["comparingBytesPerNode", "updateBytesPerNode", "rumorBytesPerNode"];
    const total = bytes.reduce((sum, name) => sum + last(name), 0);
    const learned = last("byExchangePerNode") + last("byRumorPerNode");
    return {
      inSyncShareMean: mean("inSyncShare"),
      missingPerNodeMean: mean("missingPerNode"),
      missingPerNodeEnd: series.missingPerNode?.at(-1) ?? null,
      overwritten: last("overwritten"),
      learnRounds50: last("learnRounds50"),
      learnRounds99: last("learnRounds99"),
      learnRounds100: last("learnRounds100"),
      bytesPerNodeRound: rounds > 0 ? total / rounds : null,
      comparingBytesPerNodeRound: perRound("comparingBytesPerNode"),
      updateBytesPerNodeRound: perRound("updateBytesPerNode"),
      rumorBytesPerNodeRound: perRound("rumorBytesPerNode"),
      bytesPerUpdateLearned: learned > 0 ? total / learned : null,
      byRumorShare: learned > 0 ? last("byRumorPerNode") / learned : null,
      exchangesPerNode: last("exchangesPerNode"),
      tripsPerExchange: last("tripsPerExchange"),
      differencePerExchange: last("differencePerExchange"),
      overStreamedShare: last("overStreamedShare"),
      sentAllShare: last("sentAllShare"),
    };
  },
};
