/**
 * Labels, injective encodings, base64url and canonical JSON: the one way in and out of bytes.
 *
 * Rules
 * - Every hash, MAC, signature and derivation starts with `label(purpose)`: `duolog/v1/<purpose>` and NUL.
 * - What follows a label is injective: fixed-width fields, or fields behind a u32 length. Integers are big-endian.
 * - base64url has no padding and zero trailing bits.
 * - Statements are canonical JSON (RFC 8785), narrowed to values with one encoding: objects with keys `[a-z_]+`, arrays,
 *   ASCII strings, integers from 0 to 2^53-1, booleans. A parser encodes again and refuses bytes that differ.
 * - Messages inside entries are any UTF-8 JSON object that `json` takes; they are hashed as shipped, and never
 *   re-encoded.
 *
 * This module knows no type of statement; see `statements`. Every error here is MalformedData. Spec: §3
 */

import { MalformedData } from "../errors.ts";
import { type Purpose, SIZES } from "../generated/constants.ts";
import { hmacSha256Of, sha256Of } from "../sodium.ts";
import { concat, sameBytes, utf8 } from "./bytes.ts";
import { Fraction, isJsonArray, isJsonObject, type Json, type JsonObject, parseJson, writeJson } from "./json.ts";

export { Fraction, isJsonArray, isJsonObject, type Json, type JsonObject, jsonObject } from "./json.ts";

const LABELS = new Map<Purpose, Uint8Array>();
const KEY = /^[a-z_]+$/;
const ASCII = /^[\x00-\x7f]*$/;

/** The prefix of everything hashed, signed or derived for `purpose`. Spec: §3 */
export function label(purpose: Purpose): Uint8Array {
  let found = LABELS.get(purpose);
  if (found === undefined) {
    found = utf8(`duolog/v1/${purpose}\0`);
    LABELS.set(purpose, found);
  }
  return found;
}

/** One byte. Throws for a value out of range, as the others do. */
export function u8(value: number): Uint8Array {
  return integer(value, 1);
}

/** Two bytes, big-endian. */
export function u16(value: number): Uint8Array {
  return integer(value, 2);
}

/** Four bytes, big-endian. */
export function u32(value: number): Uint8Array {
  return integer(value, 4);
}

/** Eight bytes, big-endian, of a number up to 2^53-1. */
export function u64(value: number): Uint8Array {
  return integer(value, 8);
}

function integer(value: number, width: number): Uint8Array {
  const largest = Math.min(256 ** width - 1, SIZES.MAX_INTEGER);
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new MalformedData(`The number does not fit in ${width} bytes.`);
  }
  const data = new Uint8Array(width);
  let rest = value;
  for (let at = width - 1; at >= 0; at--) {
    data[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return data;
}

/** The number in these bytes, big-endian. Throws for one above 2^53-1. */
export function readInteger(data: Uint8Array): number {
  let value = 0;
  for (const byte of data) value = value * 256 + byte; // exact up to 2^53, and never less than that beyond it
  if (value > SIZES.MAX_INTEGER) throw new MalformedData("A number is beyond 2^53-1.");
  return value;
}

/** Each field behind its u32 length, joined: no two lists of fields give the same bytes. Spec: §3 */
export function lengthPrefixed(...fields: readonly Uint8Array[]): Uint8Array {
  return concat(...fields.flatMap((field) => [u32(field.length), field]));
}

/** SHA-256 of the parts joined, 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return sha256Of(first !== undefined && parts.length === 1 ? first : concat(...parts)); // a blob isn't copied
}

/** HMAC-SHA256 of the parts joined, 32 bytes. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return hmacSha256Of(key, concat(...parts));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PLACES = new Uint8Array(128).fill(255);
for (const [place, char] of [...ALPHABET].entries()) PLACES[char.charCodeAt(0)] = place;

/** Every two characters: what twelve bits give. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => `${ALPHABET[bits >> 6]}${ALPHABET[bits & 63]}`);

/** Unpadded base64url. Spec: §3.4 */
export function encodeB64(data: Uint8Array): string {
  const whole = data.length - (data.length % 3);
  let text = "";
  for (let at = 0; at < whole; at += 3) {
    const bits = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    text += `${PAIRS[bits >> 12]}${PAIRS[bits & 4095]}`;
  }
  const [first, second] = [data[whole], data[whole + 1]];
  if (first === undefined) return text;
  if (second === undefined) return text + PAIRS[first << 4];
  const bits = (first << 10) | (second << 2);
  return `${text}${PAIRS[bits >> 6]}${ALPHABET[bits & 63]}`;
}

/**
 * The bytes of an unpadded base64url string, `size` of them when given.
 *
 * Throws for another alphabet, padding, trailing bits that are not zero, or another length. Spec: §3.4
 */
export function parseB64(text: string, size?: number): Uint8Array {
  if (text.length % 4 === 1) throw new MalformedData("A binary value is not base64url.");
  const data = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (let at = 0; at < text.length; at++) {
    const place = PLACES[text.charCodeAt(at)] ?? 255;
    if (place === 255) throw new MalformedData("A binary value is not base64url.");
    held = ((held << 6) | place) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data[written++] = held >> bits;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) {
    throw new MalformedData("A binary value is not canonical base64url: there are bits after its end.");
  }
  if (size !== undefined && data.length !== size) {
    throw new MalformedData(`A binary value has ${data.length} bytes where ${size} belong.`);
  }
  return data;
}

/**
 * Canonical JSON of a statement, `limit` bytes at most.
 *
 * Throws for a value that statements can't hold, more than 8 levels, or more than `limit` bytes. Spec: §3.5
 */
export function encodeCanonical(value: JsonObject, limit: number = SIZES.MAX_STATEMENT): Uint8Array {
  requirePlain(value, 1);
  const data = utf8(writeJson(value, "A statement", SIZES.MAX_DEPTH + 1, true));
  if (data.length > limit) {
    throw new MalformedData(`A statement has ${data.length} bytes; ${limit} is the limit.`);
  }
  return data;
}

/**
 * The object that canonical JSON bytes hold.
 *
 * Throws for what isn't JSON, no object, a repeated key, or bytes that differ when encoded again. Spec: §3.5
 */
export function parseCanonical(data: Uint8Array, limit: number = SIZES.MAX_STATEMENT): JsonObject {
  if (data.length > limit) {
    throw new MalformedData(`A statement has ${data.length} bytes; ${limit} is the limit.`);
  }
  const value = parseJson(data, "A statement", SIZES.MAX_DEPTH + 1);
  if (!isJsonObject(value)) throw new MalformedData("A statement is not a JSON object.");
  if (!sameBytes(encodeCanonical(value, limit), data)) throw new MalformedData("A statement is not canonical JSON.");
  return value;
}

/** Checks that a value is one that statements can hold. Containers have at most 8 levels. */
function requirePlain(value: Json, level: number): void {
  if (typeof value === "boolean") return;
  if (typeof value === "string") {
    if (!ASCII.test(value)) throw new MalformedData("A statement's strings are ASCII.");
  } else if (value === null || typeof value === "number" || value instanceof Fraction) {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return;
    throw new MalformedData("A statement's numbers are integers from 0 to 2^53-1, and it has no null.");
  } else {
    if (level > SIZES.MAX_DEPTH) {
      throw new MalformedData(`A statement is nested deeper than ${SIZES.MAX_DEPTH} levels.`);
    }
    if (isJsonArray(value)) {
      for (const item of value) requirePlain(item, level + 1);
      return;
    }
    for (const [key, item] of value) {
      if (!KEY.test(key)) throw new MalformedData("A statement's keys are lower-case letters and underscores.");
      requirePlain(item, level + 1);
    }
  }
}

/**
 * The object in a message's UTF-8 JSON bytes. `what` begins the sentence of an error.
 *
 * Throws for all that `json` refuses, more than 64 levels, and what is no object. Spec: §3.7
 */
export function parseMessageJson(data: Uint8Array, what = "A message"): JsonObject {
  const value = parseJson(data, what, SIZES.MAX_MESSAGE_DEPTH);
  if (!isJsonObject(value)) throw new MalformedData(`${what} is not a JSON object.`);
  return value;
}

/** UTF-8 JSON of a message, in the order of its keys. Throws for what JSON can't carry exactly. Spec: §3.7 */
export function encodeMessageJson(value: JsonObject): Uint8Array {
  return utf8(writeJson(value, "A message", SIZES.MAX_MESSAGE_DEPTH));
}
