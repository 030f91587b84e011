/**
 * Blind pairs: two people answer the same question, and neither sees the other's answer before giving their own.
 *
 * Rules
 * - Each answer has its own secret `k`, 32 random bytes. It gives a key, under which the answer is sealed, and a
 *   commitment, which is published with the sealed answer.
 * - Both are bound to the journal, to the pair and to the author. So nobody can pass off the other's answer as their
 *   own.
 * - Once both have committed, each publishes `k`. A `k` that doesn't fit its commitment counts as not revealed.
 *
 * This module seals nothing and opens nothing: see `seal/blindPairs`. Spec: §8
 */

import { SIZES } from "../generated/constants.ts";
import { sameSecret } from "../sodium.ts";
import { concat } from "./bytes.ts";
import { hmacSha256, label } from "./codec.ts";

/** Where an answer belongs: the journal (32 bytes), the pair (16: the entry of `begin`) and the author (32). */
export interface PairPlace {
  readonly journal: Uint8Array;
  readonly pair: Uint8Array;
  readonly author: Uint8Array;
}

/** The key of an answer and its commitment, 32 bytes each. */
export interface PairKeys {
  readonly key: Uint8Array;
  readonly commitment: Uint8Array;
}

/** The label, and what an answer belongs to: journal 32 | pair 16 | author 32. */
export function boundTo(place: PairPlace): Uint8Array {
  return concat(label("blind-pair"), place.journal, place.pair, place.author);
}

/** Key and commitment of an answer, by its `k` (32 bytes). This is HKDF-Expand to 64 bytes, of a uniform secret. */
export function pairKeys(k: Uint8Array, place: PairPlace): PairKeys {
  const info = boundTo(place);
  const key = hmacSha256(k, info, Uint8Array.of(1));
  return { key, commitment: hmacSha256(k, key, info, Uint8Array.of(2)) };
}

/** Whether a published `k` (32 bytes) is the one that `commitment` was made of. Takes constant time. */
export function keyFits(commitment: Uint8Array, k: Uint8Array, place: PairPlace): boolean {
  const isFixed =
    k.length === SIZES.PAIR_SECRET &&
    place.journal.length === SIZES.JOURNAL_ID &&
    place.pair.length === SIZES.ENTRY_ID &&
    place.author.length === SIZES.ACCOUNT_ID;
  return isFixed && sameSecret(pairKeys(k, place).commitment, commitment);
}
