/**
 * Words for people: the 24 of a recovery sheet, and the eight by which two people compare a hash aloud.
 *
 * Rules
 * - English BIP39 list. 24 words are 32 bytes of entropy and an 8-bit checksum; the entropy is the secret itself,
 *   without PBKDF2.
 * - Eight words are the first 88 bits of a hash, 11 bits each, without a checksum.
 * - Typed words may have capitals, commas, numbers in front and any white space. An error names a wrong word by its
 *   place and offers near words; it never repeats a typed word.
 */

import { MalformedData } from "../errors.ts";
import { BIP39 } from "../generated/bip39.ts";
import { SIZES } from "../generated/constants.ts";
import { concat, sameBytes } from "../protocol/bytes.ts";
import { sha256 } from "../protocol/codec.ts";

export const SHEET_WORDS = 24;
export const COMPARED_WORDS = 8;
const BITS = 11;
const PLACES: ReadonlyMap<string, number> = new Map(BIP39.map((word, place) => [word, place]));

/** The 24 words of a recovery sheet's secret (32 bytes). Throws MalformedData for another size. Spec: §4.3 */
export function encodeWords(entropy: Uint8Array): readonly string[] {
  if (entropy.length !== SIZES.SEED) throw new MalformedData("A recovery sheet holds 32 bytes.");
  return wordsOf(concat(entropy, sheetChecksum(entropy)), SHEET_WORDS);
}

/**
 * The secret (32 bytes) that 24 typed words hold.
 *
 * Throws MalformedData: a wrong number of words, an unknown word (named by its place), or a wrong checksum. Spec: §4.3
 */
export function parseWords(text: string): Uint8Array {
  const words = text.toLowerCase().match(/[\p{L}\p{Nl}\p{No}]+/gu) ?? [];
  let bits = 0n;
  for (const [at, word] of words.entries()) {
    const place = PLACES.get(word);
    if (place === undefined) throw new MalformedData(`Word ${at + 1} is not one of the list.${near(word)}`);
    bits = (bits << BigInt(BITS)) | BigInt(place);
  }
  if (words.length !== SHEET_WORDS) {
    throw new MalformedData(
      `These are ${words.length} words; a recovery sheet has ${SHEET_WORDS}. Type them in the order of the sheet.`,
    );
  }
  const data = new Uint8Array(SIZES.SEED + 1);
  for (let at = data.length - 1; at >= 0; at--, bits >>= 8n) data[at] = Number(bits & 255n);
  const entropy = data.slice(0, SIZES.SEED);
  if (!sameBytes(data.subarray(SIZES.SEED), sheetChecksum(entropy))) {
    throw new MalformedData(
      "Every word is on the list, but they don't fit together: one may be a similar word, or two may have " +
        "changed places. Compare them with the sheet, one by one.",
    );
  }
  return entropy;
}

/** Eight words for a hash's first 88 bits. Throws MalformedData when the hash hasn't 32 bytes. Spec: §3.8 */
export function eightWords(hash: Uint8Array): readonly string[] {
  if (hash.length !== SIZES.HASH) throw new MalformedData("Words are made of a hash of 32 bytes.");
  return wordsOf(hash.subarray(0, (COMPARED_WORDS * BITS) / 8), COMPARED_WORDS);
}

/** Words as somebody has typed or read them, without capitals and white space. */
export function plainWords(words: string | readonly string[]): readonly string[] {
  const parts = typeof words === "string" ? words.trim().split(/\s+/) : words;
  return parts.map((word) => word.trim().toLowerCase());
}

/** Whether somebody reads these very words, all of them and in their order. */
export function sameWords(own: readonly string[], heard: readonly string[]): boolean {
  const plain = plainWords(heard);
  return own.length === plain.length && own.every((word, at) => word === plain[at]);
}

/** The words of these bytes, which are a whole number of groups of 11 bits. */
function wordsOf(data: Uint8Array, count: number): readonly string[] {
  let bits = 0n;
  for (const byte of data) bits = (bits << 8n) | BigInt(byte);
  const words: string[] = [];
  for (let at = count - 1; at >= 0; at--) {
    words.push(BIP39[Number((bits >> BigInt(at * BITS)) & 2047n)] ?? "");
  }
  return words;
}

function sheetChecksum(entropy: Uint8Array): Uint8Array {
  return sha256(entropy).slice(0, 1);
}

function near(word: string): string {
  const begins = BIP39.filter((known) => known.slice(0, 4) === word.slice(0, 4)); // four letters tell words apart
  const found = begins.length > 0 ? begins : BIP39.filter((known) => distance(known, word) === 1);
  const shown = found.slice(0, 3).join(" or ");
  return shown === "" ? " Look at the sheet again." : ` Did you mean ${shown}?`;
}

/** 0, 1, or 2 for more: how many letters are exchanged, missing or too many. */
function distance(one: string, other: string): number {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const rests = [
    [one.slice(start + 1), other.slice(start + 1)],
    [one.slice(start + 1), other.slice(start)],
    [one.slice(start), other.slice(start + 1)],
  ];
  if (one === other) return 0;
  return rests.some(([rest, otherRest]) => rest === otherRest) ? 1 : 2;
}
