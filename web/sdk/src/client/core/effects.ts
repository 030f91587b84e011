/**
 * Effects: what a step of the core asks of the world. A step is a generator that yields them and gets their results.
 *
 * So the core does no I/O, and a test can stop a step after any effect, and begin again from the store: what a crash
 * leaves is what was committed. `driver` runs steps with real ports.
 */

import type { Change, HttpAnswer, HttpRequest, Rows } from "../ports.ts";

export type Effect =
  | { readonly type: "http"; readonly request: HttpRequest }
  | { readonly type: "read"; readonly names: readonly string[] }
  | { readonly type: "list"; readonly beginning: string }
  | { readonly type: "commit"; readonly changes: readonly Change[] };

/** What a driver gives back for an effect, by its type. */
export type EffectResult =
  | { readonly type: "http"; readonly answer: HttpAnswer }
  | { readonly type: "rows"; readonly rows: Rows }
  | { readonly type: "done" };

/** A step that comes to a `T`. A port's error is thrown into it. */
export type Step<T> = Generator<Effect, T, EffectResult>;

/** Sends a request. */
export function* http(request: HttpRequest): Step<HttpAnswer> {
  const result = yield { type: "http", request };
  if (result.type !== "http") throw new TypeError("a driver answers a request with an answer");
  return result.answer;
}

/** Reads rows; one that isn't there is left out. */
export function* read(names: readonly string[]): Step<Rows> {
  if (names.length === 0) return new Map();
  return rowsOf(yield { type: "read", names });
}

/** Reads the rows whose names begin so. */
export function* list(beginning: string): Step<Rows> {
  return rowsOf(yield { type: "list", beginning });
}

/** Writes all of these changes or none, durably. */
export function* commit(changes: readonly Change[]): Step<void> {
  if (changes.length > 0) yield { type: "commit", changes };
}

function rowsOf(result: EffectResult): Rows {
  if (result.type !== "rows") throw new TypeError("a driver answers a read with rows");
  return result.rows;
}
