/** Top of the page of runs: the sentence, the status, the machine, the command. */
import { statusText } from "../about.js";
import { findingsSentence } from "../findings.js";
import { renderHeading } from "../heading.js";
import type { Run } from "../runs.js";

export function findingsSection(
  runs: readonly Run[],
  { title, generatedAt }: { readonly title: string; readonly generatedAt: string },
): string {
  const isWrong = runs.some(({ record }) => record.agreement.digestsEqual === false);
  const isPartial = runs.some(({ record }) => record.status === "partial");
  return renderHeading(
    {
      kind: "gossip benchmark",
      ...{ title, generatedAt },
      finding: findingsSentence(runs),
      state: isWrong ? "wrong" : isPartial ? "partial" : "fine",
      status: statusText(runs),
    },
    runs.map(({ record }) => record),
  );
}
