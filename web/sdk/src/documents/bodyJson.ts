/**
 * The JSON by which an object is hashed, the same in every language.
 *
 * Rules
 * - UTF-8, keys sorted by code point at every level, no white space, nothing escaped that JSON doesn't require.
 * - Null fields of the object itself are left out, those within its fields aren't.
 * - A number that was written with a fraction or an exponent is the shortest decimal that gives the same double: below
 *   0.0001 with an exponent of at least two digits (`1e-07`), else with a point and a digit behind it (`8000000.0`).
 *
 * Spec: documents §4
 */

import { utf8 } from "../protocol/bytes.ts";
import { Fraction, isJsonArray, isJsonObject, type Json, type JsonObject } from "../protocol/codec.ts";

/** The bytes of an object. */
export function bodyJson(value: JsonObject): Uint8Array {
  return utf8(written(new Map([...value].filter(([, item]) => item !== null))));
}

function written(value: Json): string {
  if (value instanceof Fraction) return decimal(value.value);
  if (isJsonArray(value)) return `[${value.map(written).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const fields = [...value].sort(([one], [other]) => byCodePoint(one, other));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${written(item)}`).join(",")}}`;
}

/** JavaScript sorts by UTF-16 units, in which characters above U+FFFF come before some below. */
function byCodePoint(one: string, other: string): number {
  const others = other[Symbol.iterator]();
  for (const char of one) {
    const next = others.next();
    if (next.done === true) return 1;
    const difference = (char.codePointAt(0) ?? 0) - (next.value.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return others.next().done === true ? 0 : -1;
}

/** A double as its shortest decimal, always with a point or an exponent. */
function decimal(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", power = "0"] = Math.abs(value).toExponential().split("e");
  const at = Number(power);
  const sign = value < 0 ? "-" : "";
  if (at < -4) return `${sign}${digits}e-${String(-at).padStart(2, "0")}`;
  const plain = digits.replace(".", "");
  if (at < 0) return `${sign}0.${"0".repeat(-at - 1)}${plain}`;
  const whole = plain.slice(0, at + 1).padEnd(at + 1, "0");
  return `${sign}${whole}.${plain.slice(at + 1) || "0"}`;
}
