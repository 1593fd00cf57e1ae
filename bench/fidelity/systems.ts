/** The systems that can be compared, and how each is. */
import { execFileSync } from "node:child_process";
import type { ValidatedCase } from "../../src/history/validate-record.js";
import { comparedCase } from "./compare.js";
import { findProgram, Fleet } from "./fleet.js";
import { modelCluster, modelDetection, modelEvents } from "./models.js";
import { measurePings, measureSilence, REDIS_LINES, startCluster } from "./redis.js";
import { measureEvents, measureKills, SERF_LINES, startAgents } from "./serf.js";

export interface FidelitySystem {
  readonly id: string;
  readonly programs: readonly string[];
  readonly debianPackage: string;
  /** Name and version of what is installed. */
  describe(): string;
  /** @param firstIndex number of the first case; @param onStep is told what begins */
  measure(
    signal: AbortSignal,
    firstIndex: number,
    onStep: (name: string) => void,
  ): Promise<ValidatedCase[]>;
}

const MODEL_SEEDS = 200;
const AGENTS = 50;
const SERVERS = 60;
const NODE_TIMEOUT_MS = 5000;
const PING_SECONDS = 30;
const SILENCES = 6;
const KILLS = 10;
const EVENTS = 8;

const serf: FidelitySystem = {
  id: "serf",
  programs: ["serf"],
  debianPackage: "serf",
  describe: () => `Serf ${versionOf("serf", ["version"])}`,
  async measure(signal, firstIndex, onStep) {
    const program = findProgram("serf")!;
    const start = performance.now();
    const fleet = new Fleet(SERF_LINES, signal);
    try {
      onStep(`starting ${AGENTS} agents`);
      await startAgents(fleet, program, AGENTS);
      onStep(`${EVENTS} user events`);
      const events = await measureEvents(fleet, program, EVENTS);
      onStep(`${KILLS} agents killed`);
      const kills = await measureKills(fleet, program, KILLS);
      const elapsedMs = performance.now() - start;
      const shared = { source: "serf", parameters: { agents: AGENTS, profile: "lan" }, elapsedMs };
      onStep(`the model, ${MODEL_SEEDS} seeds`);
      const detection = await modelDetection(AGENTS, MODEL_SEEDS);
      const spread = await modelEvents(AGENTS, MODEL_SEEDS);
      return [
        comparedCase(
          { ...shared, label: "killed agent", real: kills, model: detection },
          firstIndex,
        ),
        comparedCase(
          { ...shared, label: "user event", real: events, model: spread },
          firstIndex + 1,
        ),
      ];
    } finally {
      fleet.close();
    }
  },
};

const redis: FidelitySystem = {
  id: "redis",
  programs: ["redis-server", "redis-cli"],
  debianPackage: "redis-server",
  describe: () => versionOf("redis-server", ["--version"]),
  async measure(signal, firstIndex, onStep) {
    const start = performance.now();
    const fleet = new Fleet(REDIS_LINES, signal);
    const nodeTimeoutMs = NODE_TIMEOUT_MS;
    const cluster = { fleet, cli: findProgram("redis-cli")!, nodes: SERVERS, nodeTimeoutMs };
    try {
      onStep(`starting ${SERVERS} servers`);
      await startCluster(cluster, findProgram("redis-server")!);
      onStep(`counting pings for ${PING_SECONDS} s`);
      const pings = await measurePings(cluster, PING_SECONDS);
      onStep(`${SILENCES} masters fall silent`);
      const silence = await measureSilence(cluster, SILENCES);
      const elapsedMs = performance.now() - start;
      const parameters = { servers: SERVERS, nodeTimeoutMs };
      onStep(`the model, ${MODEL_SEEDS} seeds`);
      const model = await modelCluster(SERVERS, nodeTimeoutMs, MODEL_SEEDS);
      const shared = { source: "redis", parameters, elapsedMs, model };
      return [
        comparedCase({ ...shared, label: "at rest", real: pings }, firstIndex),
        comparedCase({ ...shared, label: "silent master", real: silence }, firstIndex + 1),
      ];
    } finally {
      fleet.close();
    }
  },
};

export const systems: readonly FidelitySystem[] = [serf, redis];

/** First line of what a program says of itself. */
function versionOf(program: string, args: readonly string[]): string {
  const path = findProgram(program)!;
  return execFileSync(path, args, { encoding: "utf8" }).split("\n")[0]!.trim();
}
