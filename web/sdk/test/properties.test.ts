/** Rules that hold for every value. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedData } from "../src/errors.ts";
import { concat, sameBytes, utf8 } from "../src/protocol/bytes.ts";
import {
  encodeB64,
  encodeCanonical,
  encodeMessageJson,
  Fraction,
  type Json,
  type JsonObject,
  parseB64,
  parseCanonical,
  parseMessageJson,
  readInteger,
  u32,
  u64,
} from "../src/protocol/codec.ts";
import { encodeHeader, parseHeader } from "../src/protocol/entries.ts";
import { paddedLength } from "../src/protocol/padding.ts";
import { encodeReceipt, parseReceipt } from "../src/protocol/receipts.ts";
import { AttachmentOpener, AttachmentSealer } from "../src/seal/attachments.ts";
import { KemSecret, sealTo } from "../src/seal/hpke.ts";
import { InvitationSecret } from "../src/seal/invitations.ts";
import { linkUri, linkUrl, parseLink } from "../src/seal/links.ts";
import { encodeWords, parseWords } from "../src/seal/words.ts";
import { repeatable } from "./support.ts";

const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size });
const key = fc.stringMatching(/^[a-z_]+$/);
const ascii = fc.string({ unit: "binary-ascii" });
const integer = fc.maxSafeNat();
const fraction = fc.constantFrom("0.5", "-1e-7", "1.0", "2E+3").map((text) => new Fraction(text));

function objects(keys: fc.Arbitrary<string>, scalar: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    ),
  }));
  return fc.array(fc.tuple(keys, value), { maxLength: 5 }).map((pairs) => new Map(pairs));
}

const statement = objects(key, fc.oneof(integer, ascii, fc.boolean()));
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "\u2028", "\ufeff"),
);
const body = objects(anyText, fc.oneof(fc.maxSafeInteger(), anyText, fc.boolean(), fc.constant(null), fraction));

describe("codec", () => {
  test("a statement comes back as it was, and has one encoding", () => {
    fc.assert(
      fc.property(statement, (value) => {
        const data = encodeCanonical(value);
        expect(encodeCanonical(parseCanonical(data))).toEqual(data);
        expect(new Map([...parseCanonical(data)].sort())).toEqual(new Map([...value].sort()));
      }),
    );
  });

  test("a changed byte of a statement is refused, or is another statement in its one encoding", () => {
    fc.assert(
      fc.property(statement, fc.nat(), fc.nat(255), (value, place, byte) => {
        const data = encodeCanonical(value);
        data[place % data.length] = byte;
        try {
          expect(encodeCanonical(parseCanonical(data))).toEqual(data);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedData);
        }
      }),
    );
  });

  test("a message comes back as it was, in its order of keys", () => {
    fc.assert(
      fc.property(body, (value) => {
        const read = parseMessageJson(encodeMessageJson(value));
        expect([...read]).toEqual([...value]);
      }),
    );
  });

  test("any text is read, or refused as malformed", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\u00e1-.') })),
        (text) => {
          try {
            parseMessageJson(utf8(text));
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedData);
          }
        },
      ),
    );
  });

  test("what is read is what JSON.parse reads, where both read it", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        let read: JsonObject;
        try {
          read = parseMessageJson(utf8(`{"a":${text}}`));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedData);
          return;
        }
        expect(plain(read.get("a") ?? null)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("base64url comes back as it was, and any other text of the same bytes is refused", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.base64String(), (data, other) => {
        expect(parseB64(encodeB64(data))).toEqual(data);
        expect(encodeB64(data)).toBe(Buffer.from(data).toString("base64url"));
        try {
          expect(encodeB64(parseB64(other))).toBe(other);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedData);
        }
      }),
    );
  });

  test("integers come back as they were", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), (large, small) => {
        expect(readInteger(u64(large))).toBe(large);
        expect(readInteger(u32(small))).toBe(small);
      }),
    );
    expect(() => u64(2 ** 53)).toThrow(MalformedData);
    expect(() => u32(-1)).toThrow(MalformedData);
    expect(() => readInteger(Uint8Array.of(0, 32, 0, 0, 0, 0, 0, 0))).toThrow(MalformedData);
  });
});

describe("formats", () => {
  const header = fc.record({
    journal: bytes(32),
    entry: bytes(16),
    epoch: fc.integer({ min: 1, max: 0xffffffff }),
    author: bytes(32),
    generation: fc.integer({ min: 1, max: 0xffffffff }),
    attachments: fc.array(bytes(16), { maxLength: 16 }),
  });
  const receipt = fc.record({
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    head: bytes(32),
    time: fc.integer({ min: 1577836800, max: 7258118400 }),
    signature: bytes(64),
  });

  test("headers and receipts come back as they were", () => {
    fc.assert(
      fc.property(header, receipt, (head, end) => {
        expect(parseHeader(encodeHeader(head))).toEqual(head);
        expect(parseReceipt(encodeReceipt(end))).toEqual(end);
      }),
    );
  });

  test("a padded length is no shorter, at most 12 % longer above 256 bytes, and its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 2 ** 40 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(length * 1.12);
        expect(paddedLength(padded)).toBe(padded);
      }),
    );
  });

  test("words and links come back as they were", () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), (entropy, secret) => {
        expect(parseWords(encodeWords(entropy).join(" "))).toEqual(entropy);
        const link = { origin: "https://journal.example", secret };
        expect(parseLink(linkUrl(link))).toEqual(link);
        expect(parseLink(linkUri(link))).toEqual(link);
      }),
    );
  });
});

describe("sealing", () => {
  const random = repeatable();

  test("a sealed key opens with its own info alone", () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.uint8Array({ maxLength: 80 }), (seed, plaintext, info) => {
        const secret = new KemSecret(seed);
        const sealed = sealTo(secret.kemKey, plaintext, info, random);
        expect(secret.open(sealed, info)).toEqual(plaintext);
        expect(() => secret.open(sealed, concat(info, Uint8Array.of(0)))).toThrow("does not open");
      }),
      { numRuns: 20 },
    );
  });

  test("each message of an invitation opens under its own name alone", () => {
    fc.assert(
      fc.property(bytes(16), fc.uint8Array(), (value, plaintext) => {
        const secret = new InvitationSecret(value);
        const sealed = secret.seal("invitation", plaintext, random);
        expect(secret.open("invitation", sealed)).toEqual(plaintext);
        expect(() => secret.open("reveal", sealed)).toThrow("does not open");
      }),
      { numRuns: 20 },
    );
  });

  test("an attachment comes back as it was, whatever the pieces", () => {
    const pieces = fc.array(fc.integer({ min: 20, max: 70_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pieces, pieces, (cuts, others) => {
        const size = cuts.reduce((sum, cut) => sum + cut, 0);
        const content = Uint8Array.from({ length: size }, (_, at) => at % 251);
        const place = { id: new Uint8Array(16), key: new Uint8Array(32), size, journal: new Uint8Array(32) };
        const sealer = new AttachmentSealer(place, random);
        const stored = [
          sealer.header,
          ...cut(content, cuts).flatMap((piece) => sealer.push(piece)),
          ...sealer.finish(),
        ];
        const opener = new AttachmentOpener({ ...place, digest: new Uint8Array(32), type: "" }, place.journal);
        const opened = cut(concat(...stored), others).flatMap((piece) => opener.push(piece));
        opener.finish();
        expect(sameBytes(concat(...opened), content)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });
});

/** The data in pieces of these sizes, over and over. */
function cut(data: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < data.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(data.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** As JSON.parse gives it. */
function plain(value: Json): unknown {
  if (value instanceof Fraction) return value.value;
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}
