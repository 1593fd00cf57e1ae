/**
 * One overlay from its start through a crash: looked at on the first backend, played on every one, so that
 * their digests can be compared and their times stand side by side.
 */
import type { BackendName } from "../kernels/backend.js";
import { PeerSamplingService, type HealingStep, type ViewMeasures } from "./service.js";
import type { OverlaySettings } from "./presets.js";

export interface OverlayPlan {
  readonly settings: OverlaySettings;
  readonly nodes: number;
  readonly seed: number;
  readonly rounds: number;
  /** Share of the nodes that die after `rounds`. */
  readonly crash: number;
  readonly healRounds: number;
  readonly backends: readonly BackendName[];
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface OverlayArm {
  readonly backend: BackendName;
  /** Before the crash, and at the end. */
  readonly digests: readonly [string, string];
  /** Of the rounds alone. */
  readonly elapsedMs: number;
}

export interface OverlayTrial {
  readonly arms: readonly OverlayArm[];
  readonly looks: readonly (readonly [round: number, measures: ViewMeasures])[];
  readonly healing: readonly HealingStep[];
  /** Nodes that live at the end. */
  readonly survivors: number;
  readonly bytesPerNode: number;
}

/** Rounds that are looked at: all of the first, then ever fewer, and the last. */
const EACH_UNTIL = 10;
const LOOKS_MAX = 30;

export function lookedAt(rounds: number): number[] {
  const stride = Math.max(1, Math.ceil((rounds - EACH_UNTIL) / (LOOKS_MAX - EACH_UNTIL)));
  const all = Array.from({ length: rounds + 1 }, (_, round) => round);
  return all.filter(
    (round) => round <= EACH_UNTIL || (rounds - round) % stride === 0 || round === rounds,
  );
}

/** @throws InputError for settings that the service refuses */
export function playOverlay(plan: OverlayPlan): OverlayTrial {
  const looks: [number, ViewMeasures][] = [];
  const healing: HealingStep[] = [];
  let [bytesPerNode, survivors] = [0, 0];
  const arms = plan.backends.map((backend, index) => {
    const service = new PeerSamplingService({
      ...plan.settings,
      ...{ nodes: plan.nodes, seed: plan.seed, backend },
    });
    try {
      const isFirst = index === 0;
      const look = (round: number): void => {
        if (isFirst) looks.push([round, service.measures()]);
      };
      const arm = playArm(plan, service, look, (steps) => {
        if (isFirst) healing.push(...steps);
      });
      if (isFirst) ({ bytesPerNode, liveNodes: survivors } = service);
      return { backend, ...arm };
    } finally {
      service.dispose();
    }
  });
  return { arms, looks, healing, survivors, bytesPerNode };
}

function playArm(
  { rounds, crash, healRounds, now }: OverlayPlan,
  service: PeerSamplingService,
  look: (round: number) => void,
  heal: (steps: readonly HealingStep[]) => void,
): Omit<OverlayArm, "backend"> {
  let elapsedMs = 0;
  look(0);
  for (const round of lookedAt(rounds).slice(1)) {
    const start = now();
    service.run(round - service.rounds);
    elapsedMs += now() - start;
    look(round);
  }
  const before = service.digest();
  if (crash > 0) heal(service.healing(crash, healRounds));
  return { digests: [before, service.digest()], elapsedMs };
}
