import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { resolveScenario, type SettingsLayer } from "./resolve.js";

function layer(place: string, settings: SettingsLayer["settings"]): SettingsLayer {
  return { settings, label: (field) => `${place} ${field}` };
}

function refusal(...layers: SettingsLayer[]): string {
  try {
    resolveScenario(layers);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("it was accepted");
}

describe("resolveScenario", () => {
  it("fills in every default", async () => {
    const scenario = await resolveScenario([layer("file", { protocol: "push-pull" })]).build();
    expect(scenario).toMatchObject({
      name: "push-pull",
      nodes: 100_000,
      seed: 1,
      trials: 5,
      backends: ["wasm", "ts"],
      workers: 1,
      stop: { coverage: 1, maxRounds: 1000 },
      observe: true,
      clock: { kind: "round", tickMs: 0, timer: "periodic" },
    });
    expect(scenario.parameters["fanout"]).toBe(1);
    expect(scenario.clock.periodTicks).toBe(scenario.protocol.roundTicks);
    expect(scenario.network.topology).toEqual({ kind: "complete", nodes: 100_000 });
  });

  it("lets later layers win, field by field", async () => {
    const lower = layer("file", {
      protocol: "push",
      nodes: 500,
      parameters: { fanout: 3 },
      stop: { coverage: 0.5, maxRounds: 7 },
      network: { topology: "ring", degree: 3, latency: "constant", latencyMs: 5, lossRatio: 0.1 },
      clock: { tickMs: 2, periodMs: 10, timer: "poisson" },
    });
    const upper = layer("flags", {
      backend: "ts",
      stop: { coverage: 0.9 },
      network: { topology: "grid", latency: "uniform", latencyMsMin: 1, latencyMsMax: 4 },
    });
    const scenario = await resolveScenario([lower, upper]).build();
    expect(scenario).toMatchObject({
      nodes: 500,
      backends: ["ts"],
      stop: { coverage: 0.9, maxRounds: 7 },
      clock: { kind: "event", tickMs: 2, periodTicks: 5, timer: "poisson" },
    });
    expect(scenario.parameters["fanout"]).toBe(3);
    // The ring's degree and the constant's ms went with them.
    expect(scenario.network.description).toMatchObject({
      ...{ topology: "grid", latency: "uniform", latencyMsMin: 1, latencyMsMax: 4, lossRatio: 0.1 },
    });
  });

  it("stops tracing by itself above 4e6 nodes", async () => {
    const build = (nodes: number): ReturnType<ReturnType<typeof resolveScenario>["build"]> =>
      resolveScenario([layer("file", { protocol: "push", nodes })]).build();
    expect((await build(4e6)).observe).toBe(true);
    expect((await build(4e6 + 1)).observe).toBe(false);
  });

  it("names a field as the layer does that set it", async () => {
    const file = layer("file", { protocol: "push", nodes: 5, parameters: { fanout: 9 } });
    expect(refusal(file)).toBe(
      "file parameters.fanout must be a whole number from 1 to 4 with 5 nodes, got 9",
    );
    const flags = layer("flags", { parameters: { fanout: 7 } });
    expect(refusal(file, flags)).toMatch(/^flags parameters\.fanout .*, got 7$/);
    const lossy = layer("flags", { parameters: { fanout: 1 }, network: { lossRatio: 1.5 } });
    await expect(resolveScenario([file, lossy]).build()).rejects.toThrow(
      "flags network.lossRatio must be a number from 0 to 0.99, got 1.5",
    );
  });

  it.each([
    [{ protocol: "psuh" }, /^file protocol must be one of .*did you mean push\?$/],
    [{}, /^file protocol must be one of .*, got ""$/],
    [
      { protocol: "push", parameters: { fanuot: 1 } },
      /fanuot is no parameter of push.*mean fanout/,
    ],
    [{ protocol: "push", parameters: { fanout: "many" } }, /fanout must be a whole .*got "many"$/],
    [{ protocol: "push", parameters: { toString: 1 } }, /toString is no parameter of push/],
    [{ protocol: "push", seed: 0xffff_ffff, trials: 2 }, /seed must be .* 0 to 4294967294, got/],
    [{ protocol: "push", clock: { kind: "event", tickMs: 300 } }, /periodMs must be a multiple/],
    [
      { protocol: "push", clock: { kind: "round" }, network: { latency: "cities" } },
      /^file clock\.kind must be event when latency is cities/,
    ],
  ] as const)("refuses %j", (settings, message) => {
    expect(refusal(layer("file", settings))).toMatch(message);
  });
});
