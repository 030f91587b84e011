/**
 * Words beside steps: the long words of a step stand in a note of the same author, which the step names in `text`.
 *
 * Rules
 * - The link is soft: no state depends on whether a note is held, withdrawn or erased.
 * - A note is the words of a step only if the same person wrote both, and if the step names exactly that message. So
 *   nobody moves another's note out of sight.
 * - A step without effect has no thing in which its words could be shown. They stay where they are.
 *
 * Spec: documents §3
 */

import type { AppliedDocument, Id } from "./applied.ts";
import { KINDS } from "./kinds.ts";
import { readOrNull } from "./lookBack.ts";
import type { Link } from "./shapes.ts";
import { textsIn } from "./shapes.ts";
import type { Item, Timeline } from "./timeline.ts";

/** Each note that is the words of a step, by its entry, with that step. */
export function wordsIn(timeline: Timeline): ReadonlyMap<Id, Item> {
  const found = new Map<Id, Item>();
  for (const item of timeline.items) {
    const note = item.skipped === null ? wordsOfStep(item.applied, timeline) : null;
    if (note !== null) found.set(note.applied.entry, item);
  }
  return found;
}

/** The note with the words of a step, or null. */
export function wordsOfStep(step: AppliedDocument, timeline: Timeline): Item | null {
  const link = linkOf(step);
  const note = link === null ? null : timeline.find(link.entry);
  if (link === null || note === null || note.applied.document.kind !== "note") return null;
  return note.applied.author === step.author && note.applied.message === link.message ? note : null;
}

/** The link of a step that has words beside it. In any other step a field of that name is none. */
function linkOf(step: AppliedDocument): Link | null {
  const kind = KINDS.get(step.document.kind);
  if (kind === undefined || kind.machine === null) return null;
  return readOrNull(kind, step)?.link("text") ?? null;
}

const NO_WORDS = ["step", "form", "binds", "colour", "happened"]; // fields that are no words of their author

/** The texts of a document, a line for each, for an index; empty where this version can't read it. */
export function textOfDocument(applied: AppliedDocument): string {
  const kind = KINDS.get(applied.document.kind);
  const body = kind === undefined ? null : readOrNull(kind, applied);
  if (body === null) return "";
  const fields = [...body.shape.fields].filter(([name]) => !NO_WORDS.includes(name));
  return fields.flatMap(([name, field]) => [...textsIn(field.shape, body.value(name))]).join("\n");
}
