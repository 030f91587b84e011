/** XChaCha20-Poly1305-IETF in the form that the protocol ships: nonce 24 | ciphertext and tag. Spec: §3.1 */

import { OpenError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { concat } from "../protocol/bytes.ts";
import type { Draw, Random } from "../random.ts";
import { xchachaOpened, xchachaSealed } from "../sodium.ts";

/** A fresh nonce, 24 bytes. `draw` and `of` say what for. */
export function drawn(random: Random, draw: Draw, of?: string): Uint8Array {
  return random.bytes(SIZES.AEAD_NONCE, draw, of);
}

/** nonce 24 | ciphertext and tag. Key 32; the nonce is a fresh one. */
export function sealed(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array, nonce: Uint8Array): Uint8Array {
  return concat(nonce, xchachaSealed(key, nonce, plaintext, associated));
}

/** The plaintext of nonce 24 | ciphertext and tag. Throws OpenError when key, bytes or associated data don't match. */
export function opened(key: Uint8Array, data: Uint8Array, associated: Uint8Array): Uint8Array {
  return decrypt(key, data.subarray(0, SIZES.AEAD_NONCE), data.subarray(SIZES.AEAD_NONCE), associated);
}

/** The plaintext, where the nonce stands apart. Throws OpenError. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  const plaintext = xchachaOpened(key, nonce, ciphertext, associated);
  if (plaintext === null) throw new OpenError("A sealed message does not open: another key, or changed bytes.");
  return plaintext;
}
