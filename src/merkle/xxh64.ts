/** XXH64 of bytes that stand outside the workspace, for users: what texts and bytes as keys go through. */
import type { BackendName } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";
import { itemBuffer } from "./items.js";

const encoder = new TextEncoder();

/**
 * XXH64 with seed 0 as 16 hex digits. Fast, and no protection against those who choose the bytes.
 * @param data bytes, or text to be taken as UTF-8
 */
export function xxh64(data: Uint8Array | string, backend: BackendName = "wasm"): string {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  const { low, high } = itemBuffer(workspace(backend)).hashOf(bytes);
  return [high, low].map((word) => word.toString(16).padStart(8, "0")).join("");
}
