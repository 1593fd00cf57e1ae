/**
 * What models of membership and failure detection share on the host: tracked subjects, and the measures of
 * who noticed what, when. Field and cell order: assembly/runtime/subjects.ts.
 */
import type { FieldSpec } from "../../memory/layout.js";
import type { Measures, ParameterSpec } from "../protocol.js";

const SUBJECTS_MAX = 64;
/** False alarms, those of slow nodes, retractions. */
const TALLIES = 3;
/** Most shards of a population; see engine/plan.ts. */
const SHARDS_MAX = 256;

export const subjects: ParameterSpec = {
  description: "nodes whose state every node tracks; they stand for all",
  default: 32,
  min: 1,
  max: SUBJECTS_MAX,
  integer: true,
  unit: "nodes",
  distinctPeers: true,
};

/** Ids of subjects are multiples of this. */
export function subjectStride(nodes: number, count: number): number {
  return Math.floor(nodes / count);
}

/** The first field of such a model. */
export function believerField(parameters: Readonly<Record<string, number>>): FieldSpec {
  return {
    name: "believers",
    type: "u32",
    count: SHARDS_MAX * ((parameters.subjects ?? 1) + TALLIES),
    meaning: "for each shard: who believes a subject down, and tallies",
    shared: true,
  };
}

const perSubject = (name: string): { name: string; combine: "sum" }[] =>
  Array.from({ length: SUBJECTS_MAX }, (_, s) => ({ name: `${name}${s}`, combine: "sum" }));

const OWN = [
  "observers",
  "falseBeliefs",
  "falseAlarms",
  "falseAlarmsOfSlow",
  "retractions",
] as const;
const DOWN: number = OWN.length;
const BELIEVERS = DOWN + SUBJECTS_MAX;
const OWN_CELLS = BELIEVERS + SUBJECTS_MAX;

/**
 * Measures of a detector: per step how many subjects are down, how many of these somebody (everybody)
 * noticed, and how many pairs (observer, subject) are wrong about a subject that is up.
 * @param more cells of the model itself, numbered from OWN_CELLS on, and what to derive from them
 */
export function detectorMeasures(more?: {
  readonly cells: Measures["cells"];
  derive(cells: readonly number[]): Readonly<Record<string, number>>;
}): Measures {
  return {
    cells: [
      ...OWN.map((name) => ({ name, combine: "sum" as const })),
      ...perSubject("down"),
      ...perSubject("believers"),
      ...(more?.cells ?? []),
    ],
    derive(cells) {
      const [observers = 0, falseBeliefs = 0, falseAlarms = 0, ofSlow = 0, retractions = 0] = cells;
      let [down, noticed, known] = [0, 0, 0];
      let believers = 0;
      for (let s = 0; s < SUBJECTS_MAX; s++) {
        if (cells[DOWN + s] === 0) continue;
        down++;
        believers += cells[BELIEVERS + s]!;
        if (cells[BELIEVERS + s]! > 0) noticed++;
        if (cells[BELIEVERS + s]! >= observers) known++;
      }
      return {
        subjectsDown: down,
        subjectsNoticed: noticed,
        subjectsKnownByAll: known,
        awareShare: down === 0 ? 0 : believers / (down * observers),
        falseBeliefs,
        falseAlarms,
        falseAlarmsOfSlow: ofSlow,
        retractions,
        ...more?.derive(cells.slice(OWN_CELLS)),
      };
    },
    summary: ({ subjectsDown = [], subjectsNoticed = [], subjectsKnownByAll = [], ...rest }) => ({
      firstDetectionSteps: meanDelay(subjectsDown, subjectsNoticed),
      allKnowSteps: meanDelay(subjectsDown, subjectsKnownByAll),
      falseBeliefsMax: (rest.falseBeliefs ?? []).reduce((most, count) => Math.max(most, count), 0),
      falseAlarms: rest.falseAlarms?.at(-1) ?? 0,
      falseAlarmsOfSlow: rest.falseAlarmsOfSlow?.at(-1) ?? 0,
      retractions: rest.retractions?.at(-1) ?? 0,
    }),
  };
}

/**
 * Mean steps from the outage of a subject to its entry into `noticed`: the area between the two staircases.
 * null when none was down, or not all of them were noticed by the end.
 */
export function meanDelay(down: readonly number[], noticed: readonly number[]): number | null {
  const most = down.at(-1) ?? 0;
  if (most === 0 || noticed.at(-1) !== most) return null;
  const area = down.reduce((sum, count, step) => sum + count - noticed[step]!, 0);
  return area / most;
}
