/** The pure TypeScript backend: the same portable sources, bundled over the twins of the kernels. */
import { pathToFileURL } from "node:url";
import { artifact } from "../artifacts.js";
import { findSteps, type Backend, type Kernels } from "./backend.js";

export interface Bundle extends Kernels {
  bindMemory(buffer: ArrayBufferLike): void;
}

/** Binds this thread's one bundle to `memory`: a thread runs one TypeScript trial at a time. */
export async function tsBackend(memory: WebAssembly.Memory): Promise<Backend> {
  const bundle = (await import(pathToFileURL(artifact("backend-ts.js")).href)) as Bundle;
  bundle.bindMemory(memory.buffer);
  return {
    name: "ts",
    kernels: bundle,
    steps: (symbol) => findSteps(bundle as unknown as Record<string, unknown>, symbol),
  };
}
