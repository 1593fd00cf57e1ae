/**
 * What the models that run over memberlist share on the host: its parameters, in the order in which
 * assembly/runtime/memberlist.ts reads them, and all that follows from these.
 */
import type { Protocol, ProtocolSettings } from "../protocol.js";
import { subjects } from "./detector.js";
import {
  backgroundLoad,
  DATAGRAM_BYTES,
  memberSizes,
  onOff,
  probeInterval,
  probeTimeout,
  refusedState,
  swimFields,
  swimTimerTicks,
  swimTraffic,
  swimWords,
  whole,
} from "./swim.js";

/** An accusation without names: its fields, and its length in a compound message. */
const ALARM_BYTES = 33;

/** Packets of gossip in a period, and the timers between them. */
function gossipPerPeriod(parameters: Readonly<Record<string, number>>): number {
  const { probeInterval: period = 1000, gossipInterval = 200, gossipNodes = 3 } = parameters;
  return Math.ceil(period / gossipInterval) * (gossipNodes + 1);
}

export const memberlistParameters = {
  subjects,
  probeInterval,
  probeTimeout,
  indirectChecks: whole("helpers asked when a ping is not answered", [3, 0, 16], "nodes"),
  suspicionMult: whole(
    "shortest suspicion in log10(nodes) probe intervals; 2 less are the confirmations",
    [4, 1, 9],
    "",
  ),
  suspicionMaxTimeoutMult: whole("longest suspicion in shortest ones", [6, 1, 20], ""),
  awarenessMaxMultiplier: whole(
    "bound of the local health score plus 1; 1 = no local health",
    [8, 1, 16],
    "",
  ),
  retransmitMult: whole("a node sends news so many times log10(nodes) times", [4, 0, 8], ""),
  gossipInterval: whole("between packets of gossip, while there is news", [200, 100, 10_000], "ms"),
  gossipNodes: whole("nodes that each beat of gossip goes to", [3, 0, 16], "nodes"),
  gossipToTheDeadTime: whole("for so long the dead still get gossip", [30_000, 0, 600_000], "ms"),
  pushPullInterval: whole(
    "between exchanges of full state with one other, up to 32 nodes; 0 = never",
    [30_000, 0, 600_000],
    "ms",
  ),
  udpBufferSize: whole("bytes of a packet", [1400, 500, 65_000], "bytes"),
  tcpPings: onOff("whether a ping over TCP goes beside the indirect probes", 1),
  nacks: onOff("whether helpers tell that nobody answered", 1),
  buddy: onOff("whether a suspect is told so with the ping", 1),
  ...memberSizes,
  backgroundLoad,
} satisfies Protocol["parameters"];

/** All of such a model but its names and measures. */
export const memberlistModel = {
  clocks: ["event"],
  roundTicks: 1,
  payloadWords: ({ subjects: count = 1, udpBufferSize = 1400, nameBytes = 12 }) =>
    swimWords(count, Math.floor(udpBufferSize / (ALARM_BYTES + 2 * nameBytes)) + 1),
  fields: swimFields,
  traffic: (settings: ProtocolSettings) =>
    swimTraffic(settings, gossipPerPeriod(settings.parameters)),
  endless: true,
  // Whom a node probes and gossips with is the protocol itself.
  choosesPeers: false,
  timerTicks: swimTimerTicks,
  periodMs: ({ probeInterval: ms = 1000 }) => ms,
  outsideDomain: refusedState,
  wireBytes: () => ({ rumor: DATAGRAM_BYTES, control: DATAGRAM_BYTES }),
} satisfies Partial<Protocol>;
