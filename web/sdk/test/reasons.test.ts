/** The list of sentences that an app translates has every one that the rules can give. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REASONS } from "../src/documents/reasons.ts";

const ROOM = new URL("../src/documents/", import.meta.url);
/** Those of the account journal are told to nobody but the program; the others name what is too long. */
const LEFT_OUT = /^(account|names|writing)/;

test("every sentence that a module of documents refuses with is in the list", () => {
  const files = readdirSync(ROOM).filter((name) => !LEFT_OUT.test(name));
  const said = files.flatMap((name) => {
    const source = readFileSync(new URL(name, ROOM), "utf8");
    return [...source.matchAll(/new NotAllowed\(\s*("(?:[^"\\]|\\.)*")/g)].map((found) => JSON.parse(found[1] ?? '""'));
  });
  expect(said.length).toBeGreaterThan(10);
  expect(said.filter((sentence) => !REASONS.has(sentence))).toEqual([]);
});
