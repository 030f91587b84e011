/** How a vector is held, and how its result is compared: as Python's `vectors/check.py` does it. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuologError, VerificationError } from "../../src/errors.ts";
import { isJsonObject, type Json, type JsonObject, parseB64 } from "../../src/protocol/codec.ts";
import { parseJson } from "../../src/protocol/json.ts";

const FOLDER = fileURLToPath(new URL("../../../../vectors/", import.meta.url));

/** Runs a case of one kind; gives what comes out, in plain values with binary as base64url. */
export type Runner = (input: Inputs, shared: Inputs) => unknown;

/** One object of a file of vectors, each field read as what the runner takes it for. */
export class Inputs {
  readonly value: JsonObject;

  constructor(value: Json | undefined) {
    if (!isJsonObject(value)) throw new TypeError(`not an object: ${String(value)}`);
    this.value = value;
  }

  has(name: string): boolean {
    return this.value.has(name);
  }

  text(name: string): string {
    const found = this.value.get(name);
    if (typeof found !== "string") throw new TypeError(`no text in ${name}`);
    return found;
  }

  number(name: string): number {
    const found = this.value.get(name);
    if (typeof found !== "number") throw new TypeError(`no number in ${name}`);
    return found;
  }

  flag(name: string): boolean {
    return this.value.get(name) === true;
  }

  /** Binary in base64url. */
  data(name: string): Uint8Array {
    return parseB64(this.text(name));
  }

  /** Binary in hex, as `primitives.json` has it. */
  hex(name: string): Uint8Array {
    return new Uint8Array(Buffer.from(this.text(name), "hex"));
  }

  object(name: string): Inputs {
    return new Inputs(this.value.get(name));
  }

  objects(name: string): readonly Inputs[] {
    return this.list(name).map((item) => new Inputs(item));
  }

  list(name: string): readonly Json[] {
    const found = this.value.get(name);
    if (!Array.isArray(found)) throw new TypeError(`no list in ${name}`);
    return found;
  }
}

export interface VectorFile {
  readonly name: string;
  readonly shared: Inputs;
  readonly cases: readonly Inputs[];
}

/** Every file of vectors; `sealed_once.json` holds ingredients, and no cases. */
export function vectorFiles(): readonly VectorFile[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  const files = names.map((name) => ({ name, whole: new Inputs(parseJson(readFileSync(FOLDER + name), name, 64)) }));
  return files
    .filter(({ whole }) => whole.has("cases"))
    .map(({ name, whole }) => ({ name, shared: whole.object("shared"), cases: whole.objects("cases") }));
}

/** What a case says that comes of it: values, or the class and check of a refusal. */
export function expected(input: Inputs): unknown {
  if (input.has("error")) return { error: input.text("error"), check: input.has("check") ? input.text("check") : "" };
  return { gives: plain(input.value.get("gives") ?? null) };
}

/** What came of it, in the same form. */
export function outcome(run: () => unknown): unknown {
  try {
    return { gives: plain(run()) };
  } catch (error) {
    if (!(error instanceof DuologError)) throw error;
    return { error: error.name, check: error instanceof VerificationError ? error.check : "" };
  }
}

/** Values that compare field by field: Maps and objects become lists of pairs in the order of their keys. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return fields.map(([key, item]) => [key, plain(item)]);
}
