/** Push-pull that stops by itself; the portable steps are assembly/protocols/median-counter.ts. */
import { defineProtocol, type Protocol, type ProtocolSettings } from "../protocol.js";
import { contactTraffic, payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

/** Stages are u8 and 255 is the last of them: counterMax + lastRounds stay below. */
const STAGES_MAX = 120;

function fields(settings: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const count = settings.nodes;
  const meaning = "0 = state A, then B-1, B-2 …, C round by round, 255 = D";
  const heard = "1 = heard of the rumor from state C since its last action";
  const balance = "contacts since its last action: those as far or farther less the others";
  return [
    ...rumorFields(settings),
    { name: "stage", type: "u8", count, meaning, digest: true },
    { name: "balance", type: "u32", count, meaning: balance },
    { name: "heard", type: "u8", count, meaning: heard },
  ];
}

export const medianCounter = defineProtocol({
  id: "median-counter",
  title: "Median-counter push-pull",
  summary: "push-pull whose nodes fall silent once most of their contacts are as far as they are",
  source: "Karp et al. 2000, Randomized Rumor Spreading",
  symbol: "medianCounter",
  parameters: {
    counterMax: {
      description: "counter at which a node passes to state C; 0 = ln ln n rounded up, and 2 more",
      ...{ default: 0, min: 0, max: STAGES_MAX, integer: true, unit: "counts" },
    },
    lastRounds: {
      description: "rounds that a node stays in state C, where it still spreads the rumor",
      ...{ default: 3, min: 1, max: STAGES_MAX, integer: true, unit: "rounds" },
    },
    payloadBytes,
  },
  clocks: ["round", "event"],
  dies: true,
  roundTicks: 2,
  payloadWords: 0,
  fields,
  traffic: contactTraffic,
  wireBytes: rumorBytes,
});
