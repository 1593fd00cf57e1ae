/** An overlay's trial: what is looked at, and that looking and backends change nothing. */
import { describe, expect, it } from "vitest";
import { OVERLAY_NAMES, OVERLAYS } from "./presets.js";
import { PeerSamplingService } from "./service.js";
import { lookedAt, playOverlay } from "./trial.js";

describe("rounds that are looked at", () => {
  it.each([0, 1, 10, 50, 1000])("of %i rounds begin and end it, and are few", (rounds) => {
    const looked = lookedAt(rounds);
    expect(looked[0]).toBe(0);
    expect(looked.at(-1)).toBe(rounds);
    expect(looked.length).toBeLessThanOrEqual(32);
    expect(looked).toEqual([...new Set(looked)].sort((a, b) => a - b));
  });
});

describe.each(OVERLAY_NAMES)("%s", (name) => {
  const plan = {
    ...{ settings: OVERLAYS[name], nodes: 300, seed: 5, rounds: 12, crash: 0.5, healRounds: 8 },
    ...{ backends: ["wasm", "ts"] as const, now: () => 0 },
  };

  it("ends in the same views on both backends, and as if nobody had looked", () => {
    const { arms, looks, healing, survivors } = playOverlay(plan);
    expect(arms[0]!.digests).toEqual(arms[1]!.digests);
    const service = new PeerSamplingService({ ...plan.settings, nodes: 300, seed: 5 });
    service.run(12);
    expect(service.digest()).toBe(arms[0]!.digests[0]);
    expect(looks.at(-1)![1]).toEqual(service.measures());
    expect(service.healing(0.5, 8)).toEqual(healing);
    expect(service.digest()).toBe(arms[0]!.digests[1]);
    service.dispose();
    expect(survivors).toBe(150);
    // The dead cannot be known less than at once: about half of all entries.
    expect(healing[0]!.deadLinksPerNode).toBeGreaterThan(1);
    expect(healing.at(-1)!.deadLinksPerNode).toBeLessThanOrEqual(healing[0]!.deadLinksPerNode);
  });

  it("plays no crash where none is asked for", () => {
    const { healing, survivors } = playOverlay({ ...plan, crash: 0, backends: ["wasm"] });
    expect([healing, survivors]).toEqual([[], 300]);
  });
});
