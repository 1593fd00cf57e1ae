/** The library: run scenarios, read records, describe protocols. Re-exports only. */
export { InputError, TrialFailure } from "./errors.js";
export { BloomFilter, type BloomFilterOptions } from "./filters/bloom-filter.js";
export { BloomPopulation, type BloomPopulationOptions } from "./filters/bloom-population.js";
export {
  CountingBloomFilter,
  type CountingBloomFilterOptions,
} from "./filters/counting-bloom-filter.js";
export { CuckooFilter, type CuckooFilterOptions } from "./filters/cuckoo-filter.js";
export { FixedFilter, type FixedFilterOptions } from "./filters/fixed-filter.js";
export type { FilterKey, FilterKeys } from "./filters/keys.js";
export {
  RotatingBloomFilter,
  type RotatingBloomFilterOptions,
} from "./filters/rotating-bloom-filter.js";
export {
  ScalableBloomFilter,
  type ScalableBloomFilterOptions,
} from "./filters/scalable-bloom-filter.js";
export { SeenSet } from "./filters/seen-set.js";
export type { BloomKind, BloomShape } from "./filters/sizing.js";
export { StableBloomFilter, type StableBloomFilterOptions } from "./filters/stable-bloom-filter.js";
export { recordSchema, type RunRecord } from "./history/record.js";
export { buildNetwork, type NetworkSpec } from "./network/build.js";
export type { ExchangeCost, LeafRange } from "./merkle/exchange.js";
export type { MerkleKey, MerkleVersion } from "./merkle/items.js";
export {
  MerklePopulation,
  type MerklePopulationOptions,
  type PopulationDiff,
  type PopulationUpdates,
} from "./merkle/merkle-population.js";
export {
  MerkleTree,
  type MerkleDiff,
  type MerkleDiffOptions,
  type MerkleHash,
  type MerkleLoadOptions,
  type MerkleTreeOptions,
} from "./merkle/merkle-tree.js";
export type { MerkleFanout, MerkleLevel, MerkleShape } from "./merkle/shape.js";
export { xxh64 } from "./merkle/xxh64.js";
export type { Network } from "./network/network.js";
export { PeerSampler } from "./peers/peer-sampler.js";
export type { PeerSamplerOptions, PeersOptions, RoundOptions } from "./peers/peer-sampler.js";
export type { Groups, PeerGraph, PeerWeights } from "./peers/weights.js";
export { randomBelow, randomWords, type DrawKey } from "./peers/words.js";
export type { ParameterSpec, Protocol } from "./protocols/protocol.js";
export { findProtocol, protocols } from "./protocols/registry.js";
export {
  reconcileCurve,
  type ReconcileCurveOptions,
  type ReconcileCurveRow,
} from "./reconcile/curve.js";
export type { FieldBits } from "./reconcile/field.js";
export { cellsFor, Iblt, type IbltDecoded, type IbltOptions } from "./reconcile/iblt.js";
export type { Difference, Ids } from "./reconcile/id-set.js";
export { cpisyncBits, PinSketch, sketchBytes } from "./reconcile/pinsketch.js";
export type { PinSketchOptions } from "./reconcile/pinsketch.js";
export {
  reconcile,
  RECONCILE_METHODS,
  type Reconciliation,
  type ReconcileMethod,
  type ReconcileOptions,
  type ReconcileSettings,
} from "./reconcile/reconcile.js";
export { StrataEstimator, type StrataOptions } from "./reconcile/strata.js";
export { runScenario } from "./run/run-scenario.js";
export type { BackendName, RunHooks, Scenario, TrialProgress } from "./run/types.js";
export type { Components, InDegree, PathLength } from "./views/measures.js";
export type {
  CyclonOptions,
  FrameworkOptions,
  HyParViewOptions,
  NewscastOptions,
  PeerSamplingOptions,
  ScampOptions,
  ViewProtocol,
  ViewStart,
} from "./views/options.js";
export {
  PeerSamplingService,
  type HealingStep,
  type MeasureOptions,
  type ViewEntry,
  type ViewMeasures,
} from "./views/service.js";
