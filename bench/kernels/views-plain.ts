/**
 * The same protocols as one would write them down from the papers: a view is an array of entries, order
 * and choices come from a small generator. Entries rest in typed arrays between exchanges, since a
 * million nodes' worth of objects would not fit.
 */

interface Entry {
  readonly id: number;
  age: number;
}

export type PlainProtocol = "cyclon" | "framework" | "healer" | "newscast";

/** What the protocols' benches set; see src/views/options.ts. */
export interface PlainShape {
  readonly view: number;
  readonly shuffle: number;
  readonly healer: number;
  readonly swapper: number;
}

export class PlainViews {
  readonly #protocol: PlainProtocol;
  readonly #shape: PlainShape;
  readonly #nodes: number;
  readonly #ids: Uint32Array;
  readonly #ages: Uint16Array;
  readonly #order: Uint32Array;
  #state = 1;
  #round = 0;
  #turns = 0;

  constructor(protocol: PlainProtocol, shape: PlainShape, nodes: number) {
    this.#protocol = protocol;
    this.#shape = shape;
    this.#nodes = nodes;
    this.#ids = new Uint32Array(nodes * shape.view);
    this.#ages = new Uint16Array(nodes * shape.view);
    this.#order = Uint32Array.from({ length: nodes }, (_, node) => node);
    for (let node = 0; node < nodes; node++) {
      const row = this.#ids.subarray(node * shape.view, (node + 1) * shape.view);
      row.fill(node);
      for (let slot = 0; slot < shape.view; slot++) {
        let peer = node;
        while (row.includes(peer)) peer = this.#below(nodes);
        row[slot] = peer;
      }
    }
  }

  /** The next `turns` turns; a new order is drawn when all nodes had theirs. */
  runTurns(turns: number): void {
    if (this.#turns === 0) this.#shuffle(this.#order, this.#nodes);
    for (let turn = 0; turn < turns; turn++) this.#act(this.#order[this.#turns + turn]!);
    this.#turns += turns;
    if (this.#turns < this.#nodes) return;
    this.#turns = 0;
    this.#round++;
  }

  /** What is wrong with the views, undefined when all are full and hold neither self nor repeats. */
  check(): string | undefined {
    for (let node = 0; node < this.#nodes; node++) {
      const ids = this.#load(node).map(({ id }) => id);
      if (new Set(ids).size < this.#shape.view) return `node ${node} knows somebody twice`;
      if (ids.includes(node)) return `node ${node} knows itself`;
    }
    return undefined;
  }

  #act(node: number): void {
    if (this.#protocol === "cyclon") this.#cyclon(node);
    else if (this.#protocol === "newscast") this.#newscast(node);
    else this.#framework(node);
  }

  #cyclon(node: number): void {
    const view = this.#load(node);
    for (const entry of view) entry.age++;
    const oldest = view.reduce((most, entry) => (entry.age > most.age ? entry : most));
    const peerView = this.#load(oldest.id);
    const others = this.#sample(
      view.filter((entry) => entry !== oldest),
      this.#shape.shuffle - 1,
    );
    const sent = [{ id: node, age: 0 }, ...others];
    const answer = this.#sample(peerView, this.#shape.shuffle);
    this.#store(oldest.id, exchanged(peerView, sent, answer, oldest.id));
    this.#store(node, exchanged(view, answer, [oldest, ...others], node));
  }

  #framework(node: number): void {
    const view = this.#load(node);
    const peer = view.reduce((most, entry) => (entry.age > most.age ? entry : most)).id;
    const peerView = this.#load(peer);
    const sent = this.#buffer(view, node);
    const answer = this.#buffer(peerView, peer);
    this.#store(node, aged(this.#select(view, answer, node)));
    this.#store(peer, aged(this.#select(peerView, sent, peer)));
  }

  /** Permutes the view in place, moves the oldest H to its end; returns what is sent. */
  #buffer(view: Entry[], self: number): Entry[] {
    const { healer } = this.#shape;
    this.#shuffle(view, view.length);
    const old = view.toSorted((a, b) => b.age - a.age).slice(0, healer);
    view.splice(0, view.length, ...view.filter((entry) => !old.includes(entry)), ...old);
    const head = view.slice(0, Math.floor(this.#shape.view / 2) - 1);
    return [{ id: self, age: 0 }, ...head.map((entry) => ({ ...entry }))];
  }

  #select(view: readonly Entry[], buffer: readonly Entry[], self: number): Entry[] {
    const { healer, swapper, view: length } = this.#shape;
    let joined = youngest([...view, ...buffer]).filter(({ id }) => id !== self);
    const excess = (): number => Math.max(0, joined.length - length);
    const old = new Set(
      joined.toSorted((a, b) => b.age - a.age).slice(0, Math.min(healer, excess())),
    );
    joined = joined.filter((entry) => !old.has(entry));
    joined = joined.slice(Math.min(swapper, excess()));
    while (joined.length > length) joined.splice(this.#below(joined.length), 1);
    return joined;
  }

  /** Ages are rounds of making here: the fresher, the larger. */
  #newscast(node: number): void {
    const view = this.#load(node);
    const peer = view[this.#below(view.length)]!.id;
    const now = this.#round + 1;
    const fresh = [node, peer].map((id) => ({ id, age: now }));
    const joined = [...fresh, ...view, ...this.#load(peer)].toSorted((a, b) => b.age - a.age);
    for (const self of [node, peer]) {
      const seen = new Set([self]);
      const kept = joined.filter(({ id }) => !seen.has(id) && seen.add(id));
      this.#store(self, kept.slice(0, this.#shape.view));
    }
  }

  #load(node: number): Entry[] {
    const first = node * this.#shape.view;
    return Array.from({ length: this.#shape.view }, (_, slot) => {
      return { id: this.#ids[first + slot]!, age: this.#ages[first + slot]! };
    });
  }

  #store(node: number, view: readonly Entry[]): void {
    const first = node * this.#shape.view;
    view.forEach(({ id, age }, slot) => {
      this.#ids[first + slot] = id;
      this.#ages[first + slot] = age;
    });
  }

  #sample(entries: readonly Entry[], count: number): Entry[] {
    const list = [...entries];
    this.#shuffle(list, count);
    return list.slice(0, count);
  }

  /** Fisher-Yates as far as the first `count`. */
  #shuffle<T>(list: { [index: number]: T; readonly length: number }, count: number): void {
    for (let index = 0; index < count; index++) {
      const other = index + this.#below(list.length - index);
      const value = list[index]!;
      list[index] = list[other]!;
      list[other] = value;
    }
  }

  /** Mulberry32 and a product: fast, and good enough for a yardstick. */
  #below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return Math.floor(((word ^ (word >>> 14)) >>> 0) * 2 ** -32 * bound);
  }
}

function aged(view: Entry[]): Entry[] {
  for (const entry of view) entry.age++;
  return view;
}

/** A view after a shuffle: new items over what was sent; what nothing replaces stays. */
function exchanged(
  view: readonly Entry[],
  received: readonly Entry[],
  sent: readonly Entry[],
  self: number,
): Entry[] {
  const known = new Set(view.map(({ id }) => id));
  const fresh = received.filter(({ id }) => id !== self && !known.has(id));
  const gone = new Set(sent.slice(0, fresh.length));
  return [...view.filter((entry) => !gone.has(entry)), ...fresh];
}

/** The youngest entry of each id, in the order of first appearance but for those replaced. */
function youngest(entries: readonly Entry[]): Entry[] {
  const best = new Map<number, Entry>();
  for (const entry of entries) {
    const other = best.get(entry.id);
    if (other !== undefined && other.age <= entry.age) continue;
    best.delete(entry.id);
    best.set(entry.id, entry);
  }
  return [...best.values()];
}
