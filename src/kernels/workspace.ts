/**
 * The memory and the kernels that library objects (filters, trees, samplers) of one backend share on
 * one thread. It grows as they are made; shared WebAssembly memory grows in place, so addresses and
 * older views stay valid. What an object holds returns when it is disposed of or collected.
 */
import { createRequire } from "node:module";
import { artifact } from "../artifacts.js";
import { checkChoice } from "../check.js";
import { InputError } from "../errors.js";
import { Allocator } from "../memory/allocator.js";
import { FIELDS_START, MEMORY_LIMIT_BYTES, PAGE_BYTES } from "../memory/layout.js";
import { createGrowableMemory } from "../memory/memory.js";
import { formatBytes } from "../units.js";
import type { BackendName, Kernels } from "./backend.js";
import type { Bundle } from "./ts.js";
import { compileWasm, wasmBackend } from "./wasm.js";

/** Memory grows by at least this much, so that many small objects cost few growths. */
const GROWTH_BYTES_MIN = 2 ** 20;

export class Workspace {
  readonly backend: BackendName;
  readonly kernels: Kernels;
  readonly #memory = createGrowableMemory();
  readonly #allocator = new Allocator(FIELDS_START);
  readonly #rebind: (buffer: ArrayBufferLike) => void;
  readonly #held = new WeakMap<object, number[]>();
  readonly #collected = new FinalizationRegistry<readonly number[]>((held) => this.#free(held));
  #u8 = new Uint8Array(0);
  #u32 = new Uint32Array(0);
  #f64 = new Float64Array(0);

  constructor(backend: BackendName) {
    this.backend = backend;
    if (backend === "wasm") {
      this.kernels = wasmBackend(compileWasm(), this.#memory).kernels;
      this.#rebind = () => undefined;
    } else {
      // A bundle of its own: the engine binds the other one to the memory of its trial.
      const require = createRequire(import.meta.url);
      const bundle = require(artifact("library-ts.js")) as Bundle;
      this.kernels = bundle;
      this.#rebind = (buffer) => bundle.bindMemory(buffer);
    }
    this.#bind();
  }

  /** Views of the whole memory; read them anew after `allocate`. */
  get u8(): Uint8Array {
    return this.#u8;
  }
  get u32(): Uint32Array {
    return this.#u32;
  }
  get f64(): Float64Array {
    return this.#f64;
  }

  /**
   * Reserves zeroed memory that `owner` holds until `release(owner)` or until it is collected.
   * @returns an address, a multiple of 128
   * @throws InputError when 4 GiB, the limit of WebAssembly memory, would be passed
   */
  allocate(owner: object, bytes: number): number {
    if (!(bytes <= MEMORY_LIMIT_BYTES - this.#allocator.end)) {
      throw new InputError(
        `needs ${formatBytes(bytes)}, and ${formatBytes(this.#allocator.end)} are in use; ` +
          `${formatBytes(MEMORY_LIMIT_BYTES)} is the limit of WebAssembly memory`,
      );
    }
    const at = this.#allocator.allocate(bytes);
    this.#grow(this.#allocator.end);
    this.#u8.fill(0, at, at + bytes);
    const held = this.#held.get(owner);
    if (held === undefined) {
      const first = [at];
      this.#held.set(owner, first);
      this.#collected.register(owner, first, first);
    } else {
      held.push(at);
    }
    return at;
  }

  /** Gives back all that `owner` holds; it must not be used afterwards. */
  release(owner: object): void {
    const held = this.#held.get(owner);
    if (held === undefined) return;
    this.#held.delete(owner);
    this.#collected.unregister(held);
    this.#free(held);
  }

  #free(held: readonly number[]): void {
    for (const at of held) this.#allocator.release(at);
  }

  #grow(bytes: number): void {
    const missing = bytes - this.#u8.length;
    if (missing <= 0) return;
    const room = MEMORY_LIMIT_BYTES - this.#u8.length;
    const growth = Math.min(room, Math.max(missing, GROWTH_BYTES_MIN, this.#u8.length / 2));
    this.#memory.grow(Math.ceil(growth / PAGE_BYTES));
    this.#bind();
  }

  #bind(): void {
    const { buffer } = this.#memory;
    this.#u8 = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#rebind(buffer);
  }
}

const workspaces = new Map<BackendName, Workspace>();

/**
 * This thread's workspace of a backend, made at first use.
 * @throws InputError for another name than wasm or ts
 */
export function workspace(backend: BackendName): Workspace {
  const name = checkChoice("backend", backend, ["wasm", "ts"] as const);
  let existing = workspaces.get(name);
  if (existing === undefined) {
    existing = new Workspace(name);
    workspaces.set(name, existing);
  }
  return existing;
}
