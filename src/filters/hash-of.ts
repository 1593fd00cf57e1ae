/** XXH64 of bytes that stand outside any workspace: checksums of stored filters. */
import { workspace } from "../kernels/workspace.js";

/** Seed 0, as one 64-bit number. */
export function xxh64Of(bytes: Uint8Array): bigint {
  const space = workspace("wasm");
  const owner = {};
  const at = space.allocate(owner, bytes.length);
  space.u8.set(bytes, at);
  const low = space.kernels.xxh64(at, bytes.length, 0, 0) >>> 0;
  const high = space.kernels.xxh64High() >>> 0;
  space.release(owner);
  return (BigInt(high) << 32n) | BigInt(low);
}
