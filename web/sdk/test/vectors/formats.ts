/** The kinds of `codec.json`: formats that need no key. */

import { encodeB64, parseB64, parseCanonical, parseMessageJson } from "../../src/protocol/codec.ts";
import { parseHeader } from "../../src/protocol/entries.ts";
import { documentJson, parseMessage } from "../../src/protocol/messages.ts";
import { paddedLength } from "../../src/protocol/padding.ts";
import { closeTiming } from "../../src/protocol/rosterStatements.ts";
import { linkUri, parseLink } from "../../src/seal/links.ts";
import { eightWords, parseWords } from "../../src/seal/words.ts";
import type { Runner } from "./cases.ts";

export const FORMATS: Readonly<Record<string, Runner>> = {
  canonical: (input) => parseCanonical(input.data("data")),
  base64url: (input) =>
    Buffer.from(parseB64(input.text("text"), input.has("size") ? input.number("size") : undefined)).toString("hex"),
  message_json: (input) => parseMessageJson(input.data("data")),
  message: (input) => documentJson(parseMessage(input.data("data")).document),
  header: (input) => ({ epoch: parseHeader(input.data("header")).epoch }),
  padded_length: (input) => paddedLength(input.number("length")),
  words: (input) => encodeB64(parseWords(input.text("words"))),
  eight_words: (input) => eightWords(input.data("hash")),
  link: (input) => {
    const link = parseLink(input.text("link"));
    return { origin: link.origin, uri: linkUri(link) };
  },
  close_timing: (input) => encodeB64(closeTiming(input.data("salt"), input.number("not_before"))),
};
