/** Both arms of a row in processes of their own with V8's natives on: which tiers they reach, and after how many blocks. */
import type { ArmTiers, RowEvidence } from "../history/round-evidence.js";
import { ArmProcess } from "./arm-process.js";
import type { ArmSource } from "./messages.js";
import type { Pair } from "./round.js";

/** Both at once: their times count nowhere. null: the side cannot be probed. */
export async function probePair({ base, head }: Pair): Promise<RowEvidence["tiers"]> {
  const [first, second] = await Promise.all([probe(base), probe(head)]);
  return { base: first, head: second };
}

async function probe(source: ArmSource): Promise<ArmTiers | null> {
  const side = new ArmProcess({ isProbe: true });
  try {
    const { missing } = await side.ask({ ask: "prepare", source });
    if (missing) return null;
    const { calls } = await side.ask({ ask: "calibrate" });
    return (await side.ask({ ask: "tiers", calls: calls! })).tiers ?? null;
  } catch {
    // Evidence only: what is wrong with the arm shows in its rounds.
    return null;
  } finally {
    side.stop();
  }
}
