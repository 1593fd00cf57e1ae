/** The library: run scenarios, read records, describe protocols. Re-exports only. */
export { InputError, TrialFailure } from "./errors.js";
export { recordSchema, type RunRecord } from "./history/record.js";
export { buildNetwork, type NetworkSpec } from "./network/build.js";
export type { Network } from "./network/network.js";
export type { ParameterSpec, Protocol } from "./protocols/protocol.js";
export { findProtocol, protocols } from "./protocols/registry.js";
export { runScenario } from "./run/run-scenario.js";
export type { BackendName, RunHooks, Scenario, TrialProgress } from "./run/types.js";
