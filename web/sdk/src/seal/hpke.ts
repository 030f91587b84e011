/**
 * HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305: how a key is sealed to one recipient.
 *
 * Rules
 * - `info` names the purpose of a sealed key; there is no associated data, and each context seals one message.
 * - An X-Wing private key is its 32-byte seed (draft-connolly-cfrg-xwing-kem). It doesn't go through `DeriveKeyPair`.
 * - Sealed = encapsulation 1120 | ciphertext | tag 16.
 * - Every failure is the same OpenError, which doesn't tell the cause.
 */

import { OpenError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { concat, utf8 } from "../protocol/bytes.ts";
import { hmacSha256, u16 } from "../protocol/codec.ts";
import type { Random } from "../random.ts";
import { chachaOpened, chachaSealed, decapsulated, encapsulated, type KeyPair, kemKeys } from "../sodium.ts";
import { expand } from "./derive.ts";
import { Secret } from "./secret.ts";

const X_WING = 0x647a;
const HKDF_SHA256 = 0x0001;
const CHACHA20_POLY1305 = 0x0003;
const SUITE = concat(utf8("HPKE"), u16(X_WING), u16(HKDF_SHA256), u16(CHACHA20_POLY1305));
const VERSION = utf8("HPKE-v1");
const BASE_MODE = Uint8Array.of(0);
const NOTHING = new Uint8Array();
const KEY = 32;
const NONCE = 12;
const ENCAPSULATION_RANDOMNESS = 64; // ML-KEM's message 32 | an X25519 scalar 32

/** The private half of an X-Wing key, from its 32-byte seed; `kemKey` is the public half (1216 bytes). */
export class KemSecret extends Secret {
  readonly kemKey: Uint8Array;
  readonly #pair: KeyPair;

  constructor(seed: Uint8Array) {
    super();
    this.#pair = kemKeys(seed);
    this.kemKey = this.#pair.publicKey;
  }

  /** The plaintext that was sealed to this key with this `info`. Throws OpenError. Spec: §3.1 */
  open(sealed: Uint8Array, info: Uint8Array): Uint8Array {
    const isWhole = sealed.length >= SIZES.HPKE_ENC + SIZES.AEAD_TAG;
    const shared = isWhole ? decapsulated(sealed.slice(0, SIZES.HPKE_ENC), this.#pair.privateKey) : null;
    const plaintext = shared && openWith(shared, sealed.slice(SIZES.HPKE_ENC), info);
    if (plaintext === null) throw new OpenError("A sealed key does not open with the keys of this account.");
    return plaintext;
  }
}

/** `plaintext` sealed to a public key. Throws OpenError when the key is invalid. Spec: §3.1 */
export function sealTo(kemKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array, random: Random): Uint8Array {
  if (kemKey.length !== SIZES.KEM_KEY) throw new OpenError("A public key has the wrong size.");
  if (random.sealed !== undefined) return random.sealed(kemKey, plaintext, info);
  const made = encapsulated(kemKey, random.bytes(ENCAPSULATION_RANDOMNESS, "encapsulation"));
  if (made === null) throw new OpenError("A public key is not one that anything can be sealed to.");
  const { key, nonce } = schedule(made.sharedSecret, info);
  return concat(made.ciphertext, chachaSealed(key, nonce, plaintext));
}

function openWith(shared: Uint8Array, ciphertext: Uint8Array, info: Uint8Array): Uint8Array | null {
  const { key, nonce } = schedule(shared, info);
  return chachaOpened(key, nonce, ciphertext);
}

/** RFC 9180, 5.1: KeySchedule in base mode, for the first and only message. */
function schedule(shared: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const pskIdHash = labeledExtract(NOTHING, "psk_id_hash", NOTHING);
  const context = concat(BASE_MODE, pskIdHash, labeledExtract(NOTHING, "info_hash", info));
  const secret = labeledExtract(shared, "secret", NOTHING);
  return {
    key: labeledExpand(secret, "key", context, KEY),
    nonce: labeledExpand(secret, "base_nonce", context, NONCE),
  };
}

/** An empty salt is as good as 32 zeros: HMAC pads its key with zeros. */
function labeledExtract(salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  return hmacSha256(salt.length > 0 ? salt : new Uint8Array(KEY), VERSION, SUITE, utf8(label), input);
}

function labeledExpand(secret: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return expand(secret, concat(u16(length), VERSION, SUITE, utf8(label), info), length);
}
