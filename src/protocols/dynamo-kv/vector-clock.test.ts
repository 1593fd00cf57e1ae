/** Vector clocks in a word against sets of versions with the history that each has replaced. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countOf,
  knowsAll,
  liveVersions,
  mergeClocks,
  writeClock,
} from "../../../assembly/runtime/vector-clock.js";
import "../../../test/seed.js";

/** A replica as sets: events known, and those among them that are live; an event is 1000 i + count. */
interface Replica {
  readonly known: ReadonlySet<number>;
  readonly live: ReadonlySet<number>;
}
const EMPTY: Replica = { known: new Set(), live: new Set() };

function merge(a: Replica, b: Replica): Replica {
  const stays = (one: Replica, other: Replica) => (event: number) =>
    other.live.has(event) || !other.known.has(event) ? one.live.has(event) : false;
  const live = new Set([...a.live, ...b.live]);
  for (const event of live) {
    if (!stays(a, b)(event) && !stays(b, a)(event)) live.delete(event);
  }
  return { known: new Set([...a.known, ...b.known]), live };
}
/** A write at coordinator i, whose client has read `context`; it replaces the coordinator's own last one. */
function write(held: Replica, context: Replica, i: number): Replica {
  const count = [...held.known].filter((event) => Math.floor(event / 1000) === i).length + 1;
  const event = 1000 * i + count;
  const live = [...held.live].filter(
    (old) => !context.known.has(old) && Math.floor(old / 1000) !== i,
  );
  return {
    known: new Set([...held.known, ...context.known, event]),
    live: new Set([...live, event]),
  };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("merge" as const), at: fc.nat(3), with: fc.nat(3) }),
  fc.record({ kind: fc.constant("write" as const), at: fc.nat(3), with: fc.nat(3) }),
);

describe("a clock in a word", () => {
  it("keeps the versions that sets of events keep, whatever replicas write and exchange", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sets: Replica[] = [EMPTY, EMPTY, EMPTY, EMPTY];
        const clocks = [0, 0, 0, 0];
        for (const { kind, at, with: other } of steps) {
          if (kind === "merge") {
            sets[at] = merge(sets[at]!, sets[other]!);
            clocks[at] = mergeClocks(clocks[at]!, clocks[other]!);
          } else {
            // The client read at `other` and at the coordinator, as a quorum does.
            const context = merge(sets[at]!, sets[other]!);
            const read = mergeClocks(clocks[at]!, clocks[other]!);
            sets[at] = write(sets[at]!, context, at);
            clocks[at] = writeClock(clocks[at]!, read, at, countOf(clocks[at]!, at) + 1);
          }
          expect(liveVersions(clocks[at])).toBe(sets[at].live.size);
        }
        sets.forEach(({ known }, index) => {
          for (let i = 0; i < 4; i++) {
            const count = [...known].filter((event) => Math.floor(event / 1000) === i).length;
            expect(countOf(clocks[index]!, i)).toBe(count);
          }
        });
      }),
    );
  });

  it("merges in any order to the same word, and then knows what either knew", () => {
    const clock = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        expect(mergeClocks(a, b)).toBe(mergeClocks(b, a));
        expect(mergeClocks(mergeClocks(a, b), c)).toBe(mergeClocks(a, mergeClocks(b, c)));
        expect(mergeClocks(a, a)).toBe(a);
        expect(knowsAll(mergeClocks(a, b), a) + knowsAll(mergeClocks(a, b), b)).toBe(2);
      }),
    );
  });
});
