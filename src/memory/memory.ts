/** Allocates memories: a trial's never grows, so views stay valid; the library's grows in place. */
import { MEMORY_LIMIT_BYTES, PAGE_BYTES } from "./layout.js";

/** @param bytes end of the layout; at most MEMORY_LIMIT_BYTES (checkBudget refuses more). */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.max(2, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** A memory that grows up to the limit: shared, so that growth moves and detaches nothing. */
export function createGrowableMemory(): WebAssembly.Memory {
  const maximum = MEMORY_LIMIT_BYTES / PAGE_BYTES;
  return new WebAssembly.Memory({ initial: 2, maximum, shared: true });
}
