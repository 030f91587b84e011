/**
 * Sealed answers of a blind pair: how one is sealed, and how it is opened once its secret is published.
 *
 * Rules
 * - Key and commitment derive from `k` and from journal, pair and author, so an answer opens only in its own place.
 * - Plaintext: u32 length | answer | zeros to 4096 bytes. Every sealed answer has the same size.
 * - Sealed: nonce 24 | ciphertext. Associated data is the label, journal, pair, author and commitment.
 *
 * A reader checks the size, then `k` against the commitment, then the AEAD, then the padding. The rules of publishing
 * stand in `protocol/blindPairs`. Spec: §8
 */

import { MalformedData, OpenError, VerificationError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { boundTo, keyFits, type PairPlace, pairKeys } from "../protocol/blindPairs.ts";
import { allZero, concat } from "../protocol/bytes.ts";
import { readInteger, u32 } from "../protocol/codec.ts";
import type { Random } from "../random.ts";
import { drawn, opened, sealed } from "./aead.ts";
import { Secret } from "./secret.ts";

const LENGTH = 4;

/** The secret `k` of one answer, 32 bytes. It is published once both have committed. Throws MalformedData. */
export class PairSecret extends Secret {
  readonly #k: Uint8Array;

  constructor(k: Uint8Array) {
    super();
    if (k.length !== SIZES.PAIR_SECRET) {
      throw new MalformedData("The secret of an answer has another size than 32 bytes.");
    }
    this.#k = k.slice();
  }

  static fresh(random: Random): PairSecret {
    return new PairSecret(random.bytes(SIZES.PAIR_SECRET, "pair"));
  }

  get k(): Uint8Array {
    return this.#k;
  }
}

/** A sealed answer (4136 bytes) and its commitment (32). */
export interface SealedAnswer {
  readonly sealed: Uint8Array;
  readonly commitment: Uint8Array;
}

/** An answer, sealed in its place. Throws MalformedData when it is longer than 4092 bytes. */
export function sealAnswer(secret: PairSecret, place: PairPlace, answer: Uint8Array, random: Random): SealedAnswer {
  if (answer.length > SIZES.MAX_PAIR_ANSWER) {
    throw new MalformedData(`An answer has ${answer.length} bytes; ${SIZES.MAX_PAIR_ANSWER} fit. Shorten it.`);
  }
  const { key, commitment } = pairKeys(secret.k, place);
  const plaintext = new Uint8Array(SIZES.PAIR_PLAINTEXT);
  plaintext.set(concat(u32(answer.length), answer));
  return { sealed: sealed(key, plaintext, concat(boundTo(place), commitment), drawn(random, "pair")), commitment };
}

/**
 * The answer, by the published `k` of its author.
 *
 * Throws MalformedData: another size; VerificationError: another secret than was committed to, or padding that isn't
 * zero; OpenError: the sealed answer was changed.
 */
export function openAnswer(secret: PairSecret, place: PairPlace, answer: SealedAnswer): Uint8Array {
  if (answer.sealed.length !== SIZES.SEALED_ANSWER) {
    throw new MalformedData("A sealed answer has another size than every sealed answer has.");
  }
  if (!keyFits(answer.commitment, secret.k, place)) {
    throw new VerificationError("This key is not the one of the sealed answer.", "seal.pair_commitment");
  }
  const plaintext = openedAnswer(pairKeys(secret.k, place).key, place, answer);
  const end = LENGTH + readInteger(plaintext.subarray(0, LENGTH));
  if (end > plaintext.length || !allZero(plaintext.subarray(end))) {
    throw new VerificationError("The answer's padding is not what the protocol says.", "seal.pair_padding");
  }
  return plaintext.slice(LENGTH, end);
}

function openedAnswer(key: Uint8Array, place: PairPlace, answer: SealedAnswer): Uint8Array {
  try {
    return opened(key, answer.sealed, concat(boundTo(place), answer.commitment));
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    throw new OpenError("The sealed answer was changed, or is another person's.", { cause: error });
  }
}
