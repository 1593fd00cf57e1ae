/**
 * The rules of serf-event once more, as Serf and memberlist write them: objects in place of bits, a ring of
 * Lamport times in place of a comparison, queues that are sorted. For tests of the model's reductions: slow,
 * and with draws of its own, so that only distributions can agree.
 */
import { seededStream } from "../../network/seeded.js";

export interface ExactSettings {
  readonly nodes: number;
  readonly events: number;
  readonly eventIntervalMs: number;
  readonly eventBytes: number;
  readonly bufferTimes: number;
  readonly transmitLimit: number;
  readonly gossipMs: number;
  readonly gossipNodes: number;
  readonly latencyMs: number;
  readonly lossRatio: number;
  readonly untilMs: number;
  readonly pushPullMs: number;
}

export interface ExactOutcome {
  /** Of each event, when the last node delivered it, from its birth; Infinity when not all did. */
  readonly spreadMs: readonly number[];
  readonly deliveredShare: number;
  /** Copies of events that arrived in packets, for each delivery. */
  readonly copiesPerDelivery: number;
  readonly tooOld: number;
  readonly queueDepthMax: number;
}

interface UserEvent {
  readonly id: number;
  readonly time: number;
}
interface Queued {
  readonly event: UserEvent;
  readonly order: number;
  transmits: number;
}
interface Member {
  clock: number;
  readonly buffer: ({ time: number; readonly events: UserEvent[] } | undefined)[];
  readonly delivered: Set<number>;
  queue: Queued[];
  readonly phase: number;
  readonly exchangePhase: number;
}
type Delivery = () => void;
type Stream = ReturnType<typeof seededStream>;

const UDP_BYTES = 1400;
const COMPOUND_BYTES = 2;
const PART_BYTES = 3;

export function playExactly(settings: ExactSettings, seed: number): ExactOutcome {
  const run = new ExactRun(settings, seed);
  for (let ms = 0; ms < settings.untilMs; ms++) run.play(ms);
  return run.outcome();
}

class ExactRun {
  readonly #settings: ExactSettings;
  readonly #stream: Stream;
  readonly #members: readonly Member[];
  readonly #born: number[] = [];
  readonly #latest: number[] = [];
  /** What arrives in each millisecond. */
  readonly #due: Delivery[][] = [];
  #now = 0;
  #copies = 0;
  #tooOld = 0;
  #order = 0;
  #deepest = 0;

  constructor(settings: ExactSettings, seed: number) {
    const { nodes, bufferTimes, gossipMs, pushPullMs } = settings;
    const stream = seededStream(seed, 7);
    this.#settings = settings;
    this.#stream = stream;
    this.#members = Array.from({ length: nodes }, () => ({
      ...{ clock: 1, delivered: new Set<number>(), queue: [], phase: stream.below(gossipMs) },
      buffer: new Array<undefined>(bufferTimes).fill(undefined),
      exchangePhase: stream.below(Math.max(1, Math.round(pushPullMs / gossipMs))),
    }));
  }

  play(ms: number): void {
    const { events, eventIntervalMs, gossipMs } = this.#settings;
    this.#now = ms;
    for (const delivery of this.#due[ms] ?? []) delivery();
    this.#due[ms] = [];
    const id = ms / eventIntervalMs;
    if (Number.isInteger(id) && id < events) this.#fire(id);
    this.#members.forEach((member, self) => {
      if (ms % gossipMs === member.phase) this.#beat(member, self);
    });
  }

  outcome(): ExactOutcome {
    const { nodes } = this.#settings;
    const reached = this.#born.map(
      (_, id) => this.#members.filter(({ delivered }) => delivered.has(id)).length,
    );
    const deliveries = reached.reduce((sum, count) => sum + count, 0);
    return {
      spreadMs: this.#born.map((at, id) =>
        reached[id] === nodes ? this.#latest[id]! - at : Infinity,
      ),
      deliveredShare: deliveries / (nodes * this.#born.length),
      copiesPerDelivery: this.#copies / deliveries,
      tooOld: this.#tooOld,
      queueDepthMax: this.#deepest,
    };
  }

  #fire(id: number): void {
    const member = this.#members[this.#stream.below(this.#settings.nodes)]!;
    const event = { id, time: member.clock };
    this.#born[id] = this.#now;
    this.#handle(member, event);
    this.#enqueue(member, event);
  }

  #beat(member: Member, self: number): void {
    const { gossipMs, pushPullMs } = this.#settings;
    this.#gossip(member, self);
    const every = Math.round(pushPullMs / gossipMs);
    const beat = Math.floor(this.#now / gossipMs);
    if (every > 0 && (beat + member.exchangePhase) % every === 0) this.#exchange(member, self);
  }

  /** Serf's handleUserEvent. @returns true for an event that is new */
  #handle(member: Member, event: UserEvent): boolean {
    const { bufferTimes } = this.#settings;
    member.clock = Math.max(member.clock, event.time + 1);
    if (member.clock > bufferTimes && event.time < member.clock - bufferTimes) {
      if (!member.delivered.has(event.id)) this.#tooOld++;
      return false;
    }
    const place = event.time % bufferTimes;
    const seen = member.buffer[place];
    if (seen?.time === event.time) {
      if (seen.events.some(({ id }) => id === event.id)) return false;
      seen.events.push(event);
    } else {
      member.buffer[place] = { time: event.time, events: [event] };
    }
    member.delivered.add(event.id);
    this.#latest[event.id] = this.#now;
    return true;
  }

  #enqueue(member: Member, event: UserEvent): void {
    member.queue.push({ event, order: this.#order++, transmits: 0 });
    this.#deepest = Math.max(this.#deepest, member.queue.length);
  }

  /** memberlist's GetBroadcasts: fewest transmits first, of these the newest; all are as long. */
  #packet(member: Member): UserEvent[] {
    const { eventBytes, transmitLimit } = this.#settings;
    const room = Math.floor((UDP_BYTES - COMPOUND_BYTES) / (eventBytes + PART_BYTES));
    member.queue.sort((a, b) => a.transmits - b.transmits || b.order - a.order);
    const taken = member.queue.slice(0, room);
    for (const queued of taken) queued.transmits++;
    member.queue = member.queue.filter(({ transmits }) => transmits < transmitLimit);
    return taken.map(({ event }) => event);
  }

  #gossip(member: Member, self: number): void {
    const { gossipNodes, lossRatio } = this.#settings;
    if (member.queue.length === 0) return;
    for (const other of this.#others(self, gossipNodes)) {
      const events = this.#packet(member);
      if (events.length === 0) return;
      if (this.#stream.below(1_000_000) < lossRatio * 1_000_000) continue;
      this.#later(() => {
        this.#copies += events.length;
        for (const event of events) if (this.#handle(other, event)) this.#enqueue(other, event);
      });
    }
  }

  #exchange(member: Member, self: number): void {
    const [partner] = this.#others(self, 1);
    const [clock, events] = [member.clock, bufferedBy(member)];
    this.#later(() => {
      const [itsClock, its] = [partner!.clock, bufferedBy(partner!)];
      this.#later(() => {
        this.#merge(member, itsClock, its);
      });
      this.#merge(partner!, clock, events);
    });
  }

  /** What an exchange brings is not passed on. */
  #merge(member: Member, clock: number, events: readonly UserEvent[]): void {
    member.clock = Math.max(member.clock, clock);
    for (const event of events) this.#handle(member, event);
  }

  #later(delivery: Delivery): void {
    (this.#due[this.#now + this.#settings.latencyMs] ??= []).push(delivery);
  }

  #others(self: number, wanted: number): Member[] {
    const { nodes } = this.#settings;
    const chosen = new Set<number>();
    while (chosen.size < Math.min(wanted, nodes - 1)) {
      const other = this.#stream.below(nodes);
      if (other !== self) chosen.add(other);
    }
    return [...chosen].map((other) => this.#members[other]!);
  }
}

function bufferedBy(member: Member): UserEvent[] {
  return member.buffer.flatMap((seen) => seen?.events ?? []);
}
