/**
 * Benches of view exchanges: Cyclon, the generic framework as swapper and as healer, Newscast. A run is
 * the next turns of a round of the whole population; results are compared after the first run.
 */
import type { BackendName } from "../../src/kernels/backend.js";
import type { PeerSamplingOptions } from "../../src/views/options.js";
import { PeerSamplingService } from "../../src/views/service.js";
import type { Arm, KernelBench, Prepared } from "./bench.js";
import { PlainViews, type PlainProtocol, type PlainShape } from "./views-plain.js";

/** A round of a million nodes is too long for one run. */
const TURNS_MAX = 20_000;
const SIZES = [1000, 10_000, 100_000, 1_000_000];

/** Options of each protocol without what all have; the same values in bench/native/views.c. */
type Setting<O = PeerSamplingOptions> = O extends PeerSamplingOptions
  ? Omit<O, "nodes" | "backend" | "seed">
  : never;

function arm(setting: Setting, backend: BackendName, nodes: number, turns: number): Arm {
  const service = new PeerSamplingService({ ...setting, nodes, backend });
  let digest: string | undefined;
  return {
    name: backend,
    run: () => service.runTurns(turns),
    // Rounds go on as the arm is timed: its result is that of the first run.
    digest: () => (digest ??= service.digest()),
    dispose: () => service.dispose(),
  };
}

function plainArm(protocol: PlainProtocol, shape: PlainShape, nodes: number, turns: number): Arm {
  const views = new PlainViews(protocol, shape, nodes);
  return { name: "plain", run: () => views.runTurns(turns), check: () => views.check() };
}

function bench(
  protocol: PlainProtocol,
  title: string,
  setting: Setting,
  shape: PlainShape,
): KernelBench {
  return {
    id: `views/${protocol}`,
    title,
    scope: "compute",
    operation: "exchange",
    sizes: SIZES,
    headlineSize: 1_000_000,
    ...(protocol === "newscast" ? {} : { native: { source: "views.c", kernel: protocol } }),
    prepare(nodes, only): Promise<Prepared> {
      const turns = Math.min(nodes, TURNS_MAX);
      const rowBytes = 4 * Math.ceil(shape.view / 4) * 4 + 2 * Math.ceil(shape.view / 8) * 8;
      // A million views take a second to fill.
      const makers = {
        wasm: () => arm(setting, "wasm", nodes, turns),
        ts: () => arm(setting, "ts", nodes, turns),
        plain: () => plainArm(protocol, shape, nodes, turns),
      };
      const chosen = Object.entries(makers).filter(([name]) => only === undefined || name === only);
      return Promise.resolve({
        arms: chosen.map(([, make]) => make()),
        operations: turns,
        workingSetBytes: nodes * rowBytes,
      });
    },
  };
}

const CYCLON: PlainShape = { view: 20, shuffle: 8, healer: 0, swapper: 0 };
const SWAPPER: PlainShape = { view: 30, shuffle: 0, healer: 1, swapper: 14 };
const HEALER: PlainShape = { view: 30, shuffle: 0, healer: 15, swapper: 0 };
const NEWSCAST: PlainShape = { view: 20, shuffle: 0, healer: 0, swapper: 0 };

export const viewsBenches: readonly KernelBench[] = [
  bench("cyclon", "Cyclon, 20 entries, 8 swapped", { protocol: "cyclon" }, CYCLON),
  bench(
    "framework",
    "Generic framework, 30 entries, H 1, S 14",
    { protocol: "framework", healer: 1, swapper: 14 },
    SWAPPER,
  ),
  bench(
    "healer",
    "Generic framework, 30 entries, H 15, S 0",
    { protocol: "framework", healer: 15, swapper: 0 },
    HEALER,
  ),
  bench("newscast", "Newscast, 20 entries", { protocol: "newscast" }, NEWSCAST),
];
