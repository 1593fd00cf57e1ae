/** The WASM backend: the module that asc compiled, instantiated over a shared memory. */
import { readFileSync } from "node:fs";
import { artifact } from "../artifacts.js";
import type { Backend } from "./backend.js";
import { instanceBackend, moduleImports } from "./instance.js";

/** Compiles the built module; `debug` is the asserting build that tests use. */
export function compileWasm(build: "release" | "debug" = "release"): WebAssembly.Module {
  const file = build === "debug" ? "hearsay.debug.wasm" : "hearsay.wasm";
  return new WebAssembly.Module(readFileSync(artifact(file)));
}

/** Instances are per thread; all state is in `memory`, so any number may share it. */
export function wasmBackend(module: WebAssembly.Module, memory: WebAssembly.Memory): Backend {
  return instanceBackend(new WebAssembly.Instance(module, moduleImports(memory)));
}
