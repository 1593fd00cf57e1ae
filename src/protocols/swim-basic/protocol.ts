/** SWIM as its paper has it; the portable steps are assembly/protocols/swim-basic.ts. */
import { defineProtocol } from "../protocol.js";
import { subjects } from "../shared/detector.js";
import {
  backgroundLoad,
  DATAGRAM_BYTES,
  probeInterval,
  probeTimeout,
  swimFields,
  swimMeasures,
  swimTimerTicks,
  swimTraffic,
  swimWords,
  whole,
} from "../shared/swim.js";

export const swimBasic = defineProtocol({
  id: "swim-basic",
  title: "SWIM",
  summary: "members ping each other, ask others when nobody answers, and spread verdicts on pings",
  source: "Das, Gupta, Motivala 2002, SWIM",
  symbol: "swimBasic",
  parameters: {
    subjects,
    probeInterval,
    probeTimeout,
    indirectChecks: whole("helpers asked when a ping is not answered (k)", [3, 0, 32], "nodes"),
    targets: {
      description: "whom a node pings: any, or all others in turn in an order of its own",
      ...{ default: 1, min: 0, max: 1, integer: true, unit: "" },
      choices: ["random", "round-robin"],
    },
    suspicionPeriods: whole(
      "periods in which a suspect may refute; 0 = a failed probe is a verdict",
      [0, 0, 1000],
      "periods",
    ),
    retransmitMult: whole(
      "a node sends news so many times log10(nodes) times; 0 = it keeps it to itself",
      [4, 0, 8],
      "",
    ),
    piggybackMax: whole("pieces of news that ride on one message", [6, 1, 100], "pieces"),
    backgroundLoad,
  },
  clocks: ["event"],
  roundTicks: 1,
  payloadWords: ({ subjects: count = 1, piggybackMax = 1 }) => swimWords(count, piggybackMax + 1),
  fields: swimFields,
  traffic: (settings) => swimTraffic(settings, 0),
  endless: true,
  // Whom a node probes and gossips with is the protocol itself.
  choosesPeers: false,
  timerTicks: swimTimerTicks,
  periodMs: ({ probeInterval: ms = 1000 }) => ms,
  measures: swimMeasures,
  wireBytes: () => ({ rumor: DATAGRAM_BYTES, control: DATAGRAM_BYTES }),
});
