/**
 * Documents that are about another one: what they find where they stand.
 *
 * Rules
 * - A text takes comments, and so does a copy. A thing takes comments in the stages that its kind lists, and what a
 *   person says of themselves (a profile, a move, a withdrawal) takes none.
 * - A document that isn't held, did not count, or is of a newer version is no fault of the document that names it.
 *
 * Spec: documents §3
 */

import { MalformedData, NotAllowed } from "../errors.ts";
import type { AppliedDocument, Id, Membership } from "./applied.ts";
import { isWithdrawn, type JournalState, type Parts } from "./journalState.ts";
import { isStep, KINDS, type Kind, readDocument } from "./kinds.ts";
import type { Found } from "./plainKinds.ts";
import type { Body, Link } from "./shapes.ts";
import type { Thing } from "./things.ts";
import type { Item } from "./timeline.ts";

/** How to find a document by its entry, among those that stand earlier in the log. */
export type Find = (entry: Id) => AppliedDocument | null;

/** The document that a body of this kind names, as it is found at this place of the log. */
export function lookBack(
  parts: Parts,
  kind: Kind,
  body: Body,
  context: Membership,
  find: Find,
  writing: boolean,
): Found {
  const names = kind.names?.(body) ?? null;
  const named = names === null ? null : find(names.entry);
  if (named === null) return { named, isStep: false, commentable: null, context, writing };
  return { named, isStep: isStep(named.document.kind), commentable: takesComments(parts, named), context, writing };
}

/** Whether a document takes comments now. Null where nobody can tell: it did not count, or is unknown. */
export function takesComments(parts: Parts, named: AppliedDocument): boolean | null {
  const kind = KINDS.get(named.document.kind);
  if (kind === undefined) return null;
  if (kind.machine === null) return kind.reduce === undefined;
  const thing = thingOf(parts, named);
  return thing === null ? null : kind.machine.rules.comments_open.includes(thing.standing);
}

/** The thing that a step made, or in which it took place. Null where it is in none that counts. */
export function thingOf(parts: Parts, step: AppliedDocument): Thing | null {
  const kind = KINDS.get(step.document.kind);
  if (kind === undefined || kind.machine === null) return null;
  const things = parts.of(kind.name);
  const own = things.get(step.entry) ?? things.find(step.entry);
  if (own !== null) return own;
  const answers = readOrNull(kind, step)?.link("answers") ?? null;
  return answers === null ? null : things.find(answers.entry);
}

/** The body of a document, or null where this version can't read it. */
export function readOrNull(kind: Kind, applied: AppliedDocument): Body | null {
  try {
    return readDocument(kind, applied.document);
  } catch (error) {
    if (error instanceof NotAllowed || error instanceof MalformedData) return null;
    throw error;
  }
}

/** What a link names to a reader: a document that is here with the thing that it is a step of, or null for *not here*. */
export function aboutOf(state: JournalState, link: Link): { item: Item; thing: Thing | null } | null {
  const item = state.timeline.find(link.entry);
  if (item === null || item.applied.message !== link.message || item.takenBack) return null;
  const { entry, author, seq, received, document } = item.applied;
  const counted = item.skipped === null || !isStep(document.kind);
  if (!counted || isWithdrawn(state.parts, entry, author, seq, received)) return null;
  return { item, thing: thingOf(state.parts, item.applied) };
}
