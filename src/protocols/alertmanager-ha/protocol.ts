/** Alertmanager's cluster; the portable steps are assembly/protocols/alertmanager-ha.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type ProtocolSettings,
} from "../protocol.js";
import { meanDelay } from "../shared/detector.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { DATAGRAM_BYTES, whole } from "../shared/swim.js";

type Settings = Readonly<Record<string, number>>;

/** An alert is a bit of a word. */
const ALERTS_MAX = 32;
/** The log, what is decided, start and last act; then the digits of the transmits left. */
const ROW_WORDS = 4;
const SHARDS_MAX = 256;

/** As memberlist counts: multiplier times the decimal digits of n + 1. */
function transmits(nodes: number, { retransmitMult = 1 }: Settings): number {
  return retransmitMult * Math.ceil(Math.log10(nodes + 1));
}

const parameters = {
  fanout: {
    ...fanout,
    description: "peers gossiped to in an interval; Alertmanager takes half of all, at least 3",
    default: 3,
  },
  alerts: whole("alerts that fire, one after the other", [8, 1, ALERTS_MAX], "alerts"),
  alertInterval: whole("time from one alert to the next", [60_000, 200, 86_400_000], "ms"),
  peerTimeout: whole(
    "wait for each peer of a lower position before a peer notifies",
    [15_000, 0, 3_600_000],
    "ms",
  ),
  gossipInterval: whole(
    "time between two packets; it is the period of the clock",
    [200, 10, 60_000],
    "ms",
  ),
  retransmitMult: whole("times the digits of n: packets that carry an entry", [3, 1, 20], "times"),
  pushPullInterval: whole(
    "time between exchanges of the whole log",
    [60_000, 200, 3_600_000],
    "ms",
  ),
  entryBytes: whole(
    "an entry of the notification log; above 700 real peers send it to all at once",
    [250, 1, 700],
    "bytes",
  ),
  settle: whole(
    "wait after a start before a peer notifies, while its log is brought up to date",
    [50, 0, 10_000],
    "intervals",
  ),
} satisfies Record<string, ParameterSpec>;

const CELLS = ["complete", "running", "fired"] as const;

const measures: Measures = {
  cells: [
    ...CELLS.map((name) => ({ name, combine: name === "fired" ? "max" : "sum" }) as const),
    ...Array.from({ length: ALERTS_MAX }, (_, alert) => ({
      name: `notifications${alert}`,
      combine: "sum" as const,
    })),
  ],
  derive(cells) {
    const [complete = 0, running = 0, alertsFired = 0] = cells;
    const counts = cells.slice(CELLS.length);
    const alertsNotified = counts.filter((count) => count > 0).length;
    const notifications = counts.reduce((sum, count) => sum + count, 0);
    return {
      alertsFired,
      alertsNotified,
      notifications,
      duplicates: notifications - alertsNotified,
      logCompleteShare: running === 0 ? 0 : complete / running,
    };
  },
  summary({ alertsFired = [], alertsNotified = [], notifications = [], duplicates = [] }) {
    const notified = alertsNotified.at(-1) ?? 0;
    return {
      notificationsPerAlert: notified === 0 ? null : notifications.at(-1)! / notified,
      duplicates: duplicates.at(-1) ?? 0,
      alertsNeverNotified: (alertsFired.at(-1) ?? 0) - notified,
      notificationDelaySteps: meanDelay(alertsFired, alertsNotified),
    };
  },
};

export const alertmanagerHa = defineProtocol({
  id: "alertmanager-ha",
  title: "Alertmanager cluster",
  summary: "peers take turns to notify, and stay silent when the gossiped log has the alert",
  source: "Prometheus Alertmanager, cluster/ and nflog/; memberlist underneath",
  symbol: "alertmanager",
  parameters,
  clocks: ["event"],
  roundTicks: 1,
  endless: true,
  rests: () => true,
  periodMs: ({ gossipInterval = 200 }) => gossipInterval,
  payloadWords: 0,
  fields: ({ nodes, parameters: given }: ProtocolSettings) => [
    {
      name: "rows",
      type: "u32",
      count: nodes * (ROW_WORDS + 32 - Math.clz32(transmits(nodes, given))),
      meaning: "notification log, alerts decided, start, transmits left",
      digest: true,
    },
    {
      name: "tallies",
      type: "f64",
      count: SHARDS_MAX * ALERTS_MAX,
      meaning: "notifications of each alert, by shard",
      shared: true,
    },
  ],
  traffic: (settings) =>
    contactTraffic({
      ...settings,
      // Beside the packets at most one exchange, and its answer.
      parameters: { fanout: (settings.parameters.fanout ?? 1) + 1 },
    }),
  measures,
  wireBytes: () => ({ rumor: DATAGRAM_BYTES, control: DATAGRAM_BYTES }),
});
