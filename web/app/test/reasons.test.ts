/** What the rules say is said in every language of the app; and each kind has words for its steps. */
import { KINDS, REASONS, RULES } from "@duolog/sdk/documents";
import { expect, test } from "vitest";
import english from "../src/ui/messages/en.json" with { type: "json" };
import german from "../src/ui/reasons/de.json" with { type: "json" };
import { load, voiceOf } from "../src/ui/words.ts";

test("German has every sentence of the rules, and no other", () => {
  expect(Object.keys(german).sort()).toEqual([...REASONS].sort());
  expect(Object.values(german).filter((text) => text.trim() === "")).toEqual([]);
});

test("a sentence of the rules is said in the language of the page, and one that is unknown as it is", async () => {
  await load("de");
  const { reason } = voiceOf("de", { languages: ["de"], zone: "Europe/Vienna" });
  expect(reason("It has ended already.")).toBe("Es ist schon zu Ende.");
  expect(reason("A sentence of tomorrow.")).toBe("A sentence of tomorrow.");
});

test("each kind and step that stands in the journal has a name of its own", () => {
  const told = [...KINDS.keys()].flatMap((kind) => {
    const rules = RULES.find((one) => one.kind === kind);
    if (rules === undefined) return kind === "note" ? [] : [`is_${kind}`];
    return [...new Set(rules.rows.map(({ step }) => `is_${kind}_${step}`))];
  });
  const quiet = ["is_check_in_commit", "is_check_in_reveal"]; // no list shows them
  expect(told.filter((name) => !(name in english) && !quiet.includes(name))).toEqual([]);
});
