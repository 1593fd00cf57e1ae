/**
 * The general path: portable steps, shard by shard and tick by tick, over mailboxes. In each tick a
 * shard first receives what is due, then acts; one barrier ends the tick. Serves round clocks (a round
 * is roundTicks ticks) and event clocks (latency, phases, timers) alike.
 */
import * as CONTEXT from "../../assembly/runtime/context.js";
import type { Steps } from "../kernels/backend.js";
import { mulHigh } from "../kernels/memory.js";
import { threefry } from "../kernels/random.js";
import { TrialFailure } from "../errors.js";
import type { Measures, MeasureSettings } from "../protocols/protocol.js";
import { Cells } from "./cells.js";
import { cutAt, forgettingAt, noticedAt, outagesAt, pausedUntil } from "./environment.js";
import { environmentWords, fieldWidths } from "./environment-memory.js";
import { eachHit } from "./outage-hits.js";
import { CONTEXT_WORDS, COUNT_RING, COUNTERS, ownRange } from "./plan.js";
import type { StepCounts, TrialResult, TrialRun } from "./trial-run.js";

/** Codes of CONTEXT.TIMER_KIND. */
const TIMER_KINDS = { periodic: 0, poisson: 1, fresh: 2 } as const;
/** Poisson waits of more periods than this come once in ten million. */
const POISSON_PERIODS = 16;
/** Purpose of the draw of a node's phase. */
const PHASE_DRAW = 0x36000000;

export function playTicks(run: TrialRun, steps: Steps, measures?: Measures): TrialResult {
  const { task, barrier } = run;
  const { plan, worker, seed, origin } = task;
  if (worker === 0) prepareState(run);
  barrier.wait();
  const context = prepareContext(run);
  writePhases(run);
  barrier.wait();
  const stepTicks = plan.clock.kind === "round" ? plan.roundTicks : plan.windowTicks;
  // On a round clock the answers of a round arrive with the first tick of the next one.
  const lag = plan.clock.kind === "round" ? 0 : stepTicks - 1;
  const cells = measures && new Cells(run, measures, measuredSettings(run));
  const totals = new Totals(run, stepTicks);
  if (cells !== undefined) startMeasured(run, steps, context, cells);
  const start = task.now();
  let stopped: TrialResult["stopped"] | undefined;
  for (let tick = 0; stopped === undefined; tick++) {
    // A step's state is measured in the tick that closes it.
    const closing = lag === 0 ? tick > 0 && tick % stepTicks === 0 : (tick + 1) % stepTicks === 0;
    playTick(run, steps, context, { tick, stepTicks, closing, cells });
    barrier.wait();
    if (run.words[(context >>> 2) + CONTEXT.OVERFLOW] !== 0) throw overflow(run);
    if (!closing) continue;
    const step = lag === 0 ? tick / stepTicks - 1 : (tick - lag) / stepTicks;
    const covered = cells?.close(tick & 1, false);
    stopped = totals.close(step, covered);
    // Worker 0 reads the state for its digest: the others must not go on changing it.
    if (task.digestEachRound) barrier.wait();
  }
  const elapsedMs = task.now() - start;
  const digest = worker === 0 ? run.digest() : "";
  const { series, digests } = run;
  const rounds = totals.rounds;
  const lastInformedTick = plan.clock.kind === "event" ? totals.lastInformedTick : 0;
  return { seed, origin, digest, digests, rounds, stopped, elapsedMs, series, lastInformedTick };
}

/** Says which outages last at a tick. @param c index of the context's first word */
function writeOutages({ task, words }: TrialRun, c: number, tick: number): void {
  const { environment } = task.plan;
  if (environment.outages.length === 0) return;
  words[c + CONTEXT.OUTAGES_NOW] = outagesAt(environment, "down", tick);
  words[c + CONTEXT.LEAVING_NOW] = noticedAt(environment, tick);
  words[c + CONTEXT.PAUSES_NOW] = outagesAt(environment, "paused", tick);
  words[c + CONTEXT.PAUSED_UNTIL] = pausedUntil(environment, tick);
}

interface TickPosition {
  readonly tick: number;
  readonly stepTicks: number;
  /** true: the tick ends a step, and what the protocol measures is taken. */
  readonly closing: boolean;
  readonly cells: Cells | undefined;
}

/** One tick of this worker's shards. */
function playTick(
  run: TrialRun,
  steps: Steps,
  context: number,
  { tick, stepTicks, closing, cells }: TickPosition,
): void {
  const { plan, worker, reversed } = run.task;
  const { mortal } = plan.environment;
  const forgetting = mortal ? forgettingAt(plan.environment, tick) : 0;
  const { words } = run;
  const c = context >>> 2;
  const parity = tick & 1;
  const step = Math.floor(tick / stepTicks);
  const event = plan.clock.kind === "event";
  const arrival = event ? step : Math.max(0, Math.floor((tick - 1) / stepTicks));
  const counts = run.at("counts") + worker * COUNT_RING * COUNTERS * 8;
  if (tick % stepTicks === 0) {
    const fresh = (counts + ((step + 1) % COUNT_RING) * COUNTERS * 8) / 8;
    run.doubles.fill(0, fresh, fresh + COUNTERS);
  }
  const arena = plan.fields.arenas!;
  const arenaBytes = arena.count / plan.workers / 2;
  words[c + CONTEXT.ARENA_NEXT] = arena.at + (worker * 2 + parity) * arenaBytes;
  words[c + CONTEXT.ARENA_END] = words[c + CONTEXT.ARENA_NEXT]! + arenaBytes;
  words[c + CONTEXT.TICK] = tick;
  writeOutages(run, c, tick);
  const [cutFirst, cutEnd] = cutAt(plan.environment, tick);
  words[c + CONTEXT.CUT_FIRST] = cutFirst;
  words[c + CONTEXT.CUT_END] = cutEnd;
  words[c + CONTEXT.ROUND] = event ? 0 : step;
  words[c + CONTEXT.ARRIVAL_ROUND] = event ? 0 : arrival;
  words[c + CONTEXT.SENT_COUNTS_AT] = counts + (step % COUNT_RING) * COUNTERS * 8;
  words[c + CONTEXT.ARRIVED_COUNTS_AT] = counts + (arrival % COUNT_RING) * COUNTERS * 8;
  const rowBytes = plan.shards * 8;
  const heads = run.at("heads");
  words[c + CONTEXT.IN_HEADS_AT] = heads + (1 - parity) * plan.shards * rowBytes;
  const [first, end] = ownRange(plan.shards, worker, plan.workers);
  for (let index = first; index < end; index++) {
    const shard = reversed === true ? first + end - 1 - index : index;
    const row = heads + (parity * plan.shards + shard) * rowBytes;
    words.fill(0, row >>> 2, (row + rowBytes) >>> 2);
    words[c + CONTEXT.SHARD] = shard;
    words[c + CONTEXT.FIRST] = shard * 2 ** plan.shardShift;
    words[c + CONTEXT.END] = Math.min(plan.nodes, (shard + 1) * 2 ** plan.shardShift);
    words[c + CONTEXT.OUT_ROW_AT] = row;
    words[c + CONTEXT.WHEEL_ROW_AT] = run.at("wheels") + shard * plan.wheelSlots * 8;
    words[c + CONTEXT.DRAWN_BLOCK] = 0xffffffff;
    if (forgetting !== 0) run.backend.kernels.forgetHit(context, forgetting);
    steps.receive(context);
    if (closing && mortal) run.backend.kernels.countLive(context, Number(run.isRumor));
    if (closing && cells !== undefined) {
      cells.open(context, shard, parity);
      steps.measure?.(context);
    }
    steps.act(context);
  }
}

/** Sets up the state of a model with measures and takes its first figures. */
function startMeasured(run: TrialRun, steps: Steps, context: number, cells: Cells): void {
  const { plan, worker } = run.task;
  const c = context >>> 2;
  const [first, end] = ownRange(plan.shards, worker, plan.workers);
  cells.clear();
  writeOutages(run, c, 0);
  // Parity 1: the first step that closes may be tick 0 or 1, and slow readers come before tick 1 ends.
  for (let shard = first; shard < end; shard++) {
    run.words[c + CONTEXT.SHARD] = shard;
    run.words[c + CONTEXT.FIRST] = shard * 2 ** plan.shardShift;
    run.words[c + CONTEXT.END] = Math.min(plan.nodes, (shard + 1) * 2 ** plan.shardShift);
    run.words[c + CONTEXT.DRAWN_BLOCK] = 0xffffffff;
    steps.start?.(context);
    cells.open(context, shard, 1);
    steps.measure?.(context);
  }
  run.barrier.wait();
  run.informed = cells.close(1, true);
  run.barrier.wait();
}

/** What derived values may depend on, as the plan has it. */
function measuredSettings({ task: { plan } }: TrialRun): MeasureSettings {
  return { nodes: plan.nodes, parameters: plan.parameters };
}

/** Reads the counters of closed steps, keeps the running totals and decides when to stop. */
class Totals {
  rounds = 0;
  lastInformedTick = 0;
  readonly #run: TrialRun;
  readonly #stepTicks: number;
  #inFlight = 0;
  #quietTicks = 0;
  /** Ticks since a node last spread the rumor. */
  #deadTicks = 0;

  constructor(run: TrialRun, stepTicks: number) {
    this.#run = run;
    this.#stepTicks = stepTicks;
  }

  /**
   * Closes step `step`: all its messages were sent, and on a round clock received.
   * @param covered nodes that count as covered, where the protocol measures that itself
   */
  close(step: number, covered?: number): TrialResult["stopped"] | undefined {
    const { plan } = this.#run.task;
    const cells = this.#sum(step % COUNT_RING);
    const at = (counter: number): number => cells[counter]!;
    const [gained, sent, requests] = [CONTEXT.INFORMED, CONTEXT.SENT, CONTEXT.REQUESTED].map(
      at,
    ) as [number, number, number];
    const [lost, redundant] = [at(CONTEXT.LOST), at(CONTEXT.REDUNDANT)];
    const ended = lost + at(CONTEXT.REQUESTS_LOST) + redundant + at(CONTEXT.REQUESTS_ARRIVED);
    const event = plan.clock.kind === "event";
    const time = event ? (step + 1) * this.#stepTicks : step + 1;
    if (plan.environment.mortal) this.#run.live = at(CONTEXT.LIVE);
    const known =
      plan.environment.mortal && this.#run.isRumor ? at(CONTEXT.LIVE_INFORMED) : covered;
    const counts: StepCounts = {
      ...{ sent, requests, lost, redundant, bytes: at(CONTEXT.BYTES) },
      carriedBytes: at(CONTEXT.CARRIED),
      crossDcBytes: at(CONTEXT.CROSS_DC),
      crossRackBytes: at(CONTEXT.CROSS_RACK),
    };
    this.#run.note(time, known === undefined ? gained : known - this.#run.informed, counts);
    this.rounds = event ? time / plan.clock.periodTicks : time;
    this.#inFlight +=
      sent + requests + at(CONTEXT.DUPLICATED) - ended - gained - at(CONTEXT.ARRIVED);
    this.#run.series.inFlight.push(this.#inFlight);
    this.#quietTicks = sent + requests > 0 ? 0 : this.#quietTicks + this.#stepTicks;
    this.#deadTicks = sent + at(CONTEXT.ACTIVE) > 0 ? 0 : this.#deadTicks + this.#stepTicks;
    const reason = this.#run.stopReason(this.rounds);
    if (reason !== undefined) return reason;
    if (plan.dies) return this.#isDead() ? this.#endOfRumor() : undefined;
    const quietLongEnough = this.#quietTicks >= (event ? 2 * plan.clock.periodTicks : 1);
    const silent = quietLongEnough && plan.clock.timer === "periodic" && !plan.rests;
    return silent && this.#inFlight <= 0 ? "quiescent" : undefined;
  }

  /** No copy is under way, and whoever still spreads the rumor would have acted since. */
  #isDead(): boolean {
    const { clock, wheelSlots } = this.#run.task.plan;
    if (clock.kind === "round") return this.#deadTicks > 0;
    const periods = clock.timer === "poisson" ? POISSON_PERIODS : 2;
    return this.#deadTicks >= Math.max(periods * clock.periodTicks, wheelSlots);
  }

  #endOfRumor(): TrialResult["stopped"] {
    return this.#run.isCovered ? "coverage" : "quiescent";
  }

  #sum(slot: number): number[] {
    const { doubles, task } = this.#run;
    const total = new Array<number>(COUNTERS).fill(0);
    for (let worker = 0; worker < task.plan.workers; worker++) {
      const cell = this.#run.at("counts") / 8 + (worker * COUNT_RING + slot) * COUNTERS;
      for (let i = 0; i < COUNTERS; i++) total[i]! += doubles[cell + i]!;
      const last = doubles[cell + CONTEXT.LAST_TICK]!;
      this.lastInformedTick = Math.max(this.lastInformedTick, last - 1);
    }
    return total;
  }
}

function prepareState(run: TrialRun): void {
  const { plan } = run.task;
  const others = ["contexts", "counts", "heads", "wheels", "outageHits", "lives"];
  const kept = ["uplinks", "downlinks", "changes", "lostAt"];
  for (const name of [...plan.protocolFields, ...others, ...kept]) run.clear(name);
  run.doubles.set(plan.parameters, run.at("parameters") / 8);
  run.words.set(
    plan.protocolFields.map((name) => run.at(name)),
    run.at("fieldTable") / 4,
  );
  run.words.set(plan.fanoutTable, run.at("fanoutTable") / 4);
  if (plan.environment.mortal) run.words.set(fieldWidths(plan), run.at("fieldWidths") / 4);
  writeHits(run);
}

/** Marks whom each outage of this trial hits. */
function writeHits(run: TrialRun): void {
  const { plan, seed } = run.task;
  if (plan.environment.outages.length === 0) return;
  const hits = run.words.subarray(run.at("outageHits") / 4);
  plan.environment.outages.forEach(({ nodes }, index) => {
    eachHit(plan, nodes, index, seed, (node) => {
      hits[node]! |= 1 << index;
    });
  });
}

/** Fills this worker's context; returns its address. */
function prepareContext(run: TrialRun): number {
  const { plan, worker, seed, origin } = run.task;
  const address = (name: string): number => plan.fields[name]?.at ?? 0;
  const context = run.at("contexts") + worker * CONTEXT_WORDS * 4;
  const scratch = plan.fields.scratch!;
  const lists = run.at("lists") + worker * 512;
  const pool = plan.fields.wheelPool!;
  const poolBytes = pool.count / plan.workers;
  const values: readonly (readonly [number, number])[] = [
    [CONTEXT.NODES, plan.nodes],
    [CONTEXT.SEED, seed],
    [CONTEXT.SHARDS, plan.shards],
    [CONTEXT.SHARD_SHIFT, plan.shardShift],
    [CONTEXT.ROUND_TICKS, plan.roundTicks],
    [CONTEXT.PERIOD, plan.clock.periodTicks],
    [CONTEXT.EVENT_CLOCK, Number(plan.clock.kind === "event")],
    [CONTEXT.PARAMETERS_AT, run.at("parameters")],
    [CONTEXT.FIELDS_AT, run.at("fieldTable")],
    [CONTEXT.SCRATCH_AT, scratch.at + (worker * scratch.count) / plan.workers],
    [CONTEXT.ORIGIN, origin],
    [CONTEXT.LOSS_BELOW, plan.lossBelow],
    [CONTEXT.GRAPH, Number(plan.graph)],
    [CONTEXT.OFFSETS_AT, address("offsets")],
    [CONTEXT.TARGETS_AT, address("targets")],
    [CONTEXT.DC_SIZE, plan.zones.dc],
    [CONTEXT.RACK_SIZE, plan.zones.rack],
    [CONTEXT.COPY_BYTES, plan.wireBytes.rumor],
    [CONTEXT.CONTROL_BYTES, plan.wireBytes.control],
    [CONTEXT.SELECTION, plan.selection.kind],
    [CONTEXT.SELECTED_UNTIL, plan.selection.untilTick],
    [CONTEXT.SELECTION_AT, address("selection")],
    [CONTEXT.ROW_NODES, plan.selection.rowNodes],
    [CONTEXT.OUTSIDE_DC_BELOW, plan.selection.outsideDcBelow],
    [CONTEXT.OUTSIDE_RACK_BELOW, plan.selection.outsideRackBelow],
    [CONTEXT.CANDIDATES, plan.selection.candidates],
    [CONTEXT.LATENCY, plan.latencyKind],
    [CONTEXT.RESEND_TICKS, plan.resendTicks],
    [CONTEXT.DELAY_TICKS, plan.delayTicks],
    [CONTEXT.DELAY_TABLE_AT, address("delays")],
    [CONTEXT.PLACES_AT, address("places")],
    [CONTEXT.INFLATION_AT, address("inflation")],
    [CONTEXT.TIMER_KIND, plan.clock.kind === "event" ? TIMER_KINDS[plan.clock.timer] : 0],
    [CONTEXT.PHASE_NODES_AT, address("phaseNodes")],
    [CONTEXT.PHASE_STARTS_AT, address("phaseStarts")],
    [CONTEXT.FANOUT_TABLE_AT, plan.fanoutTable.length > 0 ? run.at("fanoutTable") : 0],
    [CONTEXT.MESSAGE_BYTES, plan.messageBytes],
    [CONTEXT.WHEEL_MASK, plan.wheelSlots - 1],
    [CONTEXT.WHEEL_NEXT, pool.at + worker * poolBytes],
    [CONTEXT.WHEEL_END, pool.at + (worker + 1) * poolBytes],
    [CONTEXT.PEERS_AT, lists],
    [CONTEXT.EDGES_AT, lists + 256],
    [CONTEXT.SLOTS, plan.fanout],
    [CONTEXT.FIRST_CELLS_AT, run.at("allCells") + worker * 2 * plan.cells * 8],
    [CONTEXT.LAST_CELLS_AT, run.at("allCells") + (worker * 2 + 1) * plan.cells * 8],
    ...environmentWords(plan, address),
  ];
  for (const [word, value] of values) run.words[(context >>> 2) + word] = value;
  return context;
}

/** Sorts the nodes of this worker's shards by phase: a counting sort per shard. */
function writePhases(run: TrialRun): void {
  const { plan, worker, seed } = run.task;
  const { phaseNodes, phaseStarts } = plan.fields;
  if (phaseNodes === undefined || phaseStarts === undefined) return;
  const period = plan.clock.periodTicks;
  const [firstShard, endShard] = ownRange(plan.shards, worker, plan.workers);
  for (let shard = firstShard; shard < endShard; shard++) {
    const first = shard * 2 ** plan.shardShift;
    const end = Math.min(plan.nodes, first + 2 ** plan.shardShift);
    const phases = new Uint32Array(end - first);
    const starts = run.words.subarray(
      phaseStarts.at / 4 + shard * (period + 1),
      phaseStarts.at / 4 + (shard + 1) * (period + 1),
    );
    starts.fill(0);
    for (let node = first; node < end; node++) {
      const phase = mulHigh(threefry(seed, PHASE_DRAW, 0, node), period);
      phases[node - first] = phase;
      starts[phase + 1]!++;
    }
    starts[0] = first;
    for (let phase = 0; phase < period; phase++) starts[phase + 1]! += starts[phase]!;
    const next = starts.slice(0, period);
    for (let node = first; node < end; node++) {
      run.words[phaseNodes.at / 4 + next[phases[node - first]!]!++] = node;
    }
  }
}

function overflow(run: TrialRun): TrialFailure {
  const { plan, seed, worker } = run.task;
  const bytes = (plan.fields.arenas?.bytes ?? 0) + (plan.fields.wheelPool?.bytes ?? 0);
  return new TrialFailure(
    `mailboxes full (${bytes} bytes, worker ${worker}, seed ${seed}): more messages than ` +
      `${plan.protocolId} states for ${plan.nodes} nodes; use fewer nodes or a smaller fanout`,
  );
}
