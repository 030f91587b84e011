/**
 * The secrets of an account and of a journal, and the keys that derive from them.
 *
 * Rules
 * - A generation is one 32-byte seed; its signing, X25519 and X-Wing keys and the salt of its keyholder set derive from
 *   it by label.
 * - A keyholder is one 32-byte seed too: random for a device, the entropy of 24 words for a recovery sheet, a PRF output
 *   for a passkey. Sheet and passkey also yield an anchor key, by which a restoring client knows its account before it
 *   believes the server.
 * - Derived public keys must equal those of the account's chain: this authenticates a seed.
 * - An X25519 result of all zeros is refused.
 *
 * This module stores and wraps nothing: see `packages`, `grants`, and the client's vault.
 */

import { MalformedData, NotAllowed, OpenError, WrongAccount } from "../errors.ts";
import { type Purpose, SIZES } from "../generated/constants.ts";
import type { Generation } from "../protocol/accounts.ts";
import { concat, sameBytes } from "../protocol/bytes.ts";
import { encodeB64, hmacSha256, label, u32 } from "../protocol/codec.ts";
import { keyholderId } from "../protocol/ids.ts";
import type { Keyholder, KeyholderKind } from "../protocol/keyholderSets.ts";
import { loginInput } from "../protocol/login.ts";
import { signingInput } from "../protocol/statements.ts";
import type { Random } from "../random.ts";
import { agreedSecret, boxKeyOf, type KeyPair, sameSecret, signatureOf, signKeys } from "../sodium.ts";
import { expand } from "./derive.ts";
import { KemSecret } from "./hpke.ts";
import { Secret } from "./secret.ts";

function derived(seed: Uint8Array, purpose: Purpose): Uint8Array {
  return expand(seed, label(purpose), SIZES.SEED);
}

/** A copy of a seed. Throws MalformedData for another size. */
function seedOf(seed: Uint8Array): Uint8Array {
  if (seed.length !== SIZES.SEED) {
    throw new MalformedData(`A secret has ${seed.length} bytes where ${SIZES.SEED} belong.`);
  }
  return seed.slice();
}

/**
 * The secret of one account generation: its seed (32 bytes) and all keys that derive from it. Spec: §4.1
 *
 * `signKey` (32), `boxKey` (32) and `kemKey` (1216) are public. Throws MalformedData for a seed of another size.
 */
export class GenerationSecret extends Secret {
  readonly generation: number;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly kemKey: Uint8Array;
  readonly #seed: Uint8Array;
  readonly #sign: KeyPair;
  readonly #box: Uint8Array;
  readonly #kem: KemSecret;
  readonly #agreed = new Map<string, Uint8Array>();

  constructor(seed: Uint8Array, generation: number) {
    super();
    this.#seed = seedOf(seed);
    this.generation = generation;
    this.#sign = signKeys(derived(seed, "generation-sign"));
    this.#box = derived(seed, "generation-box");
    this.#kem = new KemSecret(derived(seed, "generation-kem"));
    this.signKey = this.#sign.publicKey;
    this.boxKey = boxKeyOf(this.#box);
    this.kemKey = this.#kem.kemKey;
  }

  static fresh(generation: number, random: Random): GenerationSecret {
    return new GenerationSecret(random.bytes(SIZES.SEED, "generation_seed", String(generation)), generation);
  }

  /** The seed itself, 32 bytes: for a package, and for the vault. */
  get seed(): Uint8Array {
    return this.#seed;
  }

  /** The salt (32 bytes) of this generation's set commitment. Only the owner has it. */
  get salt(): Uint8Array {
    return derived(this.#seed, "keyholder-salt");
  }

  /** The 64-byte signature over a statement's bytes. Spec: §3.6 */
  sign(statement: Uint8Array): Uint8Array {
    return signatureOf(signingInput(statement), this.#sign.privateKey);
  }

  /** The X25519 secret (32 bytes) shared with the owner of `boxKey`. Throws OpenError for an invalid key. Spec: §6.2 */
  agree(boxKey: Uint8Array): Uint8Array {
    if (boxKey.length !== SIZES.BOX_KEY) throw new OpenError("A member's key has the wrong size.");
    const name = encodeB64(boxKey);
    const shared = this.#agreed.get(name) ?? agreedSecret(this.#box, boxKey);
    if (shared === null) throw new OpenError("A member's key is not one that a secret can be shared with.");
    this.#agreed.set(name, shared);
    return shared;
  }

  /** The plaintext sealed to this generation's X-Wing key. Throws OpenError. Spec: §3.1 */
  open(sealed: Uint8Array, info: Uint8Array): Uint8Array {
    return this.#kem.open(sealed, info);
  }

  /** Checks that the keys of this seed equal those of a verified link of the chain. Throws WrongAccount. Spec: §4.1 */
  requireMatches(shown: Generation): void {
    const isSame =
      this.generation === shown.generation &&
      sameBytes(this.signKey, shown.signKey) &&
      sameBytes(this.boxKey, shown.boxKey) &&
      sameBytes(this.kemKey, shown.kemKey);
    if (!isSame) {
      throw new WrongAccount("The server shows another account than these keys belong to.", "seal.derived_keys");
    }
  }
}

/**
 * The secret of one way into an account: its seed (32 bytes), its kind, its id and its public keys. Spec: §4.3
 *
 * Throws MalformedData for a seed of another size.
 */
export class KeyholderSecret extends Secret {
  readonly kind: KeyholderKind;
  readonly id: Uint8Array;
  readonly #seed: Uint8Array;
  readonly #sign: KeyPair;
  readonly #kem: KemSecret;

  constructor(seed: Uint8Array, kind: KeyholderKind) {
    super();
    this.#seed = seedOf(seed);
    this.kind = kind;
    this.#sign = signKeys(derived(seed, "keyholder-sign"));
    this.#kem = new KemSecret(derived(seed, "keyholder-kem"));
    this.id = keyholderId(this.#sign.publicKey);
  }

  /** A fresh one: a device, or a recovery sheet's entropy. */
  static fresh(kind: Exclude<KeyholderKind, "passkey">, random: Random): KeyholderSecret {
    return new KeyholderSecret(random.bytes(SIZES.SEED, "keyholder_seed", kind), kind);
  }

  /** The seed itself, 32 bytes: for the words of a sheet, and for the vault. */
  get seed(): Uint8Array {
    return this.#seed;
  }

  /** This keyholder's entry in a keyholder set. */
  get public(): Keyholder {
    return { id: this.id, kind: this.kind, signKey: this.#sign.publicKey, kemKey: this.#kem.kemKey };
  }

  /** The 64-byte answer to a server's challenge. Throws MalformedData for a challenge of another size. Spec: §4.8 */
  signLogin(origin: string, challenge: Uint8Array): Uint8Array {
    return signatureOf(loginInput(origin, challenge, this.id), this.#sign.privateKey);
  }

  /** The plaintext sealed to this keyholder's X-Wing key. Throws OpenError. Spec: §3.1 */
  open(sealed: Uint8Array, info: Uint8Array): Uint8Array {
    return this.#kem.open(sealed, info);
  }

  /**
   * The MAC (32 bytes) that binds this recovery sheet or passkey to its account. Throws NotAllowed for a device.
   * Spec: §4.3
   */
  anchor(account: Uint8Array): Uint8Array {
    if (this.kind === "device") {
      throw new NotAllowed("A device has no anchor: only a recovery sheet or a passkey restores an account by itself.");
    }
    return hmacSha256(derived(this.#seed, "keyholder-anchor"), label("anchor"), account);
  }

  /**
   * Checks that the server shows the account of this sheet or passkey. A client does this before all other checks.
   *
   * Throws WrongAccount, and NotAllowed for a device. Spec: §4.9
   */
  requireAnchor(account: Uint8Array, anchor: Uint8Array): void {
    if (!sameSecret(this.anchor(account), anchor)) {
      throw new WrongAccount("The server shows another account than the one these words were made for.", "seal.anchor");
    }
  }
}

/** The AEAD key and the commitment of one entry, 32 bytes each. */
export interface EntryKeys {
  readonly key: Uint8Array;
  readonly commitment: Uint8Array;
}

/** One journal key (32 bytes) and the number of its epoch. Throws MalformedData for another size. Spec: §5.4 */
export class EpochKey extends Secret {
  readonly epoch: number;
  readonly #key: Uint8Array;

  constructor(key: Uint8Array, epoch: number) {
    super();
    this.#key = seedOf(key);
    this.epoch = epoch;
  }

  static fresh(epoch: number, random: Random): EpochKey {
    return new EpochKey(random.bytes(SIZES.EPOCH_KEY, "epoch_key", String(epoch)), epoch);
  }

  /** The key itself, 32 bytes: for a grant, and for the store. */
  get key(): Uint8Array {
    return this.#key;
  }

  /** The roster's commitment to this key; `nonce` is the journal genesis's. 32 bytes. Spec: §5.4 */
  commitment(nonce: Uint8Array): Uint8Array {
    return expand(this.#key, concat(label("epoch-commitment"), nonce, u32(this.epoch)), SIZES.COMMITMENT);
  }

  /** The keys of the entry with this header. Spec: §6.2 */
  entryKeys(header: Uint8Array): EntryKeys {
    const both = expand(this.#key, concat(label("entry"), header), SIZES.EPOCH_KEY + SIZES.COMMITMENT);
    return { key: both.slice(0, SIZES.EPOCH_KEY), commitment: both.slice(SIZES.EPOCH_KEY) };
  }
}
