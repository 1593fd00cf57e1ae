/** The WASM backend: the module that asc compiled, instantiated over a shared memory. */
import { readFileSync } from "node:fs";
import { artifact } from "../artifacts.js";
import { findSteps, type Backend, type Kernels } from "./backend.js";

/** Compiles the built module; `debug` is the asserting build that tests use. */
export function compileWasm(build: "release" | "debug" = "release"): WebAssembly.Module {
  const file = build === "debug" ? "hearsay.debug.wasm" : "hearsay.wasm";
  return new WebAssembly.Module(readFileSync(artifact(file)));
}

/** Instances are per thread; all state is in `memory`, so any number may share it. */
export function wasmBackend(module: WebAssembly.Module, memory: WebAssembly.Memory): Backend {
  const abort = (): never => {
    throw new Error("hearsay bug: assertion failed in the WASM module");
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  return {
    name: "wasm",
    kernels: exports as unknown as Kernels,
    steps: (symbol) => findSteps(exports, symbol),
  };
}
