import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import MessageFormat from "@messageformat/core";
import { describe, expect, test } from "vitest";
import firstGerman from "../src/ui/messages/de.json" with { type: "json" };
import laterGerman from "../src/ui/messages/de.later.json" with { type: "json" };
import firstEnglish from "../src/ui/messages/en.json" with { type: "json" };
import laterEnglish from "../src/ui/messages/en.later.json" with { type: "json" };

const english = { ...firstEnglish, ...laterEnglish };
const OTHERS = { de: { ...firstGerman, ...laterGerman } };

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

test("no message stands in both parts, and the first look has all of its words", () => {
  expect(Object.keys(firstEnglish).filter((key) => key in laterEnglish)).toEqual([]);
  expect(Object.keys(firstGerman)).toEqual(Object.keys(firstEnglish));
  const texts = sourcesFrom("App.svelte").map((path) => readFileSync(path, "utf8"));
  const begun = texts.flatMap((text) => [...text.matchAll(/`([a-z_]+_)\$\{/g)].map(([, prefix = ""]) => prefix));
  const isUsed = (key: string) =>
    begun.some((prefix) => key.startsWith(prefix)) || texts.some((text) => new RegExp(`["'\`]${key}["'\`]`).test(text));
  expect(Object.keys(laterEnglish).filter(isUsed)).toEqual([]);
});

/** A source of the page and all that it imports, but what it loads later. */
function sourcesFrom(name: string): string[] {
  const found = new Set<string>();
  const look = (path: string): void => {
    if (found.has(path) || !/\.(svelte|ts)$/.test(path)) return;
    found.add(path);
    for (const [, other = ""] of readFileSync(path, "utf8").matchAll(/(?:from|^import) "(\.[^"]+)"/gm)) {
      look(join(dirname(path), other));
    }
  };
  look(join(dirname(fileURLToPath(import.meta.url)), "../src/ui", name));
  return [...found];
}
