/**
 * JSON as the protocol reads it: a parser of its own, with bounds, and the values that it gives.
 *
 * Rules
 * - Objects are Maps, so that `__proto__` is a key like any other. Their keys keep their order.
 * - A number is an integer of at most 2^53-1 in absolute value, written as one. What is written with a fraction or an
 *   exponent is a `Fraction`, so `1.0` never passes for 1.
 * - Repeated keys (compared after escapes are resolved), lone surrogates, numbers beyond 2^53-1, NaN and Infinity are
 *   refused, and so is more nesting than the caller takes.
 *
 * `JSON.parse` does none of this: it takes the last of two equal keys and rounds numbers before anybody sees them.
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { fromUtf8 } from "./bytes.ts";

/** A number that was written with a fraction or an exponent, such as `0.5`. No statement has one; a body may. */
export class Fraction {
  /** As it was written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): number {
    return Number(this.text);
  }
}

/** A parsed value. A `number` is a safe integer. */
export type Json = null | boolean | number | Fraction | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** An object of these fields in their order; a field that is undefined is left out. */
export function jsonObject(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const present = Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined);
  return new Map(present);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * The value in UTF-8 JSON bytes.
 *
 * `levels`: how deep values may lie; the outermost is at level 1, and scalars and keys count. `what` begins the
 * sentence of an error.
 *
 * Throws MalformedData.
 */
export function parseJson(data: Uint8Array, what: string, levels: number): Json {
  let text: string;
  try {
    text = fromUtf8(data);
  } catch (error) {
    throw new MalformedData(`${what} is not valid JSON.`, { cause: error });
  }
  return new Parser(text, what, levels).whole();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?<fraction>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const HEX = /[0-9a-fA-F]{4}/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Reads one text from its beginning to its end. */
class Parser {
  readonly #text: string;
  readonly #what: string;
  readonly #levels: number;
  #at = 0;

  constructor(text: string, what: string, levels: number) {
    this.#text = text;
    this.#what = what;
    this.#levels = levels;
  }

  whole(): Json {
    const value = this.#value(1);
    this.#space();
    if (this.#at !== this.#text.length) throw this.#invalid();
    return value;
  }

  #value(level: number): Json {
    this.#requireLevel(level);
    this.#space();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(level);
      case "[":
        return this.#array(level);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(level: number): JsonObject {
    const fields = new Map<string, Json>();
    this.#at++;
    if (this.#takes("}")) return fields;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#invalid();
      this.#requireLevel(level + 1);
      const key = this.#string();
      if (!this.#takes(":")) throw this.#invalid();
      if (fields.has(key)) throw new MalformedData("A JSON object names the same key twice.");
      fields.set(key, this.#value(level + 1));
    } while (this.#takes(","));
    if (!this.#takes("}")) throw this.#invalid();
    return fields;
  }

  #array(level: number): readonly Json[] {
    const items: Json[] = [];
    this.#at++;
    if (this.#takes("]")) return items;
    do items.push(this.#value(level + 1));
    while (this.#takes(","));
    if (!this.#takes("]")) throw this.#invalid();
    return items;
  }

  #string(): string {
    this.#at++;
    let text = this.#match(PLAIN);
    let escaped = false;
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === '"') break;
      if (char !== "\\") throw this.#invalid(); // the end of the text, or a control character
      escaped = true;
      text += this.#escape() + this.#match(PLAIN);
    }
    // UTF-8 can't hold half a character, so only an escape can
    if (escaped && LONE_SURROGATE.test(text)) {
      throw new MalformedData(`${this.#what} holds half a character (a lone surrogate).`);
    }
    return text;
  }

  #escape(): string {
    const char = this.#text[this.#at++] ?? "";
    if (char === "u") return String.fromCharCode(Number.parseInt(this.#match(HEX), 16));
    const plain = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
    if (plain === undefined) throw this.#invalid();
    return plain;
  }

  #number(): number | Fraction {
    const start = this.#at;
    const text = this.#match(NUMBER);
    const number = Number(text);
    if (!(Math.abs(number) <= SIZES.MAX_INTEGER)) throw new MalformedData("A number is beyond 2^53-1.");
    const isInteger = !/[.eE]/.test(text);
    // -0 is the integer 0, as it is in every language with integers
    return isInteger ? number + 0 : new Fraction(this.#text.slice(start, this.#at));
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#invalid();
    this.#at += word.length;
    return value;
  }

  /** The text that a sticky pattern matches here. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#invalid();
    this.#at += found.length;
    return found;
  }

  /** Whether this character comes next, white space aside; if so, it is passed. */
  #takes(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #requireLevel(level: number): void {
    if (level > this.#levels) throw new MalformedData(`${this.#what} is nested too deep.`);
  }

  #invalid(): MalformedData {
    return new MalformedData(`${this.#what} is not valid JSON.`);
  }
}

/**
 * JSON of a value, without white space, its keys in their order, or sorted.
 *
 * Throws MalformedData for a number that isn't a safe integer, half a character, or more than `levels` levels.
 */
export function writeJson(value: Json, what: string, levels: number, sorted = false, level = 1): string {
  if (level > levels) throw new MalformedData(`${what} is nested too deep.`);
  const inner = (item: Json): string => writeJson(item, what, levels, sorted, level + 1);
  if (typeof value === "string") return writeText(value, what);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new MalformedData(`${what} holds a number beyond 2^53-1.`);
    return String(value + 0);
  }
  if (value instanceof Fraction) return value.text;
  if (isJsonArray(value)) return `[${value.map(inner).join(",")}]`;
  const fields = sorted ? [...value].sort(([one], [other]) => (one < other ? -1 : 1)) : [...value];
  return `{${fields.map(([key, item]) => `${inner(key)}:${inner(item)}`).join(",")}}`;
}

function writeText(text: string, what: string): string {
  if (LONE_SURROGATE.test(text)) throw new MalformedData(`${what} holds half a character (a lone surrogate).`);
  return JSON.stringify(text);
}
