/** Links between messages that wait: what is written again is named anew. */

import { expect, test } from "vitest";
import { linkTo, withChanged } from "../../src/client/log/links.ts";
import type { Waiting } from "../../src/client/log/outbox.ts";
import { type JsonObject, jsonObject } from "../../src/protocol/codec.ts";
import { encodeMessage, parseMessage } from "../../src/protocol/messages.ts";

const SEEN = { seq: 1, head: new Uint8Array(32), time: 1_795_600_000, signature: new Uint8Array(64) };

function waiting(number: number, body: JsonObject): Waiting {
  const document = { kind: "note", v: 1, at: 1_795_600_000, body };
  const message = encodeMessage({ document, seen: SEEN, follows: null, refused: [], attachments: [] });
  return { number, entry: new Uint8Array(16).fill(number), digests: [], message };
}

test("what names a changed message names it anew, and so does what names that", () => {
  const words = waiting(1, jsonObject({ text: "Words." }));
  const step = waiting(2, jsonObject({ text: linkTo(words) }));
  const answer = waiting(3, jsonObject({ text: linkTo(step), answers: linkTo(words) }));
  const other = waiting(4, jsonObject({ text: "Another." }));
  const changed = { ...words, entry: new Uint8Array(16).fill(9) };
  const [one, two, three, four] = withChanged([words, step, answer, other], words.entry, changed);
  const bodyOf = (one: Waiting | undefined) => parseMessage(one?.message ?? new Uint8Array()).document.body;
  expect(one).toBe(changed);
  expect(bodyOf(two).get("text")).toEqual(linkTo(changed));
  expect(bodyOf(three)).toEqual(jsonObject({ text: two && linkTo(two), answers: linkTo(changed) }));
  expect(four).toBe(other);
  expect(withChanged([words], other.entry, changed)).toEqual([words]);
});
