/**
 * Serf agents (Debian's package) on loopback, as their LAN profile has them: how long the news of a killed
 * agent takes, and how long a user event. Times are read off the agents' own logs as the lines arrive.
 */
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Fleet, Line } from "./fleet.js";
import type { Samples } from "./samples.js";

const run = promisify(execFile);

/** What the measurements look for in an agent's log. */
export const SERF_LINES = /EventMember(?:Join|Failed)|user-event/;

const FIRST_PORT = 21_000;
const FIRST_RPC_PORT = 23_000;
/** Detection takes about ten seconds at fifty agents; a restart about one. */
const PATIENCE_MS = 60_000;
/** What an agent needs after a change until its neighbours are quiet again. */
const SETTLE_MS = 4000;

const nameOf = (index: number): string => `agent-${index}`;

function startAgent(fleet: Fleet, program: string, index: number): void {
  fleet.start(nameOf(index), program, [
    ...["agent", `-node=${nameOf(index)}`, "-profile=lan", "-log-level=info"],
    `-bind=127.0.0.1:${FIRST_PORT + index}`,
    `-rpc-addr=127.0.0.1:${FIRST_RPC_PORT + index}`,
    ...(index === 0 ? [] : [`-retry-join=127.0.0.1:${FIRST_PORT}`, "-retry-interval=1s"]),
  ]);
}

export async function startAgents(fleet: Fleet, program: string, agents: number): Promise<void> {
  for (let index = 0; index < agents; index++) {
    startAgent(fleet, program, index);
    // Agent 0 must listen before the others ask it; all at once would only fight for the processor.
    if (index % 5 === 0) await pause(300);
  }
  const joined = (name: string) => (line: Line) => line.text.includes(`EventMemberJoin: ${name} `);
  for (let index = 0; index < agents; index++) {
    await fleet.until(`all agents know ${nameOf(index)}`, PATIENCE_MS, () => {
      return fleet.firstLines(0, joined(nameOf(index))).size === agents;
    });
  }
  await pause(SETTLE_MS);
}

/** Milliseconds from each event's first delivery to the others'. */
export async function measureEvents(
  fleet: Fleet,
  program: string,
  count: number,
): Promise<Samples> {
  const half: number[] = [];
  const all: number[] = [];
  const agents = fleet.members.length;
  for (let event = 0; event < count; event++) {
    const from = performance.now();
    const name = `rumor-${event}`;
    const origin = (event * 7) % agents;
    const address = `-rpc-addr=127.0.0.1:${FIRST_RPC_PORT + origin}`;
    await run(program, ["event", address, "-coalesce=false", name, "payload"]);
    const delivered = (line: Line): boolean => line.text.endsWith(`user-event: ${name}`);
    await fleet.until(`all agents deliver ${name}`, PATIENCE_MS, () => {
      return fleet.firstLines(from, delivered).size === agents;
    });
    const times = [...fleet.firstLines(from, delivered).values()].map(({ at }) => at);
    times.sort((a, b) => a - b);
    half.push(times[Math.ceil(agents / 2) - 1]! - times[0]!);
    all.push(times.at(-1)! - times[0]!);
    await pause(SETTLE_MS);
  }
  return { eventHalfMs: half, eventAllMs: all };
}

/** Milliseconds from a kill to the first agent, and to all agents, that call the killed one failed. */
export async function measureKills(fleet: Fleet, program: string, count: number): Promise<Samples> {
  const first: number[] = [];
  const all: number[] = [];
  const agents = fleet.members.length;
  for (let round = 0; round < count; round++) {
    // Not agent 0, which the others join through.
    const victim = 1 + ((round * 11) % (agents - 1));
    const from = fleet.kill(nameOf(victim));
    const failed = (line: Line): boolean =>
      line.text.includes(`EventMemberFailed: ${nameOf(victim)} `);
    await fleet.until(`all agents notice that ${nameOf(victim)} is dead`, PATIENCE_MS, () => {
      return fleet.firstLines(from, failed).size === agents - 1;
    });
    const times = [...fleet.firstLines(from, failed).values()].map(({ at }) => at - from);
    first.push(Math.min(...times));
    all.push(Math.max(...times));
    await rejoin(fleet, program, victim, agents);
  }
  return { detectionFirstMs: first, detectionAllMs: all };
}

async function rejoin(
  fleet: Fleet,
  program: string,
  victim: number,
  agents: number,
): Promise<void> {
  const from = performance.now();
  startAgent(fleet, program, victim);
  const back = (line: Line): boolean => line.text.includes(`EventMemberJoin: ${nameOf(victim)} `);
  await fleet.until(`${nameOf(victim)} is back`, PATIENCE_MS, () => {
    return fleet.firstLines(from, back).size === agents;
  });
  await pause(SETTLE_MS);
}
