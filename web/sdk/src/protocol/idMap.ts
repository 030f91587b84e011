/** Maps and sets by raw ids, since a Map takes two arrays of the same bytes for two keys. */

import { encodeB64, parseB64 } from "./codec.ts";

/** Values by raw id, in the order in which they came. Only who made it sets values, before it hands it out. */
export class IdMap<T> {
  readonly #values: Map<string, T>;

  constructor(pairs: Iterable<readonly [Uint8Array, T]> = []) {
    this.#values = new Map([...pairs].map(([id, value]) => [encodeB64(id), value]));
  }

  get size(): number {
    return this.#values.size;
  }

  get(id: Uint8Array): T | undefined {
    return this.#values.get(encodeB64(id));
  }

  has(id: Uint8Array): boolean {
    return this.#values.has(encodeB64(id));
  }

  set(id: Uint8Array, value: T): this {
    this.#values.set(encodeB64(id), value);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<[Uint8Array, T]> {
    for (const [text, value] of this.#values) yield [parseB64(text), value];
  }
}

/** A set of raw ids. */
export class IdSet {
  readonly #texts: Set<string>;

  constructor(ids: Iterable<Uint8Array> = []) {
    this.#texts = new Set([...ids].map(encodeB64));
  }

  get size(): number {
    return this.#texts.size;
  }

  has(id: Uint8Array): boolean {
    return this.#texts.has(encodeB64(id));
  }

  *[Symbol.iterator](): IterableIterator<Uint8Array> {
    for (const text of this.#texts) yield parseB64(text);
  }

  /** A set that has this id too. */
  with(id: Uint8Array): IdSet {
    return new IdSet([...this, id]);
  }
}
