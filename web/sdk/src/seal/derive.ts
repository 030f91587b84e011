/**
 * HKDF-SHA256 (RFC 5869).
 *
 * Rules
 * - Expand takes a uniform 32-byte secret. HKDF with an empty salt takes a secret that isn't uniform, such as an X25519
 *   output.
 * - `info` begins with its own label; the callers build it.
 */

import { concat } from "../protocol/bytes.ts";
import { hmacSha256, u8 } from "../protocol/codec.ts";

const HASH = 32;

/** HKDF-Expand: `length` bytes (8160 at most) from a uniform secret. Spec: §3.1 */
export function expand(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = new Uint8Array();
  for (let counter = 1; blocks.length * HASH < length; counter++) {
    block = hmacSha256(secret, block, info, u8(counter));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}

/** HKDF: `length` bytes from a secret that need not be uniform. Spec: §3.1 */
export function hkdf(
  inputKey: Uint8Array,
  info: Uint8Array,
  length: number,
  salt: Uint8Array = new Uint8Array(),
): Uint8Array {
  return expand(hmacSha256(salt.length > 0 ? salt : new Uint8Array(HASH), inputKey), info, length);
}
