/** Allocates the one shared memory of a trial. It never grows, so views stay valid. */
import { PAGE_BYTES } from "./layout.js";

/** @param bytes end of the layout; at most MEMORY_LIMIT_BYTES (checkBudget refuses more). */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.max(2, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
