/**
 * Overlays of the peer sampling service: the generic framework (Jelasity 2007), Cyclon (Voulgaris 2005),
 * SCAMP (Ganesh 2003) and HyParView (Leitao 2007). A run is one overlay, measured after its rounds.
 */
import {
  PeerSamplingService,
  type MeasureOptions,
  type ViewMeasures,
} from "../../src/views/service.js";
import type {
  CyclonOptions,
  FrameworkOptions,
  PeerSamplingOptions,
} from "../../src/views/options.js";
import {
  meanOf,
  type Effort,
  type Estimate,
  type Outcome,
  type Parameters,
  type PublishedSource,
} from "./source.js";

const RUNS: Readonly<Record<Effort, number>> = { quick: 1, normal: 1, full: 5 };
/** Exchanges (nodes times rounds) and copies (nodes times copies) of one run that an effort affords. */
const WORK_MAX: Readonly<Record<Effort, number>> = { quick: 1.5e6, normal: 2e7, full: Infinity };
const COPIES_MAX: Readonly<Record<Effort, number>> = { quick: 5e4, normal: 1e5, full: Infinity };
/** So many that mean clustering is known to about 1 %, mean paths to about 0.004. */
const SAMPLES: MeasureOptions = { clusteringSample: 3000, pathSources: 100 };
/** A few dozen triangles among all nodes: none may be missed. */
const SPARSE: MeasureOptions = { ...SAMPLES, clusteringSample: 1e6 };

const TOO_LONG: Outcome = { skipped: "so many rounds or joins take a longer effort" };

/** Figures by the names that the sources' files use. */
type Figures = Readonly<Record<string, number>>;

/** Figures of `runs` services, seeds from 1 on, each driven by `drive`. */
function over(
  effort: Effort,
  options: PeerSamplingOptions,
  drive: (service: PeerSamplingService) => Figures,
): Outcome {
  const samples = new Map<string, number[]>();
  for (let seed = 1; seed <= RUNS[effort]; seed++) {
    const service = new PeerSamplingService({ ...options, seed });
    for (const [name, value] of Object.entries(drive(service))) {
      samples.set(name, [...(samples.get(name) ?? []), value]);
    }
    service.dispose();
  }
  const measures: Record<string, Estimate> = {};
  for (const [name, values] of samples) measures[name] = meanOf(values);
  return { measures };
}

function figures(measures: ViewMeasures): Figures {
  const { inDegree, clustering, pathLength, components } = measures;
  return {
    indegree_mean: inDegree.mean,
    indegree_sd: inDegree.sd,
    share_within_5_percent_of_view: inDegree.shareWithin5Percent,
    clustering: clustering.mean,
    mean_path: pathLength.mean,
    last_hop: pathLength.eccentricityMean,
    components: components.count,
  };
}

function afterRounds(effort: Effort, options: PeerSamplingOptions, rounds: number): Outcome {
  if (options.nodes * rounds > WORK_MAX[effort]) return TOO_LONG;
  return over(effort, options, (service) => {
    service.run(rounds);
    return figures(service.measures(options.protocol === "hyparview" ? SPARSE : SAMPLES));
  });
}

const framework: PublishedSource = {
  id: "jelasity-2007-peer-sampling",
  measure(parameters, effort) {
    const { n, c, peer_selection: selection, H, S, cycles, killed, rounds } = parameters;
    const options: FrameworkOptions = {
      ...{ protocol: "framework", nodes: Number(n), view: Number(c ?? 30), timeout: "keep" },
      peerSelection: selection === "rand" ? "rand" : "tail",
      ...(H === undefined ? {} : { healer: Number(H), swapper: Number(S) }),
    };
    const before = Number(cycles ?? 0);
    if (killed === undefined) return Promise.resolve(afterRounds(effort, options, before));
    if (options.nodes * before > WORK_MAX[effort]) return Promise.resolve(TOO_LONG);
    const wanted = rounds as readonly number[];
    return Promise.resolve(
      over(effort, options, (service) => {
        service.run(before);
        const steps = service.healing(Number(killed), Math.max(...wanted));
        return Object.fromEntries(
          wanted.map((round, k) => [`dead_links.${k}`, steps[round]!.deadLinksPerNode]),
        );
      }),
    );
  },
};

function cyclonOf({ n, view, shuffle }: Parameters): CyclonOptions {
  return { protocol: "cyclon", nodes: Number(n), view: Number(view), shuffle: Number(shuffle) };
}

const cyclon: PublishedSource = {
  id: "voulgaris-2005-cyclon",
  measure(parameters, effort) {
    return Promise.resolve(
      afterRounds(effort, cyclonOf(parameters), Number(parameters.cycles ?? 100)),
    );
  },
};

const scamp: PublishedSource = {
  id: "ganesh-2003-scamp",
  measure({ n, c }, effort) {
    const nodes = Number(n);
    const copies = Number(c);
    if (nodes * Math.max(1, copies) > COPIES_MAX[effort]) return Promise.resolve(TOO_LONG);
    return Promise.resolve(
      over(effort, { protocol: "scamp", nodes, copies }, (service) => {
        const { mean } = service.measures({ clusteringSample: 1, pathSources: 1 }).inDegree;
        return { mean_view_law: mean, mean_view_measured: mean };
      }),
    );
  },
};

const hyparview: PublishedSource = {
  id: "leitao-2007-hyparview",
  measure(parameters, effort) {
    const rounds = Number(parameters.cycles ?? 50);
    if (parameters.protocol === "Cyclon") {
      const { last_hop: _fanout4, ...measures } = asMeasures(
        afterRounds(effort, cyclonOf(parameters), rounds),
      );
      return Promise.resolve({ measures });
    }
    const { n, active, passive, ARWL, PRWL, shuffle_ka: ka, shuffle_kp: kp } = parameters;
    const options: PeerSamplingOptions = {
      ...{ protocol: "hyparview", nodes: Number(n), active: Number(active) },
      ...{ passive: Number(passive), activeWalk: Number(ARWL), passiveWalk: Number(PRWL) },
      ...{ shuffleActive: Number(ka), shufflePassive: Number(kp) },
    };
    return Promise.resolve(afterRounds(effort, options, rounds));
  },
};

/** The measures of an outcome, none where it was skipped. */
function asMeasures(outcome: Outcome): Readonly<Record<string, Estimate>> {
  return "measures" in outcome ? outcome.measures : {};
}

export const viewFigures: readonly PublishedSource[] = [framework, cyclon, scamp, hyparview];
