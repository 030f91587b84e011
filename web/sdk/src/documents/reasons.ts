/**
 * Every sentence by which the rules say why a document has no effect, or can't be written now.
 *
 * A sentence is the same in every client, and so it is its own key: an app that speaks another language has a translation of each,
 * and knows by this list that it has all. What isn't here has a name or a number in it, or is no answer of the rules.
 */

import { UNFORESEEN } from "./applied.ts";
import { HIDDEN, UPDATE } from "./consent.ts";
import { COMPARE_FIRST, NOT_DELIVERED } from "./judging.ts";
import { NEWER } from "./kinds.ts";
import { notYours } from "./machine.ts";
import { type Guard, RULES } from "./rules.ts";

/** Those that stand in code, beside the ones of the rows. `test/reasons.test.ts` finds every one. */
const SAID: readonly string[] = [
  "An entry with the same id counted already, and this one does not take its place.",
  "Appreciations are between partners. Your thanks can stand in a note or a comment.",
  "Both of you have confirmed the words.",
  "It is withdrawn already.",
  "It names another text than the one that is here. Look at that one before you withdraw it.",
  "It names other words than the ones that are here. Look at those before you comment on them.",
  "It was written at another server. Each of you can erase it for themselves.",
  "It was written more than a day before. Each of you can erase it for themselves.",
  "Only a partner compares the words of a partner.",
  "Only a partner goes on with a journal after a restoration.",
  "Only who wrote a text can withdraw it. You can erase it for yourself.",
  "The text that this answers is not here, or did not count.",
  "There is nobody here yet whom \u201cyou\u201d could mean. Write it of the two of you.",
  "This answers other words than the ones that are here.",
  "This can't be copied. Copy the document that it is about, from where it was written.",
  "This has no text that could be shortened. Copy it whole.",
  "This is a step that the other may have answered, so it stands. Only texts are withdrawn.",
  "This takes no comments now. What you want to say can stand in a note of your own.",
  "What you comment on is not here, or this version of Duolog doesn't know it. Sync first.",
];

export const REASONS: ReadonlySet<string> = new Set([
  ...RULES.flatMap((rules) => [
    ...rules.rows.flatMap(({ only }) => only.flatMap(saidBy)),
    notYours(rules.noun, true),
    notYours(rules.noun, false),
  ]),
  ...SAID,
  ...[COMPARE_FIRST, NOT_DELIVERED, NEWER, UNFORESEEN, UPDATE, HIDDEN],
]);

function saidBy(guard: Guard): readonly string[] {
  const became = guard.guard === "at" ? Object.values(guard.became ?? {}) : [];
  return [...(guard.says === undefined ? [] : [guard.says]), ...became];
}
