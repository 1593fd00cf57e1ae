/**
 * What SWIM with and without Lifeguard must do, and must not: detection within its bounds, refutation, what
 * health and confirmations are for, and tracked subjects against all nodes tracked.
 */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const TICKS = 100;
const STEPS_PER_PERIOD = 10;
const module = compileWasm();

interface Setting {
  readonly protocol?: string;
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
  readonly maxRounds?: number;
}

function player(setting: Setting): Promise<InlinePlayer> {
  const { protocol = "swim-lifeguard", nodes = 64, parameters = {}, maxRounds = 60 } = setting;
  const spec = setting.environment ?? {};
  const { environment } = buildEnvironment(spec, { nodes, zones: undefined, clock: "event" });
  const network = {
    ...completeGraph(nodes, setting.lossRatio ?? 0),
    ...{ latency: { kind: "constant" as const, ms: 1 }, environment },
  };
  const clock = { kind: "event" as const, tickMs: 10, periodTicks: TICKS };
  return inlinePlayer("wasm", {
    ...{ protocol, nodes, network, parameters, maxRounds, module },
    clock: { ...clock, timer: "periodic" },
  });
}

async function play(
  setting: Setting,
  seed = 1,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { series } = (await player(setting)).play(seed);
  return series.measures;
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
/** Periods from `crash` to the first step at which somebody (everybody) knows. */
function delay(values: readonly number[] | undefined, crash: number): number {
  const step = values!.findIndex((count) => count > 0);
  return step < 0 ? Infinity : step / STEPS_PER_PERIOD - crash;
}
const CRASH = { outages: [{ from: 5, first: 0 }] };

describe("detection", () => {
  it("is neither before the shortest suspicion nor long after it", async () => {
    // 4 * log10(64) = 7.22 periods; a period at most to the end of the first probe, and confirmations.
    for (let seed = 1; seed <= 5; seed++) {
      const measures = await play({ environment: CRASH, parameters: { subjects: 8 } }, seed);
      const first = delay(measures.subjectsNoticed, 5);
      expect(first, `seed ${seed}`).toBeGreaterThan(7.2);
      expect(first, `seed ${seed}`).toBeLessThan(20);
      expect(delay(measures.subjectsKnownByAll, 5) - first, `seed ${seed}`).toBeLessThan(3);
      expect(last(measures.falseAlarms), `seed ${seed}`).toBe(0);
    }
  });

  it("comes to every node within 2n - 1 periods when each keeps its verdicts to itself", async () => {
    const nodes = 12;
    for (let seed = 1; seed <= 10; seed++) {
      const { awareShare } = await play(
        {
          ...{ protocol: "swim-basic", nodes, environment: CRASH, maxRounds: 5 + 2 * nodes + 1 },
          parameters: { subjects: 1, retransmitMult: 0 },
        },
        seed,
      );
      expect(last(awareShare), `seed ${seed}`).toBe(1);
    }
  });

  it("takes the longest suspicion when nobody may confirm", async () => {
    const parameters = { subjects: 1, suspicionMult: 2, suspicionMaxTimeoutMult: 6 };
    const { subjectsNoticed } = await play({ environment: CRASH, parameters });
    // suspicionMult - 2 = 0 confirmations are waited for: the timer is 2 * log10(64) = 3.6 periods.
    expect(delay(subjectsNoticed, 5)).toBeGreaterThan(3.6);
    expect(delay(subjectsNoticed, 5)).toBeLessThan(3.6 + 6);
  });
});

describe("false alarms", () => {
  it("do not come of lost datagrams, with TCP pings and indirect probes", async () => {
    const measures = await play({ lossRatio: 0.2, nodes: 300 });
    expect(last(measures.failedProbes)).toBe(0);
    expect(last(measures.falseAlarms)).toBe(0);
  });

  it("are refuted: suspects answer with a later incarnation", async () => {
    const parameters = { tcpPings: 0, indirectChecks: 0, subjects: 64 };
    const measures = await play({ lossRatio: 0.03, nodes: 128, parameters });
    expect(last(measures.falseSuspicions)).toBeGreaterThan(200);
    expect(last(measures.refutations)).toBeGreaterThan(100);
    expect(last(measures.falseAlarms)).toBe(0);
  });

  it("are told apart by verdict at once: without suspicion each failed probe is one", async () => {
    const parameters = { subjects: 32, indirectChecks: 0, retransmitMult: 0 };
    const measures = await play({ protocol: "swim-basic", lossRatio: 0.1, nodes: 100, parameters });
    expect(last(measures.falseAlarms)).toBeGreaterThan(50);
  });

  it("are fewer with Lifeguard when some nodes are slow", async () => {
    const slow = { from: 3, until: 11, every: 8.3, share: 0.25, effect: "paused" } as const;
    const rest = { environment: { outages: [slow] }, nodes: 128, maxRounds: 100 };
    const plain = {
      ...{ subjects: 64, awarenessMaxMultiplier: 1, nacks: 0, buddy: 0 },
      ...{ suspicionMult: 3, suspicionMaxTimeoutMult: 1 },
    };
    const lifeguard = { ...plain, awarenessMaxMultiplier: 8, nacks: 1, buddy: 1 };
    let [without, having] = [0, 0];
    for (let seed = 1; seed <= 8; seed++) {
      without += last((await play({ ...rest, parameters: plain }, seed)).healthyAccused);
      const dogpile = { ...lifeguard, suspicionMaxTimeoutMult: 6 };
      having += last((await play({ ...rest, parameters: dogpile }, seed)).healthyAccused);
    }
    expect(without).toBeGreaterThan(20);
    expect(having).toBeLessThan(without / 3);
  });
});

describe("return", () => {
  it("of a node that lost its state is known to all soon after its next exchange", async () => {
    const outages = [{ from: 5, until: 40, first: 0, state: "lost" as const }];
    const parameters = { subjects: 4, pushPullInterval: 5000 };
    const measures = await play({ environment: { outages }, parameters, maxRounds: 80 });
    expect(measures.awareShare![39 * STEPS_PER_PERIOD]).toBe(1);
    expect(last(measures.refutations)).toBeGreaterThan(0);
    expect(last(measures.falseBeliefs)).toBe(0);
  });
});

describe("exchanges of full state", () => {
  it("are refused beyond their limit, and tell nobody anything then", async () => {
    const outages = [{ from: 3, until: 6, first: 0, state: "lost" as const }];
    // 6000 members of 182 bytes are 1.04 MiB; every node exchanges in each period.
    const parameters = { subjects: 1, pushPullInterval: 100, gossipNodes: 1 };
    const setting = { nodes: 6000, environment: { outages }, maxRounds: 8 };
    const { exchangesRefused } = await play({
      ...setting,
      parameters: { ...parameters, stateLimit: 1 },
    });
    expect(last(exchangesRefused)).toBeGreaterThan(6 * 6000);
    const allowed = await play({ ...setting, parameters: { ...parameters, stateLimit: 2 } });
    expect(last(allowed.exchangesRefused)).toBe(0);
  });
});

describe("leaving", () => {
  const parameters = { subjects: 8, pushPullInterval: 3000 };

  it("on purpose is known to all before it happens, and nobody's false alarm", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const outages = [{ from: 12, until: 30, first: 0, notice: 4 }];
      const measures = await play({ environment: { outages }, parameters }, seed);
      const leaves = measures.subjectsDown!.indexOf(1);
      expect(measures.subjectsKnownByAll![leaves], `seed ${seed}`).toBe(1);
      expect(last(measures.falseAlarms), `seed ${seed}`).toBe(0);
      expect(last(measures.healthyAccused), `seed ${seed}`).toBe(0);
      // Back with a later incarnation, everybody takes it for alive again.
      expect(last(measures.falseBeliefs), `seed ${seed}`).toBe(0);
      expect(last(measures.retractions), `seed ${seed}`).toBe(63);
    }
  });

  it("goes on in swim-basic, on pings alone", async () => {
    const outages = [{ from: 30, first: 0, notice: 25 }];
    const setting = { protocol: "swim-basic", environment: { outages }, maxRounds: 35 };
    const measures = await play({ ...setting, parameters: { subjects: 8, suspicionPeriods: 20 } });
    expect(last(measures.subjectsKnownByAll)).toBe(1);
    expect(last(measures.failedProbes)).toBe(0);
  });
});

describe("tracked subjects", () => {
  it("have the detection times of a run in which all nodes are tracked", async () => {
    const runs = 60;
    const times = async (subjects: number): Promise<number[]> => {
      const tried = await player({
        ...{ environment: { outages: [{ from: 5, first: 0 }] }, lossRatio: 0.05 },
        ...{ parameters: { subjects, tcpPings: 0 }, maxRounds: 40 },
      });
      return Array.from({ length: runs }, (_, index) => {
        // Other seeds for the two: their trials are independent.
        const { measures } = tried.play(1 + index + 1000 * subjects).series;
        return delay(measures.subjectsKnownByAll, 5);
      }).sort((a, b) => a - b);
    };
    const [all, few] = [await times(64), await times(4)];
    // Kolmogorov-Smirnov: 1.95 * sqrt(2 / runs) is passed by chance once in a thousand.
    const gap = all.reduce((most, time, index) => {
      const share = few.filter((other) => other <= time).length / runs;
      return Math.max(most, Math.abs(share - (index + 1) / runs));
    }, 0);
    expect(gap).toBeLessThan(1.95 * Math.sqrt(2 / runs) + 1 / runs);
    expect(all.at(-1)).toBeLessThan(Infinity);
  });
});
