/**
 * Published figures reproduced: every case of a source, as `hearsay validate` runs them. A hard case must
 * pass; a soft one must not be grossly off. HEARSAY_FULL=1 runs what takes minutes.
 */
import { describe, expect, it } from "vitest";
import { publishedSources } from "../../bench/published/suite.js";
import { caseLabel, judge, readPublished } from "../../bench/published/source.js";

const effort = process.env.HEARSAY_FULL === "1" ? "full" : "normal";

/** One test per case; a case that is for reference only has none, unless its source shows them. */
export function reproduces(id: string): void {
  const source = publishedSources.find((each) => each.id === id)!;
  const file = readPublished(id);
  describe(id, () => {
    file.cases.forEach((published, index) => {
      const { acceptance, parameters } = published;
      if (acceptance === "reference-only" && source.showsReferences !== true) return;
      it(`${index}: ${caseLabel(file.cases, published)}`, async ({ skip }) => {
        const outcome = await source.measure(parameters, effort);
        const { verdict, measures, note } = judge(id, file, index, outcome, 0);
        if (verdict === "skipped") skip(note ?? "");
        if (verdict === "off") console.log(`${id} ${index}: beyond its tolerance`, measures);
        expect(verdict, JSON.stringify(measures)).not.toBe("fail");
        for (const { name, measured } of measures) expect(measured, name).not.toBeNaN();
        if (acceptance === "hard") expect(verdict, "a hard case is judged").toBe("pass");
      });
    });
  });
}
