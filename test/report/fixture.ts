/**
 * Records as the engine would write them, made by small simulations on a seeded generator: curves,
 * pictures, histograms and sums agree with each other. Only times are invented.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { RECORD_SCHEMA, recordSchema } from "../../src/history/record.js";
import type {
  Arm,
  Observed,
  Picture,
  RunRecord,
  Summary,
  TrialRecord,
} from "../../src/history/record.js";

export type Mode = "push" | "pull" | "push-pull";

export interface RunSettings {
  readonly name: string;
  readonly mode: Mode;
  readonly nodes: number;
  readonly trials: number;
  /** Probability that a copy is lost. */
  readonly lossRatio?: number;
  /** Milliseconds of simulated time, with delays that depend on places along the id line. */
  readonly clock?: "round" | "event";
  readonly seed?: number;
  readonly observe?: boolean;
  /** Rounds after which the run is cut. */
  readonly maxRounds?: number;
  /** Stand in the record beside fanout; they change nothing. */
  readonly parameters?: Readonly<Record<string, number>>;
}

const PERIOD_MS = 1000;
const RUMOR_BYTES = 64;
const REQUEST_BYTES = 12;

/** Numerical Recipes' linear congruential generator; the upper bits are good enough for a fixture. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Simulated {
  readonly seed: number;
  readonly informed: number[];
  readonly sent: number[];
  readonly requests: number;
  readonly lost: number;
  /** Round that informed each node, plus one; 0 = never. */
  readonly since: Uint8Array;
  readonly hops: Uint8Array;
  readonly load: Uint32Array;
}

/** Synchronous rounds on the complete graph with the rules of push, pull or both. */
function simulate(settings: RunSettings, seed: number): Simulated {
  const { mode, nodes, lossRatio = 0, maxRounds = 200 } = settings;
  const random = lcg(seed * 2654435761 + 1);
  const since = new Uint8Array(nodes);
  const hops = new Uint8Array(nodes);
  const load = new Uint32Array(nodes);
  const informed: number[] = [];
  const sent: number[] = [];
  let [count, requests, lost] = [1, 0, 0];
  since[Math.floor(random() * nodes)] = 1;
  for (let round = 1; count < nodes && round <= maxRounds; round++) {
    let copies = 0;
    const deliver = (from: number, to: number): void => {
      copies++;
      load[from]!++;
      if (random() < lossRatio) return void lost++;
      load[to]!++;
      if (since[to] !== 0) return;
      since[to] = round + 1;
      hops[to] = hops[from]! + 1;
      count++;
    };
    for (let node = 0; node < nodes; node++) {
      let peer = Math.floor(random() * (nodes - 1));
      if (peer >= node) peer++;
      const knows = since[node] !== 0 && since[node]! <= round;
      const peerKnows = since[peer] !== 0 && since[peer]! <= round;
      if (knows && mode !== "pull") deliver(node, peer);
      if (!knows && mode !== "push") {
        requests++;
        if (peerKnows) deliver(peer, node);
      }
    }
    informed.push(count);
    sent.push(copies);
  }
  return { seed, informed, sent, requests, lost, since, hops, load };
}

function trialOf(settings: RunSettings, simulated: Simulated, nsPerNodeRound: number): TrialRecord {
  const { nodes, clock = "round" } = settings;
  const { informed, sent, requests, lost, seed } = simulated;
  const unit = clock === "event" ? PERIOD_MS : 1;
  const prefix = clock === "event" ? "latencyMsTo" : "roundsTo";
  const copies = sent.reduce((sum, each) => sum + each, 0);
  const bytes = copies * RUMOR_BYTES + requests * REQUEST_BYTES;
  const last = informed.at(-1) ?? 1;
  const milestones = [50, 90, 99, 99.9, 100].map((percent): [string, number | null] => {
    const at = informed.findIndex((each) => each * 1000 >= Math.round(percent * 10) * nodes);
    return [`${prefix}${String(percent).replace(".", "_")}`, at < 0 ? null : (at + 1) * unit];
  });
  return {
    seed,
    digest: digestOf(simulated.since),
    rounds: informed.length,
    stopped: last === nodes ? "coverage" : "round-limit",
    elapsedMs: (nsPerNodeRound * nodes * informed.length) / 1e6,
    nsPerNodeRound,
    metrics: {
      coverage: last / nodes,
      residue: (nodes - last) / nodes,
      ...Object.fromEntries(milestones),
      messages: copies,
      messagesPerNode: copies / nodes,
      requests,
      lost,
      bytes,
      bytesPerNode: bytes / nodes,
      redundancy: (copies - lost - (last - 1)) / nodes,
    },
    series: {
      time: [0, ...informed.map((_, index) => (index + 1) * unit)],
      coverage: [1 / nodes, ...informed.map((each) => each / nodes)],
      messages: [0, ...sent],
    },
  };
}

/** FNV-1a, twice with different starts. */
function digestOf(bytes: Uint8Array): string {
  return [0x811c9dc5, 0x9dc5811c]
    .map((start) => {
      let hash = start;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
      return (hash >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}

export function summarizeValues(values: readonly (number | null)[]): Summary {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const count = known.length;
  if (count === 0) {
    const none = { mean: null, stddev: null, min: null, p50: null, p90: null, p99: null };
    return { count, ...none, max: null, ci95: [null, null] };
  }
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const stddev = count > 1 ? Math.sqrt(squares / (count - 1)) : null;
  const half = stddev === null ? null : (2.5 * stddev) / Math.sqrt(count);
  const at = (share: number): number => known[Math.floor(share * (count - 1))]!;
  return {
    count,
    mean,
    stddev,
    min: known[0]!,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: known[count - 1]!,
    ci95: half === null ? [null, null] : [mean - half, mean + half],
  };
}

function armOf(backend: "wasm" | "ts", trials: readonly TrialRecord[]): Arm {
  const names = Object.keys(trials[0]?.metrics ?? {});
  const columns: [string, Summary][] = names.map((name) => [
    name,
    summarizeValues(trials.map(({ metrics }) => metrics[name] ?? null)),
  ]);
  return {
    backend,
    workers: 1,
    bytesPerNode: 0.375,
    memoryBytes: 3_145_728,
    trials: [...trials],
    summary: {
      ...Object.fromEntries(columns),
      elapsedMs: summarizeValues(trials.map(({ elapsedMs }) => elapsedMs)),
      nsPerNodeRound: summarizeValues(trials.map((trial) => trial.nsPerNodeRound)),
    },
  };
}

function observedOf(settings: RunSettings, simulated: Simulated): Observed {
  const { since, hops, load, seed } = simulated;
  const hopHistogram: number[] = [];
  since.forEach((at, node) => {
    if (at === 0) return;
    while (hopHistogram.length <= hops[node]!) hopHistogram.push(0);
    hopHistogram[hops[node]!]!++;
  });
  const sorted = load.toSorted();
  const max = sorted.at(-1)!;
  const edges = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64];
  const kept = edges.filter((edge) => edge <= max);
  kept.push(max + 1);
  const bins = kept.slice(1).map(() => 0);
  for (const each of load) bins[kept.findIndex((edge) => edge > each) - 1]!++;
  return {
    seed,
    digest: digestOf(since),
    hopHistogram,
    load: {
      mean: load.reduce((sum, each) => sum + each, 0) / load.length,
      p50: sorted[load.length >> 1]!,
      p99: sorted[Math.floor(load.length * 0.99)]!,
      max,
      edges: kept,
      bins,
    },
    picture: pictureOf(settings, simulated),
  };
}

/**
 * The event clock's picture has many steps: every node gets a moment within its round, near in time
 * where nodes are near in id, with noise on top.
 */
function pictureOf(settings: RunSettings, { since }: Simulated): Picture {
  const { nodes, clock = "round" } = settings;
  const random = lcg(nodes);
  const values = since.slice();
  const steps = since.reduce((max, each) => Math.max(max, each), 1);
  const width = Math.ceil(Math.sqrt(nodes));
  const shared = { width, height: Math.ceil(nodes / width), nodes };
  if (clock === "round") {
    return { ...shared, order: "id", steps, stepUnit: "round", data: deflated(values) };
  }
  const stepsPerRound = Math.max(1, Math.floor(253 / steps));
  for (let node = 0; node < nodes; node++) {
    const at = since[node]!;
    if (at < 2) continue;
    const place = 0.5 + 0.5 * Math.sin(node / (nodes / 23));
    const within = 0.6 * place + 0.4 * random();
    values[node] = 1 + Math.ceil((at - 2 + within) * stepsPerRound + 0.001);
  }
  return {
    ...shared,
    order: "hilbert",
    steps: values.reduce((max, each) => Math.max(max, each), 1),
    stepUnit: `${Math.round(PERIOD_MS / stepsPerRound)} ms`,
    data: deflated(values),
  };
}

export function deflated(values: Uint8Array): string {
  return deflateRawSync(values, { level: 6 }).toString("base64");
}

/** A record of both backends; the same settings give the same record. */
export function makeRecord(settings: RunSettings): RunRecord {
  const { name, mode, nodes, trials, clock = "round", lossRatio = 0, seed = 1 } = settings;
  const random = lcg(nodes + name.length);
  const simulated = Array.from({ length: trials }, (_, trial) => simulate(settings, seed + trial));
  const timed = (base: number): TrialRecord[] =>
    simulated.map((each) => trialOf(settings, each, base * (1 + 0.08 * random())));
  const speed = 2.2 + random();
  const arms = [armOf("wasm", timed(3.2)), armOf("ts", timed(3.2 * speed))];
  const observe = settings.observe ?? true;
  return recordSchema.parse({
    schema: RECORD_SCHEMA,
    kind: "run",
    id: `20260314T091500-${name.replace(/[^a-z0-9-]/gi, "").slice(0, 20)}`,
    createdAt: "2026-03-14T09:15:00.000Z",
    status: "complete",
    command: "hearsay run demo --nodes 1e6 --trials 8 --seed 1",
    scenario: {
      name,
      protocol: mode,
      title: `${mode} on ${nodes} nodes`,
      parameters: { fanout: 1, ...settings.parameters },
      nodes,
      network: {
        topology: "complete",
        latency: clock === "event" ? "cities" : "round",
        ...(clock === "event" ? { citiesPreset: "public" } : {}),
        lossRatio,
      },
      clock: { kind: clock, tickMs: clock === "event" ? 10 : 0, periodTicks: 100 },
      seed,
      trials,
    },
    environment: {
      node: "26.10.0",
      v8: "14.6.202",
      os: "Linux 6.1.0",
      arch: "x64",
      cpu: "AMD EPYC 7B13",
      cores: 2,
      memoryBytes: 8_589_934_592,
      commit: "0123456789abcdef0123456789abcdef01234567",
      dirty: false,
      wasmHash: "0011223344556677",
      flags: [],
      class: "aabbccddeeff",
    },
    arms,
    observed: observe ? observedOf(settings, simulated[0]!) : null,
    agreement: { digestsEqual: true },
    comparison: {
      speedup: {
        ratio: speed,
        ci95: trials > 1 ? [speed * 0.96, speed * 1.05] : [null, null],
        rounds: trials,
      },
    },
  } satisfies RunRecord);
}

/** The demo's shape: three protocols by rounds and one by milliseconds, both backends, pictures. */
export function demoRecords(nodes: number, trials = 5): RunRecord[] {
  return [
    makeRecord({ name: "push", mode: "push", nodes, trials }),
    makeRecord({ name: "pull", mode: "pull", nodes, trials }),
    makeRecord({ name: "push-pull", mode: "push-pull", nodes, trials }),
    makeRecord({ name: "push-pull-cities", mode: "push-pull", nodes, trials, clock: "event" }),
  ];
}

/** The record with a picture of `nodes` nodes, drawn from the steps of its own: as hard to compress. */
export function withLargePicture(record: RunRecord, nodes: number): RunRecord {
  const observed = record.observed!;
  const picture = observed.picture!;
  const steps = inflateRawSync(Buffer.from(picture.data, "base64"));
  const random = lcg(nodes);
  const values = Uint8Array.from(
    { length: nodes },
    () => steps[Math.floor(random() * steps.length)]!,
  );
  const width = Math.ceil(Math.sqrt(nodes));
  const size = { nodes, width, height: Math.ceil(nodes / width) };
  return {
    ...record,
    observed: { ...observed, picture: { ...picture, ...size, data: deflated(values) } },
  };
}

/** Texts that must stay text wherever a record may carry them. */
export const HOSTILE_TEXTS: readonly string[] = [
  "</script><img src=x onerror=window.pwned=1>",
  "<!--<script>window.pwned=1</script>",
  `"onmouseover="window.pwned=1" x='`,
  "\u001b[31mred\u001b[0m\u0007 \u202egnp.exe",
  "'><svg/onload=window.pwned=1>",
  "${window.pwned=1} {{7*7}} javascript:window.pwned=1",
];

/** Every free text of a record replaced by a hostile one. */
export function hostileRecord(text: string): RunRecord {
  const record = makeRecord({ name: "x", mode: "push-pull", nodes: 256, trials: 2 });
  const { scenario, environment } = record;
  const arms = record.arms.map((arm) => ({
    ...arm,
    summary: { ...arm.summary, [text]: arm.summary["coverage"]! },
    trials: arm.trials.map((trial) => ({ ...trial, metrics: { ...trial.metrics, [text]: 1 } })),
  }));
  return {
    ...record,
    id: text,
    createdAt: text,
    command: text,
    arms,
    scenario: {
      ...scenario,
      name: text,
      title: text,
      protocol: text,
      parameters: { [text]: text },
      network: { [text]: text, topology: text, latency: text },
    },
    environment: { ...environment, cpu: text, os: text, flags: [text], commit: text, class: text },
    observed: {
      ...record.observed!,
      picture: { ...record.observed!.picture!, stepUnit: text },
    },
  };
}

/** One trial, nothing observed, nothing compared; cut short before half was reached. */
export function partialRecord(): RunRecord {
  const settings = { name: "cut-short", mode: "push", nodes: 4096, trials: 1 } as const;
  const record = makeRecord({ ...settings, observe: false, maxRounds: 9 });
  return {
    ...record,
    status: "partial",
    arms: [record.arms[0]!],
    agreement: { digestsEqual: null },
    comparison: { speedup: null },
  };
}

/** Sizes, rates of loss and a parameter, each with values enough for the charts of questions. */
export function suiteRecords(): RunRecord[] {
  const sizes = [64, 128, 256, 512];
  const shared = { trials: 3, observe: false } as const;
  const grown = (["push", "push-pull"] as const).flatMap((mode) =>
    sizes.map((nodes) => makeRecord({ ...shared, name: `${mode}-${nodes}`, mode, nodes })),
  );
  const lossy = [0.01, 0.05, 0.2].map((lossRatio) =>
    makeRecord({ ...shared, name: `push-loss-${lossRatio}`, mode: "push", nodes: 512, lossRatio }),
  );
  const cut = [6, 8, 10, 12].map((maxRounds) =>
    makeRecord({
      ...{ ...shared, name: `cut-${maxRounds}`, mode: "push", nodes: 512, maxRounds },
      parameters: { patience: maxRounds },
    }),
  );
  return [...grown, ...lossy, ...cut];
}

/** As many runs as a sweep leaves, with long names, loss and unknown metrics. */
export function manyRecords(count: number): RunRecord[] {
  const modes: readonly Mode[] = ["push", "pull", "push-pull"];
  return Array.from({ length: count }, (_, index) => {
    const mode = modes[index % modes.length]!;
    const lossRatio = Math.floor(index / 3) * 0.02;
    const name = `${mode} with ${Math.round(lossRatio * 100)} % loss on the sweep of a long name`;
    const settings = { name, mode, nodes: 1000, trials: 2, lossRatio, seed: index };
    return makeRecord({ ...settings, observe: index % 4 === 0 });
  });
}
