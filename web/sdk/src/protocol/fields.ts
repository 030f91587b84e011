/**
 * Reading a JSON object field by field: exactly the fields of its type, none converted.
 *
 * Every method throws MalformedData when the field is missing or has another type, size or range.
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { characters, compareBytes } from "./bytes.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseB64, parseCanonical } from "./codec.ts";

/** The fields of one object that are still unread. `done` refuses those that are left. */
export class Fields {
  readonly #left: Map<string, Json>;
  readonly #what: string;

  readonly #isOpen: boolean;

  /**
   * `what` begins the sentence of an error, such as `A message`.
   *
   * `open`: it may have further fields, and null stands for an absent one, as in a server's answer (spec section 11).
   */
  constructor(value: Json | undefined, what: string, { open = false }: { readonly open?: boolean } = {}) {
    if (!isJsonObject(value)) throw new MalformedData(`${what} is not an object.`);
    this.#left = new Map(value);
    this.#what = what;
    this.#isOpen = open;
  }

  /** The fields of a canonical statement whose `type` is `kind`. */
  static ofStatement(statement: Uint8Array, kind: string): Fields {
    const fields = new Fields(parseCanonical(statement), `A statement of type ${kind}`);
    if (fields.text("type") !== kind) {
      throw new MalformedData(`A statement of another type stands where ${kind} belongs.`);
    }
    return fields;
  }

  has(name: string): boolean {
    return this.#left.has(name) && !(this.#isOpen && this.#left.get(name) === null);
  }

  /** A text of at most `limit` characters. */
  text(name: string, limit: number = SIZES.MAX_LABEL): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw this.#invalid(name);
    if (value.length > limit && characters(value) > limit) {
      throw new MalformedData(`${this.#what} has more than ${limit} characters in ${name}.`);
    }
    return value;
  }

  /** A text that is one of `allowed`. */
  choice<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name);
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw new MalformedData(`${this.#what} has an unknown value in ${name}.`);
    return found;
  }

  /** Binary of exactly `size` bytes. */
  data(name: string, size: number): Uint8Array {
    return parseB64(this.#string(name), size);
  }

  /** Binary of at most `limit` bytes. */
  blob(name: string, limit: number): Uint8Array {
    const data = parseB64(this.#string(name));
    if (data.length > limit) throw new MalformedData(`${this.#what} has more than ${limit} bytes in ${name}.`);
    return data;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw this.#invalid(name);
    return value;
  }

  integer(name: string, low = 0, high: number = SIZES.MAX_INTEGER): number {
    const value = this.#take(name);
    if (typeof value !== "number") throw this.#invalid(name);
    if (value < low || value > high) throw new MalformedData(`${this.#what} has a number out of range in ${name}.`);
    return value;
  }

  /** A version, generation or epoch: from 1 to 2^32-1. */
  number(name: string): number {
    return this.integer(name, 1, SIZES.MAX_U32);
  }

  suite(): number {
    return this.integer("suite", SIZES.SUITE, SIZES.SUITE);
  }

  /** A list of `low` to `high` objects, each read whole by `read`. */
  objects<T>(name: string, read: (fields: Fields) => T, low: number, high: number): readonly T[] {
    const values = this.#array(name);
    if (values.length < low || values.length > high) {
      throw new MalformedData(`${this.#what} has too few or too many items in ${name}.`);
    }
    return values.map((value) => this.#readWhole(value, `An item of ${name}`, read));
  }

  /** A list of `low` to `high` integers, each from 1 to 2^53-1. */
  integers(name: string, low: number, high: number): readonly number[] {
    const values = this.#array(name);
    const numbers = values.filter((value): value is number => typeof value === "number" && value >= 1);
    if (numbers.length !== values.length || values.length < low || values.length > high) {
      throw new MalformedData(`${this.#what} has no valid list of numbers in ${name}.`);
    }
    return numbers;
  }

  /** A list of `low` to `high` binary values of `size` bytes each. */
  datas(name: string, size: number, low: number, high: number): readonly Uint8Array[] {
    const values = this.#array(name);
    const texts = values.filter((value): value is string => typeof value === "string");
    if (texts.length !== values.length || values.length < low || values.length > high) {
      throw new MalformedData(`${this.#what} has no valid list of binary values in ${name}.`);
    }
    return texts.map((text) => parseB64(text, size));
  }

  /** A list of at most `high` items, which another module reads. */
  jsonArray(name: string, high: number): readonly Json[] {
    const values = this.#array(name);
    if (values.length > high) throw new MalformedData(`${this.#what} has too many items in ${name}.`);
    return values;
  }

  /** An object whose fields another module reads. */
  jsonObject(name: string): JsonObject {
    const value = this.#take(name);
    if (!isJsonObject(value)) throw this.#invalid(name);
    return value;
  }

  /** An object, read whole by `read`. */
  object<T>(name: string, read: (fields: Fields) => T): T {
    return this.#readWhole(this.#take(name), `The field ${name}`, read);
  }

  /** Refuses fields that nobody has read. */
  done(): void {
    if (this.#left.size > 0 && !this.#isOpen)
      throw new MalformedData(`${this.#what} has fields that do not belong there.`);
  }

  #readWhole<T>(value: Json | undefined, what: string, read: (fields: Fields) => T): T {
    const fields = new Fields(value, what, { open: this.#isOpen });
    const found = read(fields);
    fields.done();
    return found;
  }

  #take(name: string): Json | undefined {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  #string(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw this.#invalid(name);
    return value;
  }

  #array(name: string): readonly Json[] {
    const value = this.#take(name);
    if (!isJsonArray(value)) throw this.#invalid(name);
    return value;
  }

  #invalid(name: string): MalformedData {
    return new MalformedData(`${this.#what} has no valid field ${name}.`);
  }
}

/** Checks that raw ids ascend strictly, so that none is repeated. Throws MalformedData. Spec: §3.3 */
export function requireAscending(ids: readonly Uint8Array[], what: string): void {
  requireOrder(ids, compareBytes, what);
}

/** Checks that numbers ascend strictly. Throws MalformedData. */
export function requireAscendingNumbers(numbers: readonly number[], what: string): void {
  requireOrder(numbers, (one, other) => one - other, what);
}

function requireOrder<T>(items: readonly T[], compare: (one: T, other: T) => number, what: string): void {
  let before: T | undefined;
  for (const item of items) {
    if (before !== undefined && compare(before, item) >= 0) {
      throw new MalformedData(`${what} are not in ascending order, or one is repeated.`);
    }
    before = item;
  }
}
