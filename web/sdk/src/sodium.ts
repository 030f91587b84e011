/**
 * The one import of libsodium: every primitive that the protocol uses, by the name of what it is.
 *
 * Importing this module waits until libsodium has started (some 30 ms), so nothing here can be called too early.
 * Nothing here draws randomness: what is random comes from a `Random` port. Sizes are those of `SIZES`, in bytes.
 */

import sodium from "libsodium-wrappers-sumo";

await sodium.ready;

/** SHA-256, 32 bytes. */
export function sha256Of(data: Uint8Array): Uint8Array {
  return sodium.crypto_hash_sha256(data);
}

/** HMAC-SHA256 under a key of any length, 32 bytes. */
export function hmacSha256Of(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = sodium.crypto_auth_hmacsha256_init(key);
  sodium.crypto_auth_hmacsha256_update(state, data);
  return sodium.crypto_auth_hmacsha256_final(state);
}

/** Whether two values are equal, in constant time for values of one length. */
export function sameSecret(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && sodium.memcmp(one, other);
}

/**
 * Whether an Ed25519 signature verifies: libsodium's verdict, which is the protocol's. It is cofactorless, and refuses
 * keys and points that are unsound. Signature 64, key 32.
 */
export function isSignature(signKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return sodium.crypto_sign_verify_detached(signature, message, signKey);
}
