import MessageFormat from "@messageformat/core";
import { describe, expect, test } from "vitest";
import german from "../src/ui/messages/de.json" with { type: "json" };
import english from "../src/ui/messages/en.json" with { type: "json" };

const OTHERS = { de: german };

/** The names of the values in a message. */
function values(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\s*([a-z]+)\s*[,}]/g)].map((found) => found[1] ?? ""))].sort();
}

describe.each(Object.entries(OTHERS))("%s", (language, messages) => {
  test("has each message of English, and no other", () => {
    expect(Object.keys(messages)).toEqual(Object.keys(english));
  });

  test.each(Object.keys(english))("%s has the values of English and compiles", (key) => {
    const [text, original] = [messages[key as keyof typeof messages], english[key as keyof typeof english]];
    expect(values(text)).toEqual(values(original));
    expect(new MessageFormat(language).compile(text)({ count: 2, hours: 2, days: 1, number: 1, name: "Sam" })).not.toBe(
      "",
    );
  });
});

test("no message speaks of the other's reading, counts days, or praises", () => {
  const forbidden = /streak|last opened|seen by|is waiting for you|well done|score/i;
  expect(Object.entries(english).filter(([, text]) => forbidden.test(text))).toEqual([]);
});
