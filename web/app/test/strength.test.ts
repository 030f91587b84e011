/** What may be a new passphrase. What passes here passes at the command too; tests/web holds these lists against it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { guesses, isStrong } from "../src/worker/strength.ts";

const { strong, weak, unseen } = JSON.parse(readFileSync(new URL("passphrases.json", import.meta.url), "utf8"));

test.each(strong as string[])("%j is hard to guess", (one) => expect(isStrong(one)).toBe(true));
test.each(weak as string[])("%j is easy to guess", (one) => expect(isStrong(one)).toBe(false));
test.each(unseen as string[])("%j has a character that nobody sees", (one) => expect(isStrong(one)).toBe(false));

test("a passphrase has an end", () => expect(isStrong("lantern tulip bridge orbit ".repeat(60).trim())).toBe(false));

test("a word that was there already costs an attacker nothing", () => {
  expect(guesses("orbit orbit orbit orbit")).toBeLessThan(guesses("orbit tulip"));
});
