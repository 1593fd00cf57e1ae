/** Infect and die: a trial goes on until nobody sends, so that every copy is counted. */
import { describe, expect, it } from "vitest";
import { inlinePlayer } from "../../../bench/inline-trial.js";

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("push that stops by itself", () => {
  it.each(["wasm", "ts"] as const)(
    "sends rounds x fanout copies per informed node (%s)",
    async (backend) => {
      for (const [activeRounds, fanout] of [
        [1, 2],
        [1, 12],
        [3, 4],
      ] as const) {
        const player = await inlinePlayer(backend, {
          ...{ protocol: "push", nodes: 500, parameters: { activeRounds, fanout } },
        });
        for (let seed = 1; seed <= 10; seed++) {
          const { series, stopped } = player.play(seed);
          const informed = series.informed.at(-1)!;
          expect(total(series.sent), `seed ${seed}`).toBe(activeRounds * fanout * informed);
          expect(stopped).toBe(informed === 500 ? "coverage" : "quiescent");
        }
      }
    },
  );

  it("does not end while a node may still send that drew no peer in this round", async () => {
    // One peer every other round on average: in many rounds of the start nobody sends.
    const player = await inlinePlayer("wasm", {
      ...{ protocol: "push", nodes: 500, parameters: { activeRounds: 12, fanoutMean: 0.5 } },
    });
    const silent = Array.from(
      { length: 20 },
      (_, index) => player.play(index + 1).series.sent,
    ).filter((sent) =>
      sent.slice(0, -1).some((copies, round) => copies === 0 && total(sent.slice(round)) > 0),
    );
    expect(silent.length).toBeGreaterThan(3);
  });

  it("ends with the last node informed where nobody stops", async () => {
    const player = await inlinePlayer("wasm", { protocol: "push", nodes: 500 });
    const { series, stopped } = player.play(1);
    expect(stopped).toBe("coverage");
    expect(series.informed.at(-2)!).toBeLessThan(500);
  });
});
