/**
 * Links between messages that wait: a step names its words by their entry and by the hash of their very message.
 *
 * A message that waits is fixed. Two cases change it: an entry that it follows was given up, or it is written again under
 * newer keys. A message that waits behind it and names it then names it anew, and so does what names that one.
 *
 * Spec: documents §3
 */

import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, type Json, type JsonObject, jsonObject } from "../../protocol/codec.ts";
import { encodeMessage, messageHash, parseMessage } from "../../protocol/messages.ts";
import type { Waiting } from "./outbox.ts";

/** A link to a message that waits, as a body holds it. */
export function linkTo({ entry, message }: Waiting): JsonObject {
  return jsonObject({ entry: encodeB64(entry), message: encodeB64(messageHash(message)) });
}

/** The messages that wait, in their order, with `changed` in the place of `entry`, and every link to it anew. */
export function withChanged(waiting: readonly Waiting[], entry: Uint8Array, changed: Waiting): readonly Waiting[] {
  const place = waiting.findIndex((one) => sameBytes(one.entry, entry));
  if (place < 0) return waiting;
  let all: readonly Waiting[] = waiting.map((one, at) => (at === place ? changed : one));
  for (let at = place + 1; at < waiting.length; at++) {
    const behind = all[at];
    const named = behind === undefined ? null : namingAnew(behind, encodeB64(entry), linkTo(changed));
    if (named !== null) all = withChanged(all, named.entry, named);
  }
  return all;
}

/** The message with a new link in the place of each to `entry`; null where it has none. */
function namingAnew(waiting: Waiting, entry: string, link: JsonObject): Waiting | null {
  const message = parseMessage(waiting.message);
  const { document } = message;
  if (![...document.body.values()].some((value) => linksTo(value, entry))) return null;
  const body = [...document.body].map(([key, value]) => [key, linksTo(value, entry) ? link : value] as const);
  return { ...waiting, message: encodeMessage({ ...message, document: { ...document, body: new Map(body) } }) };
}

function linksTo(value: Json | undefined, id: string): boolean {
  return value instanceof Map && value.get("entry") === id && value.has("message");
}
