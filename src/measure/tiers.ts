/**
 * Which of V8's tiers an arm runs on, asked block by block in a process of its own (--allow-natives-syntax).
 * Bits of a status move between versions of V8: what they mean is learnt from a small function first.
 */
import type { ArmTiers } from "../history/round-evidence.js";

type Status = (of: unknown) => number;
type Test = (of: unknown) => boolean;

/** The probe ends when nothing has changed for so long, or after PROBE_MS_MAX. */
const QUIET_MS = 120;
const QUIET_BLOCKS = 16;
const PROBE_MS_MAX = 1500;

const seen: WebAssembly.Instance[] = [];

/** Keeps every WASM instance that is made from now on: no bench has to hand out its exports. */
export function watchInstances(): void {
  const Instance = WebAssembly.Instance;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports?]) {
      const made = new target(...args);
      seen.push(made);
      return made;
    },
  });
  const instantiate = WebAssembly.instantiate as (...args: unknown[]) => Promise<unknown>;
  WebAssembly.instantiate = (async (...args: unknown[]) => {
    const made = await instantiate(...args);
    const isPair = !(made instanceof Instance);
    seen.push(isPair ? (made as WebAssembly.WebAssemblyInstantiatedSource).instance : made);
    return made;
  }) as typeof WebAssembly.instantiate;
}

/** Source text with natives parses only in a probe. */
function native<T>(name: string): T | null {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- natives have no other spelling
    return new Function("of", `return %${name}(of)`) as T;
  } catch {
    return null;
  }
}

/** The bits that a function has at the top tier and neither below it nor unoptimised; 0: not to be told. */
function topBits(status: Status): number {
  try {
    const made = (): unknown =>
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
      new Function("return function f(x) { return (x + 1) | 0; }")();
    const at = (optimise: string | null): number => {
      const f = made() as (x: number) => number;
      native<(of: unknown) => void>("PrepareFunctionForOptimization")!(f);
      f(1);
      f(2);
      if (optimise !== null) native<(of: unknown) => void>(optimise)!(f);
      f(3);
      return status(f);
    };
    const top = at("OptimizeFunctionOnNextCall");
    return top & ~at("OptimizeMaglevOnNextCall") & ~at(null);
  } catch {
    return 0;
  }
}

interface Reading {
  readonly run: boolean | null;
  readonly loop: boolean | null;
  readonly top: number;
  readonly all: number;
}

/** @param block runs a block of the arm */
export function probeTiers(run: unknown, loop: unknown, block: () => void): ArmTiers | null {
  const status = native<Status>("GetOptimizationStatus");
  if (status === null) return null;
  const bits = topBits(status);
  const isBaseline = native<Test>("IsLiftoffFunction");
  const isTop = native<Test>("IsTurboFanFunction");
  const exports = seen
    .flatMap((instance) => Object.values(instance.exports))
    .filter((value) => typeof value === "function");
  const isAtTop = (f: unknown): boolean | null => (bits === 0 ? null : (status(f) & bits) !== 0);
  const read = (): Reading => {
    const top = isTop === null ? 0 : exports.filter((f) => isTop(f)).length;
    const low = isBaseline === null ? 0 : exports.filter((f) => isBaseline(f)).length;
    return { run: isAtTop(run), loop: isAtTop(loop), top, all: top + low };
  };
  let [last, deopts, blocks, changed] = [read(), 0, 0, 0];
  const start = performance.now();
  let changedMs = start;
  for (;;) {
    block();
    blocks++;
    const next = read();
    const now = performance.now();
    if (last.run === true && next.run === false) deopts++;
    if (last.loop === true && next.loop === false) deopts++;
    if (JSON.stringify(next) !== JSON.stringify(last)) [changed, changedMs] = [blocks, now];
    last = next;
    const isQuiet = blocks - changed >= QUIET_BLOCKS && now - changedMs >= QUIET_MS;
    if (isQuiet || now - start >= PROBE_MS_MAX) break;
  }
  return {
    run: last.run ?? "unknown",
    loop: last.loop ?? "unknown",
    exports:
      exports.length === 0 || isTop === null ? null : { top: last.top, all: last.all },
    deopts,
    blocks: changed,
  };
}
