/** What a user may set of a peer sampling service, per protocol: defaults, ranges, checks. */
import { checkChoice, checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";

export interface CommonOptions {
  /** Nodes at the start, 2 .. 2^26. */
  readonly nodes: number;
  /** Most nodes there will ever be, joins included; default: `nodes`. */
  readonly nodesMax?: number;
  /** u32, default 1. */
  readonly seed?: number;
  readonly backend?: BackendName;
}

/** random: every node knows `view` drawn others; lattice: those that follow it on a ring; star: node 0. */
export type ViewStart = "random" | "lattice" | "star";

export interface CyclonOptions extends CommonOptions {
  readonly protocol: "cyclon";
  /** Entries of a view, 1 .. 64; default 20. */
  readonly view?: number;
  /** Entries swapped, own descriptor included, 1 .. view; default 8. */
  readonly shuffle?: number;
  /** Steps of the walks of a join, 1 .. 64; default 5. */
  readonly joinWalk?: number;
  readonly start?: ViewStart;
}

export interface FrameworkOptions extends CommonOptions {
  readonly protocol: "framework";
  /** Entries of a view (c), 2 .. 64; default 30. */
  readonly view?: number;
  /** rand: any peer; tail: the oldest (default). */
  readonly peerSelection?: "rand" | "tail";
  /** H, oldest entries given up first, 0 .. view / 2; default 1. */
  readonly healer?: number;
  /** S, sent entries given up next, 0 .. view / 2, rounded up; default view / 2 - H. */
  readonly swapper?: number;
  readonly exchange?: "push" | "push-pull";
  /**
   * What becomes of the entry of a peer that does not answer. Default: keep with rand, as the paper
   * measures it; drop with tail, which would ask the same dead peer for ever.
   */
  readonly timeout?: "keep" | "drop";
  readonly start?: ViewStart;
}

export interface NewscastOptions extends CommonOptions {
  readonly protocol: "newscast";
  /** Entries of a view, 1 .. 64; default 20. */
  readonly view?: number;
  readonly start?: ViewStart;
}

export interface ScampOptions extends CommonOptions {
  readonly protocol: "scamp";
  /** Copies of a subscription beyond those to all whom the contact knows (c), 0 .. 64; default 1. */
  readonly copies?: number;
  /** Rounds after which a subscription ends and is renewed; 0 (default): never. */
  readonly leaseRounds?: number;
}

export interface HyParViewOptions extends CommonOptions {
  readonly protocol: "hyparview";
  /** Entries of the active view, 1 .. 32; default 5. */
  readonly active?: number;
  /** Entries of the passive view, 1 .. 64; default 30. */
  readonly passive?: number;
  /** Steps of a join's walks (ARWL), also of a shuffle's, 1 .. 64; default 6. */
  readonly activeWalk?: number;
  /** Steps left when a join's walk enters passive views (PRWL), 0 .. activeWalk; default 3. */
  readonly passiveWalk?: number;
  /** Active entries in a shuffle (ka), 0 .. active; default 3. */
  readonly shuffleActive?: number;
  /** Passive entries in a shuffle (kp), 0 .. passive; default 4. */
  readonly shufflePassive?: number;
}

export type PeerSamplingOptions =
  CyclonOptions | FrameworkOptions | NewscastOptions | ScampOptions | HyParViewOptions;

export type ViewProtocol = PeerSamplingOptions["protocol"];

export const VIEW_PROTOCOLS = ["cyclon", "framework", "newscast", "scamp", "hyparview"] as const;

/** Longest view: a buffer of half a view is looked up as the bits of one word. */
const VIEW_MAX = 64;
/** Rows of 64 bytes for so many nodes fill WebAssembly memory. */
const NODES_MAX = 2 ** 26;

/** What was checked, with its defaults: what the portable code is told. */
export interface ViewSettings {
  readonly protocol: ViewProtocol;
  readonly nodes: number;
  readonly nodesMax: number;
  readonly seed: number;
  readonly backend: BackendName;
  /** Most entries of a view; of HyParView the active one; 0: no limit. */
  readonly view: number;
  /** null: nodes join one after another. */
  readonly start: ViewStart | null;
  /** Words P0, P1 ... of the context: see the protocol's file in assembly/views. */
  readonly parameters: readonly number[];
}

/** @throws InputError that names the first option that cannot be used */
export function checkOptions(options: PeerSamplingOptions): ViewSettings {
  const protocol = checkChoice("protocol", options.protocol, VIEW_PROTOCOLS);
  const nodes = whole("nodes", options.nodes, 2, NODES_MAX);
  const shared = {
    protocol,
    nodes,
    nodesMax: whole("nodesMax", options.nodesMax ?? nodes, nodes, NODES_MAX),
    seed: whole("seed", options.seed ?? 1, 0, 2 ** 32 - 1),
    backend: checkChoice("backend", options.backend ?? "wasm", ["wasm", "ts"] as const),
  };
  switch (options.protocol) {
    case "cyclon":
      return { ...shared, ...cyclon(options) };
    case "framework":
      return { ...shared, ...framework(options) };
    case "newscast":
      return { ...shared, ...filled(options, 20, 1), parameters: [] };
    case "scamp":
      return { ...shared, ...scamp(options) };
    case "hyparview":
      return { ...shared, ...hyparview(options) };
  }
}

type Own = Pick<ViewSettings, "view" | "start" | "parameters">;

function cyclon(options: CyclonOptions): Own {
  const { view, start } = filled(options, 20, 1);
  const shuffle = whole("shuffle", options.shuffle ?? Math.min(8, view), 1, Math.min(view, 32));
  return { view, start, parameters: [shuffle, whole("joinWalk", options.joinWalk ?? 5, 1, 64)] };
}

function framework(options: FrameworkOptions): Own {
  const { view, start } = filled(options, 30, 2);
  const half = Math.floor(view / 2);
  const healer = whole("healer", options.healer ?? Math.min(1, half), 0, half);
  const swapper = whole("swapper", options.swapper ?? half - healer, 0, Math.ceil(view / 2));
  const selection = checkChoice("peerSelection", options.peerSelection ?? "tail", [
    "rand",
    "tail",
  ] as const);
  const isTail = selection === "tail";
  const timeout = options.timeout ?? (isTail ? "drop" : "keep");
  const isDropping = checkChoice("timeout", timeout, ["keep", "drop"] as const) === "drop";
  const exchange = options.exchange ?? "push-pull";
  const isPull = checkChoice("exchange", exchange, ["push", "push-pull"] as const) === "push-pull";
  const words = [Number(isTail), Number(isDropping), healer, swapper, Number(isPull)];
  return { view, start, parameters: words };
}

function scamp(options: ScampOptions): Own {
  const copies = whole("copies", options.copies ?? 1, 0, 64);
  const leaseRounds = whole("leaseRounds", options.leaseRounds ?? 0, 0, 65_535);
  return { view: 0, start: null, parameters: [copies, leaseRounds] };
}

function hyparview(options: HyParViewOptions): Own {
  const active = whole("active", options.active ?? 5, 1, 32);
  const passive = whole("passive", options.passive ?? 30, 1, VIEW_MAX);
  const activeWalk = whole("activeWalk", options.activeWalk ?? 6, 1, 64);
  const parameters = [
    active,
    passive,
    activeWalk,
    whole("passiveWalk", options.passiveWalk ?? Math.min(3, activeWalk), 0, activeWalk),
    whole("shuffleActive", options.shuffleActive ?? Math.min(3, active), 0, active),
    whole("shufflePassive", options.shufflePassive ?? Math.min(4, passive), 0, passive),
  ];
  return { view: active, start: null, parameters };
}

function filled(
  options: { readonly nodes: number; readonly view?: number; readonly start?: ViewStart },
  preset: number,
  least: number,
): { readonly view: number; readonly start: ViewStart } {
  const start = checkChoice("start", options.start ?? "random", [
    "random",
    "lattice",
    "star",
  ] as const);
  const most = Math.min(VIEW_MAX, options.nodes - 1);
  const view = whole("view", options.view ?? Math.min(preset, most), Math.min(least, most), most);
  return { view, start };
}

function whole(field: string, value: unknown, min: number, max: number): number {
  return checkNumber(field, value, { min, max, integer: true });
}
