/**
 * The one import of libsodium: every primitive that the protocol uses, by the name of what it is.
 *
 * Importing this module waits until libsodium has started (some 30 ms), so nothing here can be called too early.
 * Nothing here draws randomness: what is random comes from a `Random` port. Sizes are in bytes, as in `SIZES`. A
 * function that opens or agrees gives null where libsodium refuses; the caller says what that means.
 */

import sodium from "libsodium-wrappers-sumo";

await sodium.ready;

const KEY = 32;
const TAG = 16;

/** SHA-256, 32 bytes. */
export function sha256Of(data: Uint8Array): Uint8Array {
  return sodium.crypto_hash_sha256(data);
}

/** SHA-256 of bytes that come in parts. `digest` ends it. */
export class Sha256 {
  readonly #state = sodium.crypto_hash_sha256_init();

  update(part: Uint8Array): void {
    sodium.crypto_hash_sha256_update(this.#state, part);
  }

  digest(): Uint8Array {
    return sodium.crypto_hash_sha256_final(this.#state);
  }
}

/** HMAC-SHA256 under a key of any length, 32 bytes. */
export function hmacSha256Of(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length === KEY) return sodium.crypto_auth_hmacsha256(data, key);
  const state = sodium.crypto_auth_hmacsha256_init(key);
  sodium.crypto_auth_hmacsha256_update(state, data);
  return sodium.crypto_auth_hmacsha256_final(state);
}

/** Whether two values are equal, in constant time for values of one length. */
export function sameSecret(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && sodium.memcmp(one, other);
}

/** A public key and its private half. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** The Ed25519 keys of a seed (32): public 32, private 64. */
export function signKeys(seed: Uint8Array): KeyPair {
  return sodium.crypto_sign_seed_keypair(seed);
}

/** An Ed25519 signature, 64 bytes. */
export function signatureOf(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return sodium.crypto_sign_detached(message, privateKey);
}

/**
 * Whether an Ed25519 signature verifies: libsodium's verdict, which is the protocol's. It is cofactorless, and refuses
 * keys and points that are unsound. Signature 64, key 32.
 */
export function isSignature(signKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return sodium.crypto_sign_verify_detached(signature, message, signKey);
}

/** The X25519 public key of a scalar, 32 bytes each. */
export function boxKeyOf(scalar: Uint8Array): Uint8Array {
  return sodium.crypto_scalarmult_base(scalar);
}

/** The X25519 output (32) of a scalar and another's key (32); null for one that gives zeros. */
export function agreedSecret(scalar: Uint8Array, boxKey: Uint8Array): Uint8Array | null {
  return orNull(() => sodium.crypto_scalarmult(scalar, boxKey));
}

/** The X-Wing keys of a seed (32): public 1216, private the seed itself. */
export function kemKeys(seed: Uint8Array): KeyPair {
  return sodium.crypto_kem_xwing_seed_keypair(seed);
}

/** An X-Wing encapsulation (1120) and its shared secret (32). */
export interface Encapsulation {
  readonly ciphertext: Uint8Array;
  readonly sharedSecret: Uint8Array;
}

/** An encapsulation to a public key (1216), made of 64 random bytes; null for a key that is invalid. */
export function encapsulated(kemKey: Uint8Array, randomness: Uint8Array): Encapsulation | null {
  return orNull(() => sodium.crypto_kem_xwing_enc_deterministic(kemKey, randomness));
}

/** The shared secret (32) of an encapsulation (1120); null where it is invalid. */
export function decapsulated(ciphertext: Uint8Array, privateKey: Uint8Array): Uint8Array | null {
  return orNull(() => sodium.crypto_kem_xwing_dec(ciphertext, privateKey));
}

/** XChaCha20-Poly1305-IETF: ciphertext and tag. Key 32, nonce 24. */
export function xchachaSealed(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, null, nonce, key);
}

/** The plaintext; null when key, nonce (24), ciphertext or associated data doesn't match. */
export function xchachaOpened(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Uint8Array | null {
  if (ciphertext.length < TAG || nonce.length !== sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES) return null;
  return orNull(() => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, associated, nonce, key));
}

/** ChaCha20-Poly1305-IETF, for HPKE alone: ciphertext and tag, without associated data. Key 32, nonce 12. */
export function chachaSealed(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, null, null, nonce, key);
}

/** The plaintext; null when key, nonce or ciphertext doesn't match. */
export function chachaOpened(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
  if (ciphertext.length < TAG) return null;
  return orNull(() => sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, ciphertext, null, nonce, key));
}

/** A chunk of a stream, opened: its content, and whether its tag says that it is the last. */
export interface StreamChunk {
  readonly content: Uint8Array;
  readonly tag: number;
}

/** The tags of a stream's chunks: the last one's, and every other one's. */
export const STREAM_TAGS = {
  final: sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL,
  message: sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
} as const;

/** libsodium's secretstream under a key (32) and a header (24). Both directions begin with the same state. */
export class SecretStream {
  readonly #state;

  constructor(key: Uint8Array, header: Uint8Array) {
    this.#state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
  }

  /** The next chunk, sealed: 17 bytes longer. */
  seal(chunk: Uint8Array, associated: Uint8Array, tag: number): Uint8Array {
    return sodium.crypto_secretstream_xchacha20poly1305_push(this.#state, chunk, associated, tag);
  }

  /** The next chunk, opened; null when it doesn't follow those before it. */
  open(sealed: Uint8Array, associated: Uint8Array): StreamChunk | null {
    const found = orNull(() => sodium.crypto_secretstream_xchacha20poly1305_pull(this.#state, sealed, associated));
    return found ? { content: found.message, tag: found.tag } : null;
  }
}

/** Argon2id of version 1.3, 32 bytes. `salt`: 16 bytes; `memory`: KiB; one lane, as libsodium has it. */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array, passes: number, memory: number): Uint8Array {
  return sodium.crypto_pwhash(KEY, passphrase, salt, passes, memory * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);
}

/** libsodium's wrapper throws a plain Error where it refuses; the caller has checked all sizes. */
function orNull<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw error; // too little memory is nobody's fault
    return null;
  }
}
