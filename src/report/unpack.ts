/** Packed bytes of a record, with a refusal that names the field. */
import { inflateRawSync } from "node:zlib";
import { InputError } from "../errors.js";

/** @param bytesMax more than this is refused before it is made */
export function unpack(field: string, data: string, bytesMax: number): Buffer {
  try {
    return inflateRawSync(Buffer.from(data, "base64"), { maxOutputLength: bytesMax + 1 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${field} must be base64 of raw deflate of ${bytesMax} bytes (${code})`);
  }
}
