/**
 * The shapes of bodies, and how a body is read by its shape.
 *
 * Rules
 * - A body is checked strictly: nothing is converted. Fields that its shape doesn't know are kept and passed on.
 * - An optional field that is absent and one that is null mean the same.
 * - Limits named `writing` hold before a text is sent. What is in a log is read at any length, up to a document's 64 KiB.
 * - Limits count characters (code points). A binary value stays unpadded base64url, since its text is as unique as it.
 *
 * The shapes come from Python's models (`generated/kinds.ts`). Spec: documents §1
 */

import { MalformedData } from "../errors.ts";
import type { BodyShape, Field, ObjectShape, Shape } from "../generated/kinds.ts";
import { characters } from "../protocol/bytes.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseB64 } from "../protocol/codec.ts";
import { faultOf } from "./bodyRules.ts";
import { isDay, isWallTime, WALL_FORM } from "./days.ts";

export type { BodyShape, Field, ObjectShape, Shape } from "../generated/kinds.ts";

/** A body that was read: its fields as they stand in the message, and the shape that they have. */
export class Body {
  readonly shape: ObjectShape;
  readonly json: JsonObject;

  constructor(shape: ObjectShape, json: JsonObject) {
    this.shape = shape;
    this.json = json;
  }

  /** The step that it is, or an empty text in a kind without steps. */
  get step(): string {
    return this.text("step") ?? "";
  }

  /** The value of a known field, null where it is left out. `path`: names with dots between them. */
  value(path: string): Json {
    let shape: Shape = this.shape;
    let value: Json = this.json;
    for (const name of path.split(".")) {
      const field: Field | undefined = shape.is === "object" ? shape.fields.get(name) : undefined;
      if (field === undefined || !isJsonObject(value)) return null;
      value = value.get(name) ?? null;
      shape = field.shape;
    }
    return value;
  }

  /** A known text, null where it is left out. */
  text(path: string): string | null {
    const value = this.value(path);
    return typeof value === "string" ? value : null;
  }

  /** A known number, null where it is left out. */
  number(path: string): number | null {
    const value = this.value(path);
    return typeof value === "number" ? value : null;
  }

  /** The link `{entry, message}` in a known field, null where it is left out. */
  link(path: string): Link | null {
    const entry = this.text(`${path}.entry`);
    const message = this.text(`${path}.message`);
    return entry === null || message === null ? null : { entry, message };
  }

  /** The known fields as plain values; those that are left out or null are absent. `T`: the type of this shape. */
  fields<T>(): T {
    return known(this.shape, this.json) as T;
  }
}

/** How a document names another: its entry, and the SHA-256 of exactly that message. */
export interface Link {
  readonly entry: string;
  readonly message: string;
}

/**
 * The body of a document by its shape. `writing`: before it is sent, when all limits count.
 *
 * Throws MalformedData, which names the field and never its content.
 */
export function readBody(shape: BodyShape, json: JsonObject, writing = false): Body {
  const reader = new Reader(writing);
  if (shape.is === "object") return reader.body(shape, json, "");
  const step = json.get(shape.by);
  const found = typeof step === "string" ? shape.of.get(step) : undefined;
  if (found === undefined) throw reader.fault("", "it has no step that is known here");
  return reader.body(found, json, String(step));
}

/** Whether a value of this shape holds, at any depth, a field that isn't null and that is unknown here. */
export function hasUnknownParts(shape: Shape, value: Json): boolean {
  if (shape.is === "list") return isJsonArray(value) && value.some((item) => hasUnknownParts(shape.of, item));
  if (shape.is !== "object" || !isJsonObject(value)) return false;
  return [...value].some(([name, item]) => {
    const field = shape.fields.get(name);
    return field === undefined ? item !== null : hasUnknownParts(field.shape, item);
  });
}

/** The texts that people wrote in a value of this shape, in the order of the fields. */
export function* textsIn(shape: Shape, value: Json): Iterable<string> {
  if (typeof value === "string") {
    if (shape.is === "text" || shape.is === "choice" || shape.is === "wallTime") yield value;
  } else if (shape.is === "list" && isJsonArray(value)) {
    for (const item of value) yield* textsIn(shape.of, item);
  } else if (shape.is === "object" && isJsonObject(value)) {
    for (const [name, field] of shape.fields) yield* textsIn(field.shape, value.get(name) ?? null);
  }
}

/** A plain object whose keys are those of the shape alone. */
function known(shape: Shape, value: Json): unknown {
  if (shape.is === "list" && isJsonArray(value)) return value.map((item) => known(shape.of, item));
  if (shape.is !== "object" || !isJsonObject(value)) return value;
  const present = [...shape.fields].filter(([name]) => (value.get(name) ?? null) !== null);
  return Object.fromEntries(present.map(([name, field]) => [name, known(field.shape, value.get(name) ?? null)]));
}

/** Reads values by their shapes. `place` is the name of the field where a value stands. */
class Reader {
  readonly #writing: boolean;

  constructor(writing: boolean) {
    this.#writing = writing;
  }

  body(shape: ObjectShape, json: JsonObject, place: string): Body {
    for (const [name, field] of shape.fields) {
      const value = json.get(name);
      if (value === undefined) {
        if (field.needed) throw this.fault(name, "it is needed, and isn't there");
      } else if (value !== null || !field.nullable) {
        this.#value(field.shape, value, name);
      }
    }
    const body = new Body(shape, json);
    const fault = faultOf(body);
    if (fault !== null) throw this.fault(place, fault);
    return body;
  }

  fault(place: string, said: string): MalformedData {
    const begin = this.#writing ? "This can't be written" : "The document can't be read";
    return new MalformedData(`${begin}: ${place === "" ? "the whole" : place.replaceAll("_", " ")}: ${said}.`);
  }

  #value(shape: Shape, value: Json, place: string): void {
    switch (shape.is) {
      case "text":
        this.#text(shape, value, place);
        return;
      case "bytes":
        this.#bytes(shape.size, value, place);
        return;
      case "integer":
        if (typeof value !== "number") throw this.#wrong(place);
        if (value < shape.low) throw this.fault(place, "it is too small");
        if (value > shape.high) throw this.fault(place, "it is too large");
        return;
      case "choice":
        if (typeof value !== "string" || !shape.of.includes(value))
          throw this.fault(place, `it must be ${oneOf(shape.of)}`);
        return;
      case "list":
        if (!isJsonArray(value)) throw this.#wrong(place);
        for (const [at, item] of value.entries()) {
          this.#value(shape.of, item, place);
          if (at + 1 > (shape.most ?? value.length)) throw this.fault(place, "it is too long");
        }
        this.#limits(shape, value.length, place);
        return;
      case "object":
        if (!isJsonObject(value)) throw this.#wrong(place);
        this.body(shape, value, place);
        return;
      case "flag":
        if (typeof value !== "boolean") throw this.#wrong(place);
        return;
      case "day":
        if (typeof value !== "string" || !isDay(value)) throw this.#wrong(place);
        return;
      case "wallTime":
        if (typeof value !== "string" || !WALL_FORM.test(value)) throw this.#wrong(place);
        if (!isWallTime(value)) throw this.fault(place, "no calendar has it");
        return;
      case "any":
        if (!isJsonObject(value)) throw this.#wrong(place);
    }
  }

  #text(shape: Shape & { readonly is: "text" }, value: Json, place: string): void {
    if (typeof value !== "string") throw this.#wrong(place);
    this.#limits(shape, characters(value), place);
    if (shape.holds !== undefined && !shape.holds.test(value)) throw this.#wrong(place);
  }

  #bytes(size: number | undefined, value: Json, place: string): void {
    if (typeof value !== "string") throw this.fault(place, "a binary value is not a string");
    try {
      parseB64(value, size);
    } catch (error) {
      if (!(error instanceof MalformedData)) throw error;
      throw this.fault(place, error.message.replace(/\.+$/, ""));
    }
  }

  #limits(shape: { least?: number; most?: number; writing?: number }, size: number, place: string): void {
    if (size < (shape.least ?? 0)) throw this.fault(place, "it is too short");
    if (size > (shape.most ?? Number.POSITIVE_INFINITY)) throw this.fault(place, "it is too long");
    const { writing } = shape;
    if (this.#writing && writing !== undefined && size > writing) {
      throw this.fault(place, `it is too long: ${writing} fit`);
    }
  }

  #wrong(place: string): MalformedData {
    return this.fault(place, "it isn't of the right kind");
  }
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}
