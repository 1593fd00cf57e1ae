/**
 * A Redis Cluster (Debian's redis-server) on loopback, half masters and half replicas: pings counted by
 * CLUSTER INFO, and what a silent master leads to. A master is stopped (SIGSTOP), not killed: the sockets
 * of a killed process refuse at once, which a dead host's do not.
 */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Fleet, Line } from "./fleet.js";
import type { Samples } from "./samples.js";

const run = promisify(execFile);

/** What the measurements look for in a server's log. */
export const REDIS_LINES =
  /Ready to accept|possibly failing|as failing|FAIL message|election won|Cluster state changed: ok|Clear FAIL/;

/** The bus listens 10,000 higher. */
const FIRST_PORT = 24_000;
const START_PATIENCE_MS = 60_000;
const SETTLE_MS = 5000;

export interface Cluster {
  readonly fleet: Fleet;
  readonly cli: string;
  readonly nodes: number;
  readonly nodeTimeoutMs: number;
}

const nameOf = (index: number): string => `node-${index}`;
const portOf = (member: string): number => FIRST_PORT + Number(member.slice("node-".length));

/** @param nodes even: half are masters, and each has one replica */
export async function startCluster(cluster: Cluster, server: string): Promise<void> {
  const { fleet, cli, nodes, nodeTimeoutMs } = cluster;
  for (let index = 0; index < nodes; index++) {
    const folder = join(fleet.folder, nameOf(index));
    mkdirSync(folder);
    fleet.start(nameOf(index), server, [
      ...["--port", String(FIRST_PORT + index), "--bind", "127.0.0.1", "--dir", folder],
      ...["--cluster-enabled", "yes", "--cluster-node-timeout", String(nodeTimeoutMs)],
      // PFAIL is told at debug level only.
      ...["--loglevel", "debug", "--save", "", "--appendonly", "no"],
    ]);
  }
  await fleet.until("all servers listen", START_PATIENCE_MS, () => {
    return fleet.firstLines(0, ({ text }) => text.includes("Ready to accept")).size === nodes;
  });
  const addresses = fleet.members.map((member) => `127.0.0.1:${portOf(member)}`);
  await run(cli, [
    ...["--cluster", "create", ...addresses],
    ...["--cluster-replicas", "1", "--cluster-yes"],
  ]);
  await fleet.until("the cluster is up", START_PATIENCE_MS, () => {
    const isUp = (line: Line): boolean => line.text.includes("Cluster state changed: ok");
    return fleet.firstLines(0, isUp).size === nodes;
  });
  // Every pair is linked and has exchanged pings after one node timeout.
  await pause(nodeTimeoutMs + SETTLE_MS);
}

/** Pings sent per node and second while nothing happens, one value per node. */
export async function measurePings(cluster: Cluster, seconds: number): Promise<Samples> {
  const before = await sentPings(cluster);
  const from = performance.now();
  await pause(seconds * 1000);
  const elapsed = (performance.now() - from) / 1000;
  const after = await sentPings(cluster);
  return { pingsPerSecond: after.map((count, node) => (count - before[node]!) / elapsed) };
}

async function sentPings({ fleet, cli }: Cluster): Promise<number[]> {
  const counts: number[] = [];
  for (const member of fleet.members) {
    const { stdout } = await run(cli, ["-p", String(portOf(member)), "cluster", "info"]);
    counts.push(Number(/messages_ping_sent:(\d+)/.exec(stdout)![1]));
  }
  return counts;
}

/** Milliseconds from a master's silence to what it leads to. */
export async function measureSilence(cluster: Cluster, count: number): Promise<Samples> {
  const { fleet, nodes } = cluster;
  const first: number[] = [];
  const quorum: number[] = [];
  const all: number[] = [];
  const successor: number[] = [];
  for (let round = 0; round < count; round++) {
    const { member, id } = await someMaster(cluster, round);
    const about = (part: string) => (line: Line) =>
      line.member !== member && line.text.includes(part) && line.text.includes(id);
    const from = fleet.freeze(member);
    const failed = (line: Line): boolean =>
      about("as failing")(line) || (about("FAIL message")(line) && line.text.endsWith(id));
    const won = (line: Line): boolean => line.text.includes("election won");
    const patience = 4 * cluster.nodeTimeoutMs + START_PATIENCE_MS;
    await fleet.until(`all nodes hear that ${member} has failed`, patience, () => {
      return fleet.firstLines(from, failed).size === nodes - 1;
    });
    await fleet.until(`${member} has a successor`, patience, () => {
      return fleet.firstLines(from, won).size > 0;
    });
    const times = (matches: (line: Line) => boolean): number[] =>
      [...fleet.firstLines(from, matches).values()].map(({ at }) => at - from);
    first.push(Math.min(...times(about("possibly failing"))));
    quorum.push(Math.min(...times(failed)));
    all.push(Math.max(...times(failed)));
    successor.push(Math.min(...times(won)));
    fleet.thaw(member);
    // It learns that it is a replica now, and the others clear their flag.
    await pause(2 * cluster.nodeTimeoutMs + SETTLE_MS);
  }
  return {
    suspectedFirstMs: first,
    failedFirstMs: quorum,
    failedAllMs: all,
    newMasterMs: successor,
  };
}

async function someMaster(
  { fleet, cli }: Cluster,
  round: number,
): Promise<{ member: string; id: string }> {
  const members = fleet.members;
  for (let step = 0; step < members.length; step++) {
    const member = members[(round * 7 + step) % members.length]!;
    const { stdout } = await run(cli, ["-p", String(portOf(member)), "cluster", "nodes"]);
    const own = stdout.split("\n").find((line) => line.includes("myself"))!;
    if (own.includes("master")) return { member, id: own.split(" ")[0]! };
  }
  throw new Error("no server is a master");
}
