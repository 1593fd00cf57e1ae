import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Scenario, TrialProgress } from "../run/types.js";
import { createProgress, sparkline, type ProgressStream } from "./progress.js";

const scenario = {
  name: "push",
  nodes: 1_000_000,
  trials: 2,
  backends: ["wasm", "ts"],
  observe: false,
} as unknown as Scenario;

function watch(isTTY: boolean, quiet = false, columns = 80): { text: string; run: () => void } {
  const written = { text: "", run: (): void => undefined };
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written.text += String(chunk);
      done();
    },
  });
  const stream: ProgressStream = Object.assign(sink, { isTTY, columns });
  let ms = 0;
  const progress = createProgress(stream, quiet, () => ms);
  written.run = () => {
    progress.begin(scenario, 0, 4);
    for (let step = 1; step <= 20; step++) {
      ms += 1000;
      const at: TrialProgress = {
        backend: step <= 10 ? "wasm" : "ts",
        trial: 0,
        trials: 2,
        round: (step - 1) % 10,
        coverage: ((step - 1) % 10) / 10,
      };
      progress.update(at);
    }
    progress.end();
  };
  return written;
}

describe("progress", () => {
  it("says nothing when quiet", () => {
    const seen = watch(true, true);
    seen.run();
    expect(seen.text).toBe("");
  });

  it("writes few plain lines, and no escape codes, where there is no terminal", () => {
    const seen = watch(false);
    seen.run();
    const lines = seen.text.trimEnd().split("\n");
    expect(lines[0]).toBe("1/4 push: 1,000,000 nodes, 2 trials on wasm and ts");
    expect(lines.at(-1)).toBe("  ended after 20 s");
    expect(lines).toHaveLength(2 + 20 / 5);
    expect(lines[1]).toBe("  wasm trial 1/4, round 4, 40.0 %, 800 k node-rounds/s, 45 s left");
    expect(seen.text).not.toMatch(/[\x1b\r]/);
  });

  it("draws one line on a terminal, with gauge and curve, within its width", () => {
    const seen = watch(true, false, 60);
    seen.run();
    const drawn = seen.text.split("\r\x1b[K").filter((line) => line.includes("["));
    expect(drawn.length).toBeGreaterThanOrEqual(20);
    expect(drawn.at(-2)).toMatch(/ts\s+2\/4 \[■+·+\]/);
    for (const line of drawn) {
      const visible = line.replace(/\x1b\[\d+m/g, "").replace(/\n[^]*/, "");
      expect([...visible].length).toBeLessThan(60);
    }
  });

  it("draws coverage as bars", () => {
    expect(sparkline([0, 0.5, 1], 3)).toBe("▁▅█");
    expect(sparkline([0, 0.5, 1], 2)).toBe("▅█");
    expect(sparkline([1], 3)).toBe("█  ");
  });
});
