/**
 * What rests in the store, sealed: everything secret is nonce 24 | XChaCha20-Poly1305 under a key of the home seed.
 *
 * Rules
 * - The key is Expand(home seed, label("home")); the associated data is label("home-" + use), so a row of one use opens
 *   for no other.
 * - How the home seed itself rests (a passphrase, a passkey, not at all) is the program's affair: it hands the seed over
 *   when somebody has unlocked the home.
 *
 * This is local: no other client reads it. Spec: §4.10
 */

import { HomeError, OpenError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { label } from "../../protocol/codec.ts";
import type { Random } from "../../random.ts";
import { opened, sealed } from "../../seal/aead.ts";
import { expand } from "../../seal/derive.ts";
import { Secret } from "../../seal/secret.ts";

/** What a sealed row is for. `app`: what the program itself keeps, such as a draft. `sheet`: words that nobody has seen yet. */
export type Use =
  | "app"
  | "epoch"
  | "message"
  | "outbox"
  | "pairing"
  | "pending"
  | "rotation"
  | "seed"
  | "sheet"
  | "device";

export class Vault extends Secret {
  readonly #key: Uint8Array;
  readonly #random: Random;

  /** `homeSeed`: 32 bytes. */
  constructor(homeSeed: Uint8Array, random: Random) {
    super();
    this.#key = expand(homeSeed, label("home"), SIZES.SEED);
    this.#random = random;
  }

  seal(use: Use, plaintext: Uint8Array): Uint8Array {
    return sealed(this.#key, plaintext, label(`home-${use}`), this.#random.bytes(SIZES.AEAD_NONCE, "home"));
  }

  /** Throws HomeError when the row is another's, or was changed. */
  open(use: Use, data: Uint8Array): Uint8Array {
    try {
      return opened(this.#key, data, label(`home-${use}`));
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      throw new HomeError("What is kept here doesn't open: it was changed, or belongs to another home.", {
        cause: error,
      });
    }
  }
}
