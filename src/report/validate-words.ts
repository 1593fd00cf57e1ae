/** What the two kinds of validation call their sides: figures from papers, or from systems that ran here. */
import type { ValidateRecord } from "../history/validate-record.js";

interface Words {
  readonly title: string;
  readonly expected: string;
  readonly measured: string;
  /** Where a case is expected to lie. */
  readonly within: string;
  readonly method: string;
}

const WORDS: Readonly<Record<ValidateRecord["kind"], Words>> = {
  validate: {
    title: "Published figures, reproduced",
    expected: "Published",
    measured: "Measured",
    within: "the published tolerance",
    method:
      "A measure passes when it differs from the published figure by no more than the source's tolerance and a number of standard errors of our own mean. A hard case must pass; a soft one that does not is off, and fails beyond three times its tolerance.",
  },
  fidelity: {
    title: "Real systems beside their models",
    expected: "Real",
    measured: "Modelled",
    within: "a tenth of the real figure and three standard errors",
    method:
      "The real systems ran on this machine, on loopback, with as many processes as the model has nodes. A measure passes when the two means differ by no more than a tenth of the real one and three standard errors of both; it fails beyond three times that.",
  },
};

/** Words of the records of one page, which are of one kind or are called published. */
export function wordsOf(records: readonly Pick<ValidateRecord, "kind">[]): Words {
  return WORDS[records.every(({ kind }) => kind === "fidelity") ? "fidelity" : "validate"];
}

export type { Words };
