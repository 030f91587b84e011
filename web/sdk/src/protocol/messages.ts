/**
 * Messages: the JSON inside an entry, with the document and its author's view of the log.
 *
 * Rules
 * - `{"document": {kind, v, at, body}, "seen", "follows"?, "refused"?, "attachments"?}`; no other field in the message
 *   or the document's frame.
 * - A message is hashed as shipped. `at` is the author's clock in Unix seconds; `body` belongs to the kind.
 * - `seen` is the newest receipt whose head the author had verified. It means *fetched*, never *read*, and no interface
 *   shows it.
 * - `follows` is the author's previous unacknowledged entry. `refused` lists seqs that the author quarantined or could
 *   not open, ascending.
 *
 * This module holds formats alone: kinds are in `documents`, sealing is in `seal`. Spec: §6.3
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { encodeB64, encodeMessageJson, type JsonObject, jsonObject, parseMessageJson, sha256 } from "./codec.ts";
import { Fields, requireAscendingNumbers } from "./fields.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "./receipts.ts";

/** One document. `kind` and version `v` name its model, `at` is Unix seconds by the author's clock. */
export interface Document {
  readonly kind: string;
  readonly v: number;
  readonly at: number;
  readonly body: JsonObject;
}

/** How to open one attachment: id (16 bytes), key (32), digest of the stored bytes (32), size of the content in bytes. */
export interface Attachment {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly digest: Uint8Array;
  readonly size: number;
  /** Its media type, as its author says. */
  readonly type: string;
}

/** One entry's plaintext, parsed. `follows`: an entry id (16 bytes) or null. */
export interface Message {
  readonly document: Document;
  readonly seen: Receipt;
  readonly follows: Uint8Array | null;
  readonly refused: readonly number[];
  readonly attachments: readonly Attachment[];
}

/** A document as it stands in a message. */
export function documentJson(document: Document): JsonObject {
  return jsonObject({ kind: document.kind, v: document.v, at: document.at, body: document.body });
}

/** UTF-8 JSON, at most 96 KiB with a document of at most 64 KiB. Throws MalformedData. Spec: §6.3 */
export function encodeMessage(message: Message): Uint8Array {
  const document = documentJson(message.document);
  if (encodeMessageJson(document).length > SIZES.MAX_DOCUMENT) {
    throw new MalformedData("The text is too long: a document holds 64 KiB. Shorten it, or split it in two.");
  }
  const data = encodeMessageJson(
    jsonObject({
      document,
      seen: encodeB64(encodeReceipt(message.seen)),
      follows: message.follows === null ? undefined : encodeB64(message.follows),
      refused: message.refused.length > 0 ? message.refused : undefined,
      attachments: message.attachments.length > 0 ? message.attachments.map(attachmentJson) : undefined,
    }),
  );
  if (data.length > SIZES.MAX_MESSAGE) throw new MalformedData("A message is longer than 96 KiB.");
  return data;
}

/** SHA-256 of a message as shipped, by which a step names the document that it answers. Spec: §6.3 */
export function messageHash(message: Uint8Array): Uint8Array {
  return sha256(message);
}

/**
 * A message from its bytes.
 *
 * Throws MalformedData for more than 96 KiB, JSON that isn't exact, or other fields than a message has. Spec: §6.3
 */
export function parseMessage(data: Uint8Array): Message {
  if (data.length > SIZES.MAX_MESSAGE) throw new MalformedData("A message is longer than 96 KiB.");
  const fields = new Fields(parseMessageJson(data), "A message");
  const message: Message = {
    document: fields.object("document", readDocument),
    seen: parseReceipt(fields.data("seen", SIZES.RECEIPT)),
    follows: fields.has("follows") ? fields.data("follows", SIZES.ENTRY_ID) : null,
    refused: fields.has("refused") ? readRefused(fields) : [],
    attachments: fields.has("attachments")
      ? fields.objects("attachments", readAttachment, 1, SIZES.MAX_ATTACHMENTS)
      : [],
  };
  fields.done();
  return message;
}

/** The document of a message that was parsed whole before, and what its author could not open: for reading many again. */
export function documentIn(data: Uint8Array): Pick<Message, "document" | "refused"> {
  const fields = new Fields(parseMessageJson(data), "A message", { open: true });
  const refused = fields.has("refused") ? readRefused(fields) : [];
  return { document: fields.object("document", readDocument), refused };
}

function readDocument(fields: Fields): Document {
  return {
    kind: fields.text("kind"),
    v: fields.number("v"),
    at: fields.integer("at"),
    body: fields.jsonObject("body"),
  };
}

function readRefused(fields: Fields): readonly number[] {
  const refused = fields.integers("refused", 1, SIZES.MAX_REFUSED);
  requireAscendingNumbers(refused, "Refused seqs");
  return refused;
}

function readAttachment(fields: Fields): Attachment {
  return {
    id: fields.data("id", SIZES.ATTACHMENT_ID),
    key: fields.data("key", SIZES.SEED),
    digest: fields.data("digest", SIZES.HASH),
    size: fields.integer("size"),
    type: fields.text("type", SIZES.MAX_MEDIA_TYPE),
  };
}

function attachmentJson(item: Attachment): JsonObject {
  return jsonObject({
    id: encodeB64(item.id),
    key: encodeB64(item.key),
    digest: encodeB64(item.digest),
    size: item.size,
    type: item.type,
  });
}
