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

interface TopBits {
  /** A function's own code is of the top tier; 0: not to be told. */
  readonly code: number;
  /** A call of it runs at the top tier just now, code that was put in its place midway too. */
  readonly frame: number;
}

/** Bits that a function has at the top tier and neither below it nor unoptimised. */
function learnBits(status: Status): TopBits {
  try {
    const run = native<(of: unknown) => void>;
    const at = (optimise: string | null): { code: number; frame: number } => {
      // Text of its own each time: closures of one text share their optimised code.
      const text = `return function f(x, ask) { if (x > 8) ask(f); return (x + ${learnt++}) | 0; }`;
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
      const f = (new Function(text) as () => (x: number, ask: (of: unknown) => void) => number)();
      let frame = 0;
      const ask = (of: unknown): void => {
        frame = status(of);
      };
      run("PrepareFunctionForOptimization")!(f);
      for (const x of [1, 9]) f(x, ask);
      if (optimise !== null) run(optimise)!(f);
      f(9, ask);
      return { code: status(f), frame };
    };
    const [top, middle, low] = [
      at("OptimizeFunctionOnNextCall"),
      at("OptimizeMaglevOnNextCall"),
      at(null),
    ];
    const code = top.code & ~middle.code & ~low.code;
    return { code, frame: top.frame & ~middle.frame & ~low.frame & ~code };
  } catch {
    return { code: 0, frame: 0 };
  }
}

let learnt = 1;

interface Reading {
  readonly run: boolean | null;
  readonly loop: boolean | null;
  readonly top: number;
  readonly all: number;
}

/** @param block runs a block of `calls` calls of a function in the arm's loop */
export function probeTiers(
  arm: { run(): unknown },
  loop: unknown,
  calls: number,
  block: (run: () => unknown) => void,
): ArmTiers | null {
  const status = native<Status>("GetOptimizationStatus");
  if (status === null) return null;
  const bits = learnBits(status);
  const isBaseline = native<Test>("IsLiftoffFunction");
  const isTop = native<Test>("IsTurboFanFunction");
  const exports = seen
    .flatMap((instance) => Object.values(instance.exports))
    .filter((value) => typeof value === "function");
  // Natives take the function itself; nothing calls it without its arm.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const own: unknown = arm.run;
  const countOf = (test: Test | null): number => exports.filter((f) => test?.(f)).length;
  let [call, frame] = [0, 0];
  const asking = (): unknown => {
    const result = arm.run();
    // The loop's own code may be old while a newer one was put in its place: its frame tells.
    if (++call === calls) frame = status(loop);
    return result;
  };
  const read = (): Reading => {
    const top = countOf(isTop);
    return {
      run: bits.code === 0 ? null : (status(own) & bits.code) !== 0,
      loop: bits.frame === 0 ? null : (frame & bits.frame) !== 0,
      ...{ top, all: top + countOf(isBaseline) },
    };
  };
  let [last, deopts, blocks, changed] = [read(), 0, 0, 0];
  const start = performance.now();
  let changedMs = start;
  for (;;) {
    call = 0;
    block(asking);
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
    ...{ run: last.run ?? "unknown", loop: last.loop ?? "unknown" },
    exports: exports.length === 0 || isTop === null ? null : { top: last.top, all: last.all },
    ...{ deopts, blocks: changed },
  };
}
