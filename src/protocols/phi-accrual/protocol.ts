/** The phi accrual detector alone; the portable steps are assembly/protocols/phi-accrual.ts. */
import { defineProtocol, type ProtocolSettings, type TrafficBounds } from "../protocol.js";
import { arrivalFields, arrivalMeasures, sum, threshold, windowSize } from "../shared/arrivals.js";
import { subjects } from "../shared/detector.js";
import { contactTraffic, fanout } from "../shared/rumor.js";

/** UDP over IPv4, kind and sender. */
const MESSAGE_BYTES = 28 + 8;
const STEPS_PER_PERIOD = 10;
const DIRECT = 1;
/** Subjects that may have the same phase by chance, beyond four times as many as come on average. */
const TOGETHER = 8;

/** Directly a subject sends to all nodes in one tick; in digests nodes take turns. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, parameters, periodTicks, delayTicksMax } = settings;
  if (parameters.spreading !== DIRECT) return contactTraffic(settings);
  const { subjects: count = 1 } = parameters;
  const together = Math.min(count, TOGETHER + Math.ceil((4 * count) / periodTicks));
  const periods = Math.ceil((delayTicksMax + 1) / periodTicks) + 1;
  return { perTick: 2 * together * nodes, inFlight: 2 * count * periods * nodes };
}

export const phiAccrual = defineProtocol({
  id: "phi-accrual",
  title: "Phi accrual failure detector",
  summary:
    "heartbeats of subjects; phi tells how unlikely the silence is, a threshold makes a verdict",
  source: "Hayashibara, Défago, Yared, Katayama 2004, The phi Accrual Failure Detector",
  symbol: "phiAccrual",
  parameters: {
    subjects,
    spreading: {
      description:
        "how heartbeats travel: in digests pushed to `fanout` peers, or to everybody at once",
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      unit: "",
      choices: ["gossip", "direct"],
    },
    fanout,
    threshold,
    law: {
      description:
        "law that intervals are taken to follow: exponential (Cassandra) or normal (the paper)",
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      unit: "",
      choices: ["exponential", "normal"],
    },
    windowSize,
    longest: {
      description: "intervals that are longer do not count",
      default: 2,
      min: 0.5,
      max: 8,
      integer: false,
      unit: "periods",
    },
    deviationMin: {
      description: "least standard deviation of the normal law",
      default: 0.1,
      min: 0.01,
      max: 8,
      integer: false,
      unit: "periods",
    },
    heartbeatBytes: {
      description: "subject and version of a heartbeat",
      default: 8,
      min: 1,
      max: 256,
      integer: true,
      unit: "bytes",
    },
  },
  clocks: ["event"],
  roundTicks: 1,
  rests: () => true,
  endless: true,
  payloadWords: ({ spreading, subjects: count = 1 }) => (spreading === DIRECT ? 1 : count),
  fields: (settings) => [
    ...arrivalFields(settings),
    {
      name: "squares",
      type: "f64",
      count:
        settings.parameters.law === 1 ? settings.nodes * (settings.parameters.subjects ?? 1) : 0,
      meaning: "sum of squared intervals",
      digest: true,
    },
  ],
  traffic,
  measures: arrivalMeasures({
    cells: [{ name: "arrivals", combine: "sum" }],
    derive: ([arrivals = 0]) => ({ arrivals }),
    summary: ({ arrivals = [], pairsUp = [], falseAlarms = [] }) => {
      const periods = sum(pairsUp.slice(1)) / STEPS_PER_PERIOD;
      const count = arrivals.at(-1) ?? 0;
      return {
        arrivalsPerPairPeriod: periods === 0 ? null : count / periods,
        falseDownsPerArrival: count === 0 ? null : (falseAlarms.at(-1) ?? 0) / count,
      };
    },
  }),
  wireBytes: () => ({ rumor: MESSAGE_BYTES, control: MESSAGE_BYTES }),
});
