/** The WASM backend over an instance, however it was made: in a thread of Node or in a reader's browser. */
import { findSteps, type Backend, type Kernels } from "./backend.js";

/** What the module asks of its host. */
export function moduleImports(memory: WebAssembly.Memory): WebAssembly.Imports {
  const abort = (): never => {
    throw new Error("hearsay bug: assertion failed in the WASM module");
  };
  return { env: { memory, abort } };
}

export function instanceBackend({ exports }: WebAssembly.Instance): Backend {
  return {
    name: "wasm",
    kernels: exports as unknown as Kernels,
    steps: (symbol) => findSteps(exports, symbol),
  };
}
