/**
 * The detector alone: heartbeats at a fixed interval make silence exact, so that detection times and false
 * alarms under loss follow from arithmetic. Seeds of trials are fixed.
 */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";
import { sum } from "../shared/arrivals.js";
import { phiAccrual } from "./protocol.js";

const module = compileWasm();
const STEPS = 10;
const NODES = 150;

interface Settings {
  readonly parameters: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
  readonly maxRounds?: number;
}

type Series = Readonly<Record<string, readonly number[]>>;

async function play(settings: Settings, seed = 1): Promise<Series> {
  const { parameters, environment: spec = {}, lossRatio = 0, maxRounds = 120 } = settings;
  const place = { nodes: NODES, zones: undefined, clock: "event" } as const;
  const { environment } = buildEnvironment(spec, place);
  const network = completeGraph(NODES, lossRatio);
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "phi-accrual", nodes: NODES, parameters, module, maxRounds },
    network: { ...network, latency: { kind: "constant", ms: 1 }, environment },
    clock: { kind: "event", tickMs: 5, periodTicks: 200, timer: "periodic" },
  });
  return player.play(seed).series.measures;
}

/** Mean periods from the crash of node 0 until an observer notices. */
function meanDetection({ subjectsDown = [], awareShare = [] }: Series): number {
  expect(awareShare.at(-1), "all noticed").toBe(1);
  return sum(subjectsDown.map((down, step) => down * (1 - awareShare[step]!))) / STEPS;
}

const crash = { outages: [{ from: 60, first: 0 }] };

describe("direct heartbeats", () => {
  const parameters = { subjects: 8, spreading: 1 };

  it("are convicted after 18.4 intervals, by the next check: half a period later, less half since the last", async () => {
    const times = await Promise.all(
      [1, 2, 3, 4].map(async (seed) =>
        meanDetection(await play({ parameters, environment: crash }, seed)),
      ),
    );
    // The window still holds its first sample of 2 s among 60: the mean is 61/60.
    const expected = 8 * Math.LN10 * (61 / 60);
    expect(sum(times) / times.length).toBeGreaterThan(expected - 0.6);
    expect(sum(times) / times.length).toBeLessThan(expected + 0.6);
  });

  it("raise no alarm without loss, and with it as often as so many in a row are lost", async () => {
    const quiet = await play({ parameters: { ...parameters, threshold: 1 } });
    expect(quiet.falseAlarms!.at(-1)).toBe(0);
    // Phi above 1.37 is more than 3.15 means of 1 / (1 - loss) periods: more than 4.5 periods.
    const lossRatio = 0.3;
    const lossy = await play({
      parameters: { ...parameters, threshold: 1.37, longest: 8 },
      ...{ lossRatio, maxRounds: 400 },
    });
    const rate = lossy.falseAlarms!.at(-1)! / lossy.arrivals!.at(-1)!;
    // A gap of five periods or more: at least four were lost after the one that came.
    expect(rate / lossRatio ** 4).toBeGreaterThan(0.8);
    expect(rate / lossRatio ** 4).toBeLessThan(1.2);
  });

  it("without any spread are noticed much sooner by the normal law", async () => {
    const exponential = meanDetection(await play({ parameters, environment: crash }));
    const normal = meanDetection(
      await play({ parameters: { ...parameters, law: 1 }, environment: crash }),
    );
    // phi 8 lies 5.6 deviations above the mean; those are near 0.13 with a first sample of 2 among 60.
    expect(normal).toBeLessThan(3);
    expect(normal).toBeGreaterThan(0.9);
    expect(exponential).toBeGreaterThan(6 * normal);
  });

  it("of a subject that returns are believed at once", async () => {
    const series = await play({
      parameters,
      environment: { outages: [{ from: 40, until: 70, first: 0, state: "lost" }] },
    });
    const { falseBeliefs = [], retractions = [] } = series;
    expect(falseBeliefs[72 * STEPS]).toBe(0);
    expect(retractions.at(-1)).toBe(NODES - 1);
  });
});

describe("heartbeats by gossip", () => {
  it("reach all nodes, and are convicted later: their intervals are longer and vary", async () => {
    const series = await play({ parameters: { subjects: 8, fanout: 2 }, environment: crash });
    const { meanInterval } = phiAccrual.measures!.summary(series);
    expect(meanInterval).toBeGreaterThan(1);
    expect(meanDetection(series)).toBeGreaterThan(18.4);
    expect(series.falseAlarms!.at(-1)).toBe(0);
  });

  it("raise fewer false alarms the higher the threshold", async () => {
    const alarms: number[] = [];
    for (const threshold of [1, 1.5, 2, 3]) {
      const { falseAlarms } = await play({
        parameters: { subjects: 8, threshold },
        lossRatio: 0.1,
      });
      alarms.push(falseAlarms!.at(-1)!);
    }
    expect(alarms[0]).toBeGreaterThan(1000);
    for (const [index, count] of alarms.slice(1).entries()) {
      expect(count).toBeLessThan(0.7 * alarms[index]!);
    }
  });
});
