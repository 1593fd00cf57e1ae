/** The work of `hearsay views`: play the overlays on every backend, write the record and its page. */
import { randomUUID } from "node:crypto";
import { checkChoice } from "../check.js";
import { TrialFailure } from "../errors.js";
import { readEnvironment } from "../history/environment.js";
import { RECORD_SCHEMA } from "../history/record.js";
import type { Overlay, ViewsRecord, ViewTrial } from "../history/views-record.js";
import type { BackendName } from "../kernels/backend.js";
import { OVERLAY_NAMES, OVERLAYS, type OverlayName } from "../views/presets.js";
import { playOverlay, type OverlayTrial } from "../views/trial.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { catchInterrupt } from "./interrupt.js";
import { keepRecord, recordTargets, type RecordFlags } from "./record-output.js";
import { createStepProgress } from "./step-progress.js";
import { renderViewsSummary } from "./views-summary.js";

/** What commander hands over. */
export interface ViewsFlags extends RecordFlags {
  readonly nodes: number;
  readonly rounds: number;
  readonly crash: number;
  readonly heal: number;
  readonly trials: number;
  readonly seed: number;
  readonly backend: string;
}

const NS_PER_MS = 1e6;

export async function runViews(
  names: readonly string[],
  flags: ViewsFlags,
  args: readonly string[],
): Promise<number> {
  const chosen = names.map((name) => checkChoice("OVERLAY", name, OVERLAY_NAMES));
  const wanted = chosen.length === 0 ? OVERLAY_NAMES : [...new Set(chosen)];
  const backend = checkChoice("--backend", flags.backend, ["both", "wasm", "ts"] as const);
  const backends: readonly BackendName[] = backend === "both" ? ["wasm", "ts"] : [backend];
  const subject = chosen.length === 0 ? "all" : wanted.join("-");
  const targets = recordTargets("views", subject, flags);
  const progress = createStepProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => {
    progress.note("stopping after this trial; Ctrl-C again to quit at once");
  });
  const overlays: Overlay[] = [];
  try {
    for (const [index, name] of wanted.entries()) {
      if (interrupt.signal.aborted) break;
      progress.step(name, index, wanted.length);
      // Between trials the process hears Ctrl-C.
      const stop = async (): Promise<boolean> => {
        await new Promise((done) => setImmediate(done));
        return interrupt.signal.aborted;
      };
      const overlay = await playTrials(name, flags, backends, stop);
      if (overlay !== undefined) overlays.push(overlay);
    }
  } finally {
    progress.end();
    interrupt.release();
  }
  const { nodes, rounds, crash, heal, trials, seed } = flags;
  const record: ViewsRecord = {
    ...{ schema: RECORD_SCHEMA, kind: "views", id: randomUUID().slice(0, 8) },
    createdAt: new Date().toISOString(),
    status: interrupt.signal.aborted ? "partial" : "complete",
    command: commandText(args),
    environment: readEnvironment(),
    ...{ nodes, rounds, crash, healRounds: heal, trials, seed, overlays },
  };
  await keepRecord(record, targets, flags, {
    page: async () => {
      const { renderViewsReport } = await import("../report/views-page.js");
      return renderViewsReport([record], { generatedAt: record.createdAt });
    },
    summary: () => renderViewsSummary(record),
  });
  const wrong = overlays.filter(({ digestsEqual }) => digestsEqual === false);
  if (wrong.length > 0) {
    throw new TrialFailure(`backends differ in ${wrong.map(({ name }) => name).join(", ")}`);
  }
  return record.status === "partial" ? EXIT.interrupted : EXIT.fine;
}

/** undefined when it was stopped before its first trial. */
async function playTrials(
  name: OverlayName,
  flags: ViewsFlags,
  backends: readonly BackendName[],
  stop: () => Promise<boolean>,
): Promise<Overlay | undefined> {
  const { nodes, rounds, crash, heal: healRounds, trials, seed } = flags;
  const { protocol, ...parameters } = OVERLAYS[name];
  const played: ViewTrial[] = [];
  let bytesPerNode = 0;
  for (let trial = 0; trial < trials && !(await stop()); trial++) {
    // A B, B A, …: a drift of the machine's speed falls on both alike.
    const order = trial % 2 === 0 ? backends : backends.toReversed();
    const at = (seed + trial) >>> 0;
    const result = playOverlay({
      ...{ settings: OVERLAYS[name], nodes, seed: at, rounds, crash, healRounds },
      ...{ backends: order, now: () => performance.now() },
    });
    ({ bytesPerNode } = result);
    played.push(trialOf(result, at, nodes * rounds));
  }
  if (played.length === 0) return undefined;
  return {
    ...{ name, protocol, parameters, bytesPerNode, trials: played },
    digestsEqual: backends.length === 1 ? null : played.every(isAgreed),
  };
}

function trialOf(played: OverlayTrial, seed: number, work: number): ViewTrial {
  const { arms, looks, healing, survivors } = played;
  return {
    seed,
    arms: arms
      .map(({ backend, digests, elapsedMs }) => ({
        ...{ backend, digests: [...digests] as [string, string], elapsedMs },
        nsPerNodeRound: (elapsedMs * NS_PER_MS) / Math.max(1, work),
      }))
      .sort((a, b) => b.backend.localeCompare(a.backend)),
    points: looks.map(([round, measures]) => ({
      round,
      inDegreeSd: measures.inDegree.sd,
      clustering: measures.clustering.mean,
      pathLength: measures.pathLength.mean,
      components: measures.components.count,
    })),
    inDegree: [...looks.at(-1)![1].inDegree.histogram],
    healing: healing.map(({ round, deadLinksPerNode, components }) => ({
      ...{ round, deadLinksPerNode, components: components.count },
      largestShare: components.largest / survivors,
    })),
  };
}

function isAgreed({ arms }: ViewTrial): boolean {
  return new Set(arms.map(({ digests }) => digests.join(" "))).size === 1;
}
