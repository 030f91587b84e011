/** One document of a journal: its effect on the state, or the reason why it has none. Spec: documents §1 */

import { NotAllowed } from "../errors.ts";
import { type AppliedDocument, type Id, type Membership, whySkipped } from "./applied.ts";
import type { Parts } from "./journalState.ts";
import { isStep, KINDS, readDocument } from "./kinds.ts";
import { type Find, lookBack } from "./lookBack.ts";

export const COMPARE_FIRST =
  "Compare the eight words with your partner first: until then it isn't certain who is there.";
export const NOT_DELIVERED =
  "It could not be opened on the other side, so it does not count for anybody until it is written again.";

/** The reason why a document has no effect, null where it has one. `parts` change in place. */
export function judged(
  parts: Parts,
  applied: AppliedDocument,
  context: Membership,
  find: Find,
  takenBack: boolean,
): string | null {
  if (!KINDS.has(applied.document.kind)) return null;
  try {
    return reduce(parts, applied, context, find, { takenBack, writing: false }) ? null : NOT_DELIVERED;
  } catch (error) {
    const reason = whySkipped(error);
    return takenBack && hasEffect(applied) ? NOT_DELIVERED : reason;
  }
}

/** Changes `parts` by a document; gives whether all of it counts. Throws NotAllowed and MalformedData. */
export function reduce(
  parts: Parts,
  applied: AppliedDocument,
  context: Membership,
  find: Find,
  how: { readonly takenBack: boolean; readonly writing: boolean },
): boolean {
  const kind = KINDS.get(applied.document.kind);
  if (kind === undefined) return true;
  const { machine } = kind;
  const body = readDocument(kind, applied.document);
  const exits = machine?.ends(body.step) ?? false;
  if (context.provisional && !kind.whileProvisional && !exits) throw new NotAllowed(COMPARE_FIRST);
  kind.looksBack?.(applied, body, lookBack(parts, kind, body, context, find, how.writing));
  if (machine !== null) {
    const change = how.takenBack
      ? machine.undelivered(parts.things, applied, body, context)
      : machine.reduce(parts.things, applied, body, context);
    if (change.thing !== null && !how.writing) parts.of(kind.name).put(change.thing);
    return change.whole;
  }
  if (kind.reduce === undefined) return true;
  if (how.takenBack) return false;
  kind.reduce(how.writing ? parts.copy() : parts, applied, body, context);
  return true;
}

/** Whether a document is a step of `author`'s own that not even they take back. */
export function binds(applied: AppliedDocument, author: Id): boolean {
  const machine = KINDS.get(applied.document.kind)?.machine ?? null;
  if (machine === null || applied.author !== author) return false;
  const step = applied.document.body.get("step");
  return typeof step === "string" && machine.rules.binding.includes(step);
}

/** Whether a document of a known kind does more than stand in the timeline. */
export function hasEffect(applied: AppliedDocument): boolean {
  return KINDS.has(applied.document.kind) && isStep(applied.document.kind);
}
