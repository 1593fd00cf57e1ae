/** The accept file: strict, for some commits, up to a limit, until a day. */
import { describe, expect, it } from "vitest";
import { drawnRecord } from "../../test/cli/measured.js";
import { outcomeOf } from "../cli/measure-outcome.js";
import { InputError } from "../errors.js";
import { applyAccept, parseAccept } from "./accept.js";

const ENTRY = {
  benchmark: "a/ts",
  commits: { from: "c1", to: "c3" },
  limit: 10,
  reason: "checks input",
  owner: "ana",
  expires: "2026-06-30",
};
const text = (changes: object): string => JSON.stringify({ accept: [{ ...ENTRY, ...changes }] });
const parsed = (changes: object = {}) => parseAccept("f", text(changes), "2026-06-30");

describe("an accept file", () => {
  it("is read on its last day, as YAML", () => {
    expect(parsed()).toEqual([ENTRY]);
    const yaml = `accept:
  - benchmark: a/ts
    commits: { from: c1, to: c3 }
    limit: 10
    reason: checks input
    owner: ana
    expires: "2026-06-30"
`;
    expect(parseAccept("f", yaml, "2026-06-30")).toEqual([ENTRY]);
  });

  it.each([
    ["the day after", () => parseAccept("f", text({}), "2026-07-01"), /expired on 2026-06-30.*ana/],
    ["an unknown field", () => parsed({ limits: 3 }), /accept\.0: .*limits/],
    ["no owner", () => parsed({ owner: " " }), /accept\.0\.owner/],
    ["a limit of nothing", () => parsed({ limit: 0 }), /accept\.0\.limit/],
    ["no date", () => parsed({ expires: "soon" }), /accept\.0\.expires/],
    ["a day that is none", () => parsed({ expires: "2026-02-30" }), /accept\.0\.expires/],
    ["no YAML", () => parseAccept("f", "accept: [", "2026-01-01"), /is no YAML/],
    ["nothing", () => parseAccept("f", "", "2026-01-01"), /the file/],
    ["aliases", () => parseAccept("f", "a: &a [x]\naccept: [*a, *a]", "2026-01-01"), /no YAML/],
  ])("is refused in one line: %s", (_, read, message) => {
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});

describe("what is accepted", () => {
  const record = drawnRecord([
    { id: "a/ts", percent: 5 },
    { id: "b/ts", percent: 0 },
  ]);
  const order = ["c0", "c1", "c2", "c3", "c4"];
  const isAncestor = (earlier: string, later: string): Promise<boolean> =>
    Promise.resolve(order.indexOf(earlier) <= order.indexOf(later));
  const outcome = async (changes: object, head: string | null): Promise<string> => {
    const [first] = await applyAccept(parsed(changes), record.rows, head, isAncestor);
    return `${first!.outcome} ${outcomeOf(record, [first!], {})}`;
  };

  it("depends on row, commit and limit; only what is accepted passes", async () => {
    expect(await outcome({}, "c2")).toBe("accepted 0");
    expect(await outcome({}, "c1")).toBe("accepted 0");
    expect(await outcome({}, "c0")).toBe("other commits 1");
    expect(await outcome({}, "c4")).toBe("other commits 1");
    expect(await outcome({ commits: { from: "c1" } }, "c4")).toBe("accepted 0");
    expect(await outcome({}, null)).toBe("other commits 1");
    expect(await outcome({ limit: 4 }, "c2")).toBe("over its limit 1");
    expect(await outcome({ benchmark: "b/ts" }, "c2")).toBe("not slower 1");
    expect(await outcome({ benchmark: "a" }, "c2")).toBe("no such row 1");
  });
});

describe("exits", () => {
  const same = drawnRecord([{ id: "a/ts", percent: 0 }]);
  const [canary, row] = same.rows as [(typeof same.rows)[0], (typeof same.rows)[0]];
  const exit = (changes: object, flags: object = {}): number => {
    const rows = [canary, { ...row, ...changes }];
    return outcomeOf({ header: same.header, rows }, [], flags);
  };
  const open = { verdict: { ...row.verdict, state: "inconclusive" } };

  it("are those of the manual; a fault never looks like no regression", () => {
    expect(exit({})).toBe(0);
    expect(exit({ verdict: { ...row.verdict, state: "regressed" } })).toBe(1);
    expect([exit(open), exit(open, { strict: true })]).toEqual([0, 3]);
    expect(exit({ status: "incorrect" })).toBe(4);
    expect(exit({ status: "failed" })).toBe(4);
    // Dead code, a bench that is gone: nothing was timed at all.
    expect(exit({ status: "dead-code", ...open })).toBe(4);
    expect(exit({ status: "missing-head", ...open })).toBe(4);
    expect(exit({ status: "missing-head", ...open }, { requireAll: true })).toBe(5);
    expect(exit({ status: "missing-base", ...open })).toBe(0);
    expect(outcomeOf({ header: same.header, rows: [canary] }, [], {})).toBe(4);
    expect(outcomeOf({ header: { ...same.header, rows: 9 }, rows: same.rows }, [], {})).toBe(4);
    expect(
      outcomeOf({ header: { ...same.header, status: "partial" }, rows: same.rows }, [], {}),
    ).toBe(130);
    const moved = [{ id: "canary/x", delta: 0.1, stable: false }];
    const unstable = { header: { ...same.header, canaries: moved }, rows: same.rows };
    expect([outcomeOf(unstable, [], {}), outcomeOf(unstable, [], { strict: true })]).toEqual([
      0, 3,
    ]);
  });
});
