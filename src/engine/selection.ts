/** Selection of peers -> the words of the context that assembly/runtime/selection.ts reads. */
import type { Selection } from "../network/network.js";

export interface SelectionPlan {
  /** 0 uniform, 1 weighted, 2 zones, 3 nearest, 4 spatial. */
  readonly kind: number;
  /** First tick at which peers are uniform again. */
  readonly untilTick: number;
  readonly rowNodes: number;
  readonly outsideDcBelow: number;
  readonly outsideRackBelow: number;
  readonly candidates: number;
}

const KINDS = { weighted: 1, zones: 2, nearest: 3, spatial: 4 } as const;
const NEVER = 0xffffffff;

/** @param periodTicks ticks of a round, or of a period on an event clock */
export function planSelection(
  selection: Selection | undefined,
  periodTicks: number,
): SelectionPlan {
  const rule = selection?.rule;
  const rounds = selection?.directedRounds ?? 0;
  return {
    kind: rule === undefined ? 0 : KINDS[rule.kind],
    untilTick: rounds === 0 ? NEVER : Math.min(NEVER, rounds * periodTicks),
    rowNodes: rule?.kind === "spatial" ? rule.rowNodes : 0,
    outsideDcBelow: rule?.kind === "zones" ? wordsBelow(rule.outsideDc) : 0,
    outsideRackBelow: rule?.kind === "zones" ? wordsBelow(rule.outsideRack) : 0,
    candidates: rule?.kind === "nearest" ? rule.candidates : 0,
  };
}

/** Words below this have the given probability; 0xffffffff means all words. */
function wordsBelow(probability: number): number {
  return probability === 1 ? 0xffffffff : Math.min(0xfffffffe, Math.round(probability * 2 ** 32));
}
