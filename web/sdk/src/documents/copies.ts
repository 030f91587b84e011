/**
 * `copy`: a document of another journal, copied here by a member who may read it, with its origin.
 *
 * Rules
 * - A copy has no steps, and a copied step has no effect: a text that was agreed there is not agreed here.
 * - The origin in it is the copier's word. A reader who holds the original can compare the message's hash.
 * - A note is copied without `imported` and without its attachments, which are parts of its own message; the copy says
 *   how many those were.
 *
 * Spec: documents §5
 */

import { NotAllowed } from "../errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, jsonObject } from "../protocol/codec.ts";
import type { AppliedDocument, Id } from "./applied.ts";
import { KINDS } from "./kinds.ts";
import { readOrNull } from "./lookBack.ts";
import type { Body } from "./shapes.ts";

/** Copies, and kinds about the journal in which they stand. */
const UNCOPIED = ["copy", "profile", "withdrawn", "words_differ", "went_on"];

/**
 * The body of a copy of a document that stands in `journal`. `text`: a shorter text instead of its own.
 *
 * Throws NotAllowed when a document of this kind isn't copied, or has no text to shorten.
 */
export function copyBody(journal: Id, applied: AppliedDocument, text: string | null = null): JsonObject {
  const { entry, message, author, document } = applied;
  if (UNCOPIED.includes(document.kind)) {
    throw new NotAllowed("This can't be copied. Copy the document that it is about, from where it was written.");
  }
  const whole = text === null ? document.body : shortened(document.body, text);
  const attached = document.kind === "note" ? whole.get("attachments") : undefined;
  const count = isJsonArray(attached) ? attached.length : 0;
  const left = document.kind === "note" ? ["attachments", "imported"] : [];
  const body = new Map([...whole].filter(([name]) => !left.includes(name)));
  return jsonObject({
    of: jsonObject({ journal, entry, message, author, at: document.at }),
    document: jsonObject({ kind: document.kind, v: document.v, body }),
    left_out: text === null ? undefined : true,
    attachments_left_out: count > 0 ? count : undefined,
  });
}

/** The copied document, read by its kind; null where this version can't read it, and shows its texts alone. */
export function copiedBody(copy: Body): Body | null {
  const name = copy.text("document.kind") ?? "";
  const kind = KINDS.get(name);
  const body = copy.value("document.body");
  if (kind === undefined || !isJsonObject(body)) return null;
  const document = { kind: name, v: copy.number("document.v") ?? 0, at: copy.number("of.at") ?? 0, body };
  const origin = { entry: copy.text("of.entry") ?? "", author: copy.text("of.author") ?? "", message: "" };
  return readOrNull(kind, { ...origin, document, seq: 0, received: 0, refused: [], generation: 0, keySince: 0 });
}

function shortened(body: JsonObject, text: string): JsonObject {
  const wording: Json | undefined = body.get("wording");
  if (isJsonObject(wording) && wording.has("text")) {
    return new Map(body).set("wording", new Map(wording).set("text", text));
  }
  if (typeof body.get("text") !== "string") {
    throw new NotAllowed("This has no text that could be shortened. Copy it whole.");
  }
  return new Map(body).set("text", text);
}
