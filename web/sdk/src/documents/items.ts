/**
 * How a document of the timeline is told: all that an app needs to show it, and no words of the app's own.
 *
 * Nothing is dropped: what a newer Duolog wrote is shown as that. Only what a kind tells in its thing alone (the sealed
 * answers and keys of a check-in) stands in no list for a person. Spec: documents §1, §11.6
 */

import { effective, type Id, type Membership } from "./applied.ts";
import { hiddenCharacters } from "./consent.ts";
import { isWithdrawn, type JournalState } from "./journalState.ts";
import { KINDS } from "./kinds.ts";
import { aboutOf, readOrNull, takesComments, thingOf } from "./lookBack.ts";
import { type Body, hasUnknownParts } from "./shapes.ts";
import type { Thing } from "./things.ts";
import type { Item } from "./timeline.ts";

/** A document as a reader is shown it. */
export interface ItemView {
  /** `newer`: written with a newer Duolog. `unreadable`: its body isn't what its kind says. */
  readonly status: "counts" | "without_effect" | "newer" | "unreadable";
  /** Why it has no effect, a sentence; null where it has one, and for a kind that nobody here knows. */
  readonly why: string | null;
  /** The members who could not open it. */
  readonly notDeliveredTo: readonly Id[];
  /** The author's clock, which is shown. */
  readonly at: number;
  /** The time that counts, where it is another: then both are shown. */
  readonly counts: number | null;
  /** Whether a partner was provisional at its place. */
  readonly provisional: boolean;
  readonly body: Body | null;
  /** Whether it has parts that this version can't show. */
  readonly hasUnknownParts: boolean;
  /** Whether its texts have characters that can't be shown. */
  readonly hasHidden: boolean;
  /** False where its thing alone tells of it. */
  readonly told: boolean;
  readonly withdrawn: boolean;
  /** The thing that it made, or in which it is a step. */
  readonly thing: Thing | null;
  /** The document that it is about: null where it is about none, `not here` where that can't be shown. */
  readonly about: { readonly item: Item; readonly thing: Thing | null } | "not here" | null;
  /** Whether it takes comments now; null where nobody can tell. */
  readonly takesComments: boolean | null;
}

/** A document of a state as it is shown. */
export function viewItem(state: JournalState, item: Item): ItemView {
  const { applied, skipped, refusedBy } = item;
  const { entry, author, seq, received, document } = applied;
  const kind = KINDS.get(document.kind);
  const body = kind === undefined ? null : readOrNull(kind, applied);
  const names = body === null ? null : (kind?.names?.(body) ?? null);
  const newer = kind === undefined || document.v !== kind.v;
  return {
    status: newer ? "newer" : body === null ? "unreadable" : skipped === null ? "counts" : "without_effect",
    why: skipped,
    notDeliveredTo: refusedBy,
    at: document.at,
    counts: effective(applied) === document.at ? null : effective(applied),
    provisional: membershipAt(state, seq)?.provisional ?? false,
    body,
    hasUnknownParts: body !== null && hasUnknownParts(body.shape, body.json),
    hasHidden: body !== null && hiddenCharacters(body).length > 0,
    told: body === null || !(document.kind === "check_in" && QUIET.includes(body.step)),
    withdrawn: isWithdrawn(state.parts, entry, author, seq, received),
    thing: thingOf(state.parts, applied),
    about: names === null ? null : (aboutOf(state, names) ?? "not here"),
    takesComments: takesComments(state.parts, applied),
  };
}

/** The roster at a place of the log, null before the first document. */
export function membershipAt(state: JournalState, seq: number): Membership | null {
  let found: Membership | null = null;
  for (const [from, context] of state.contexts) if (from <= seq) found = context;
  return found;
}

const QUIET = ["commit", "reveal"]; // their order would say who was first, and who gave no answer
