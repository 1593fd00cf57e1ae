/** The module's whole public surface: memory accessors, kernels and the portable protocols. */
export * from "./kernels/random";
export * from "./kernels/digest";
export * from "./kernels/galois";
export * from "./kernels/iblt";
export * from "./kernels/iblt-rateless";
export * from "./kernels/rumor";
export * from "./kernels/merkle";
export * from "./kernels/xxhash";
export * from "./runtime/math";
export * from "./protocols/push";
export * from "./protocols/pull";
export * from "./protocols/push-pull";
export * from "./protocols/push-pull-3msg";
export * from "./protocols/flood";
