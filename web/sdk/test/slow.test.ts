/** No long text keeps a reader waiting: every pattern takes time in proportion. A document holds 64 KiB. */

import { expect, test } from "vitest";
import { clean, cleanLine, hiddenIn, linesOf, nameFault, readBody } from "../src/documents/index.ts";
import { BODIES } from "../src/generated/kinds.ts";
import { jsonObject } from "../src/protocol/codec.ts";

const SIZE = 20_000;
const MOST = 600_000; // microseconds of CPU; a pattern that goes back takes many seconds
const LONG = [
  "\u0301",
  " ",
  "a",
  "\u200d",
  "\u200b",
  "\u202e",
  "\u{1f469}",
  "\ufe0f",
  "\r",
  "\u0628\u0301",
  "a ",
  "\u094d",
  "\u0000",
];
const TEXTS = LONG.flatMap((one) => {
  const run = one.repeat(SIZE / one.length);
  return [run, `${run}x`, `a${run}`, `${run}\n`, `${run}\u200d`, `x${run}/`];
});

test("cleaning a long text takes no square of its length", () => {
  for (const text of TEXTS) {
    const before = process.cpuUsage();
    for (const made of [clean, cleanLine, hiddenIn, linesOf]) made(text);
    expect(process.cpuUsage(before).user, JSON.stringify(text.slice(0, 8))).toBeLessThan(MOST);
  }
}, 60_000);

test("reading a long line, or a long name, takes no square of its length", () => {
  const shape = BODIES.get("disclosure")?.body;
  const note = BODIES.get("note")?.body;
  if (shape === undefined || note === undefined) throw new Error("no kinds");
  const link = jsonObject({ entry: "A".repeat(22), message: "A".repeat(43) });
  for (const text of TEXTS) {
    const before = process.cpuUsage();
    const attachments = [jsonObject({ id: "A".repeat(22), name: text })];
    for (const read of [
      () => readBody(shape, jsonObject({ step: "tell", form: "impact", text: link, about: text })),
      () => readBody(note, jsonObject({ text, attachments })),
      () => nameFault(text.slice(0, 2000)),
    ]) {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    expect(process.cpuUsage(before).user, JSON.stringify(text.slice(0, 8))).toBeLessThan(MOST);
  }
}, 60_000);
