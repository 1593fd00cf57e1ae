/** The module's whole public surface: kernels, engine steps and the portable protocols. */
export * from "./kernels/random";
export * from "./kernels/digest";
export * from "./kernels/rumor";
