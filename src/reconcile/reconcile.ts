/**
 * Set reconciliation behind one interface: two sets of 64-bit ids, a method, and what it costs until the
 * asking side knows the difference. The payloads behind the ids are the caller's.
 */
import { checkChoice, checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";
import type { MerkleFanout } from "../merkle/shape.js";
import { Exchange } from "./exchange.js";
import { FIELD_BITS, type FieldBits } from "./field.js";
import { fullExchange } from "./full-exchange.js";
import { ibltExchange } from "./iblt-exchange.js";
import { placeIds, sortedIds, type Difference, type Ids } from "./id-set.js";
import { merkleExchange } from "./merkle-exchange.js";
import { CAPACITY_MAX } from "./pinsketch.js";
import { pinsketchExchange } from "./pinsketch-exchange.js";
import { rangeExchange } from "./range-exchange.js";
import { ratelessExchange } from "./rateless-exchange.js";
import type { Sides } from "./sides.js";

export const RECONCILE_METHODS = [
  "full",
  "merkle",
  "iblt",
  "rateless-iblt",
  "range",
  "pinsketch",
] as const;
export type ReconcileMethod = (typeof RECONCILE_METHODS)[number];

/** Settings of all methods; each reads its own. */
export interface ReconcileSettings {
  /** full: a checksum goes first, so that equal sets cost two short messages. Default true. */
  readonly checksumFirst?: boolean;
  /** merkle: a power of two, 2 .. 2^24; default: four to eight ids of a in a leaf. */
  readonly leaves?: number;
  /** merkle: children of a node, 2 or 16; default 16. */
  readonly fanout?: MerkleFanout;
  /** merkle: levels settled in one round trip; default 1. */
  readonly levelsPerMessage?: number;
  /** iblt: expected differences, 0 .. 2^20; left out, a strata estimator is sent first. */
  readonly estimate?: number;
  /** iblt: cells an id stands in, 2 .. 8; default 4. */
  readonly hashes?: number;
  /** rateless-iblt: coded symbols of the first messages, 1 .. 4096; default 16. */
  readonly symbolsPerMessage?: number;
  /** range: parts of a range that differs, 2 .. 256; default 16. */
  readonly buckets?: number;
  /** range: a range of fewer ids is sent as a list; default twice the buckets, which is also the least. */
  readonly idListBelow?: number;
  /** pinsketch: bits of an element, 12, 32 or 64; default 64. Shorter ones are hashes of ids. */
  readonly bits?: FieldBits;
  /** pinsketch: capacity of the first sketch, 1 .. 2048; default 32. */
  readonly capacity?: number;
  /** Seed of the hashes of iblt, rateless-iblt and pinsketch; default 0. */
  readonly seed?: number;
}

export interface ReconcileOptions extends ReconcileSettings {
  readonly method: ReconcileMethod;
  /** Default wasm; the result is the same on both. */
  readonly backend?: BackendName;
}

export interface Reconciliation extends Difference {
  /** Bytes of all messages in both directions, 28 of header each. */
  readonly bytes: number;
  readonly messages: number;
  /** Answers that a waited for; a stream of answers counts once. */
  readonly roundTrips: number;
  /** Whether the method gave up and the sets were sent in full; that is counted too. */
  readonly fellBack: boolean;
}

/**
 * Finds what the sets differ in, as seen from `a`: `missing` are the ids that only `b` has, `extra` those
 * that only `a` has, both ascending. The result is exact: where a method may err, checksums of the sets
 * prove the difference, and one that is not proved is looked for again or by a full exchange.
 * @throws InputError naming the id or the setting that cannot be used
 */
export function reconcile(a: Ids, b: Ids, options: ReconcileOptions): Reconciliation {
  const method = checkChoice("method", options.method, RECONCILE_METHODS);
  const settings = checkedSettings(options);
  const space = workspace(options.backend ?? "wasm");
  const owner = {};
  const exchange = new Exchange();
  try {
    const sides = {
      space,
      exchange,
      a: placeIds(space, owner, sortedIds("a", a)),
      b: placeIds(space, owner, sortedIds("b", b)),
    };
    const found = METHODS[method](sides, settings);
    const { missing, extra } = found ?? fullExchange(sides, { checksumFirst: false });
    const { bytes, messages, roundTrips } = exchange;
    return { missing, extra, bytes, messages, roundTrips, fellBack: found === undefined };
  } finally {
    space.release(owner);
  }
}

/** Each method gives undefined where it finds no difference that is proved. */
const METHODS: Readonly<
  Record<ReconcileMethod, (sides: Sides, settings: Checked) => Difference | undefined>
> = {
  full: fullExchange,
  merkle: merkleExchange,
  iblt: ibltExchange,
  "rateless-iblt": ratelessExchange,
  range: (sides, settings) => rangeExchange(sides, settings).difference,
  pinsketch: pinsketchExchange,
};

/** Settings with their defaults; undefined where the method decides. */
type Checked = Required<Omit<ReconcileSettings, "estimate" | "leaves">> & {
  readonly estimate: number | undefined;
  readonly leaves: number | undefined;
};

function checkedSettings(settings: ReconcileSettings): Checked {
  const { checksumFirst = true, leaves, fanout = 16, estimate, bits = 64 } = settings;
  const whole = (name: keyof ReconcileSettings, preset: number, min: number, max: number): number =>
    checkNumber(name, settings[name] ?? preset, { min, max, integer: true });
  if (!FIELD_BITS.includes(bits)) {
    throw new InputError(`bits must be one of ${FIELD_BITS.join(", ")}, got ${String(bits)}`);
  }
  const buckets = whole("buckets", 16, 2, 256);
  return {
    checksumFirst,
    leaves,
    fanout,
    levelsPerMessage: whole("levelsPerMessage", 1, 1, 25),
    estimate: estimate === undefined ? undefined : whole("estimate", 0, 0, 2 ** 20),
    hashes: whole("hashes", 4, 2, 8),
    symbolsPerMessage: whole("symbolsPerMessage", 16, 1, 4096),
    buckets,
    idListBelow: whole("idListBelow", 2 * buckets, 2 * buckets, 2 ** 20),
    bits,
    capacity: whole("capacity", 32, 1, CAPACITY_MAX),
    seed: whole("seed", 0, 0, 2 ** 32 - 1),
  };
}
