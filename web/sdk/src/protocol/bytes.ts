/** Bytes: joining, comparing, and text in UTF-8. Nothing here takes constant time; `sodium.sameSecret` does. */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The parts, one behind the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether two public values hold the same bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && compareBytes(one, other) === 0;
}

/** Below 0, 0, or above 0, as `one` comes before `other`, is equal, or comes after it: the order of raw ids. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Whether every byte is zero. */
export function allZero(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0);
}

/** A text's bytes in UTF-8. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** The text of UTF-8 bytes; a byte order mark stays in it. Throws a TypeError for bytes that aren't UTF-8. */
export function fromUtf8(data: Uint8Array): string {
  return DECODER.decode(data);
}

/** How many characters (code points) a text has: what the protocol's limits of texts count. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

// Unicode's white space, and the four separators of ASCII, which count as such where people paste texts.
const SPACE = "[\\p{White_Space}\\x1c-\\x1f]";
const SPACES = new RegExp(`${SPACE}+`, "gu");
const OUTER_SPACES = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");

/** A text without the white space around it. A byte order mark isn't white space, other than for `trim`. */
export function trimmed(text: string): string {
  return text.replace(OUTER_SPACES, "");
}

/** A text without any white space. */
export function withoutSpace(text: string): string {
  return text.replace(SPACES, "");
}

/** Hands out the bytes of a fixed layout in order. The caller has checked that there are enough. */
export class ByteReader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** A copy of the next `size` bytes. */
  take(size: number): Uint8Array {
    const start = this.#at;
    this.#at += size;
    return this.#data.slice(start, this.#at);
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.#data.slice(this.#at);
  }
}
