/**
 * A shared or private journal: its documents in order, each with its effect or the reason why it has none.
 *
 * Rules
 * - Nothing is dropped: every document stands in the timeline; a document without effect has the reason beside it; an
 *   unknown kind has none, and is shown as written with a newer Duolog.
 * - Agreement never rests on a document that only one partner can read. A partner's message may say that they could not
 *   open an entry since their last message. The entry's effect is then taken back, with the reason, until its author
 *   writes it again; its kind may leave a part of it, such as its author's exit.
 * - Applying is total: every verified entry ends in the timeline, and an error in one document leaves all others as they
 *   are. Applying a document twice changes nothing.
 *
 * Nothing here knows the rows of a kind, or reads a clock. Spec: documents §1
 */

import { type AppliedDocument, type Id, type Membership, sameMembership } from "./applied.ts";
import { type JournalState, Parts } from "./journalState.ts";
import { binds, hasEffect, judged, NOT_DELIVERED } from "./judging.ts";
import { type Item, newest, placeOf, Timeline } from "./timeline.ts";

/** A document with the roster at its place in the log. */
export type Placed = readonly [AppliedDocument, Membership];

/** The state after many documents in order. A batch costs a pass over the new ones, and at most one over all. */
export function applyAll(state: JournalState, documents: Iterable<Placed>): JournalState {
  let fold: Fold | null = null;
  let last = state.timeline.seq;
  for (const [applied, context] of documents) {
    if (applied.seq <= last) continue;
    last = applied.seq;
    fold ??= new Fold(state);
    fold.add(applied, context);
  }
  return fold?.done() ?? state;
}

/** A state on its way through a batch. Where a document was taken back, all are folded again once, at the end. */
class Fold {
  readonly #before: Timeline;
  readonly #items: Item[];
  readonly #contexts: (readonly [number, Membership])[];
  readonly #parts: Parts;
  readonly #held = new Map<Id, AppliedDocument>();
  #stale = false;

  constructor(state: JournalState) {
    this.#before = state.timeline;
    this.#items = [...state.timeline.items];
    this.#contexts = [...state.contexts];
    this.#parts = state.parts.copy();
  }

  add(applied: AppliedDocument, context: Membership): void {
    const known = this.#contexts.at(-1);
    if (known === undefined || !sameMembership(known[1], context)) this.#contexts.push([applied.seq, context]);
    if (applied.refused.length > 0) this.#takeBack(applied, context.partners.has(applied.author));
    const find = (entry: Id) => this.#held.get(entry) ?? this.#before.find(entry)?.applied ?? null;
    const skipped = this.#stale ? null : judged(this.#parts, applied, context, find, false);
    this.#items.push({ applied, skipped, refusedBy: [], takenBack: false });
    this.#held.set(applied.entry, applied);
  }

  done(): JournalState {
    const parts = this.#stale ? this.#foldAgain() : this.#parts;
    return { timeline: new Timeline(this.#items), contexts: this.#contexts, parts };
  }

  /** Marks the documents that the author could not open. The word of a partner also takes their effect back. */
  #takeBack(applied: AppliedDocument, partner: boolean): void {
    for (const place of this.#refused(applied)) {
      const item = this.#items[place];
      if (item === undefined) continue;
      const byPartner = partner && !binds(item.applied, applied.author);
      let { skipped } = item;
      if (byPartner && !item.takenBack && hasEffect(item.applied)) {
        this.#stale ||= skipped === null;
        skipped = NOT_DELIVERED;
      }
      const refusedBy = [...new Set([...item.refusedBy, applied.author])];
      this.#items[place] = { applied: item.applied, skipped, refusedBy, takenBack: item.takenBack || byPartner };
    }
  }

  /**
   * Places of the refused documents that come after the author's own last one.
   *
   * A member who writes holds all that stands before, and can't refuse it any more. The author's last document is the
   * newest that their present keys wrote, or that the message doesn't refuse: a thief of replaced keys may have written
   * a refused one of an older generation.
   */
  #refused(applied: AppliedDocument): readonly number[] {
    const refused = new Set(applied.refused);
    const own = newest(
      this.#items,
      ({ author, seq, generation }) =>
        author === applied.author && (!refused.has(seq) || generation >= applied.generation),
    );
    const last = own?.seq ?? 0;
    const places = applied.refused.filter((seq) => seq > last).map((seq) => placeOf(this.#items, seq));
    return places.filter((place) => place !== null);
  }

  /** Folds the timeline from its beginning. Of a document that was taken back, only what its kind leaves counts. */
  #foldAgain(): Parts {
    const parts = new Parts();
    const held = new Map<Id, AppliedDocument>();
    const find = (entry: Id) => held.get(entry) ?? null;
    let at = 0;
    for (const [place, item] of this.#items.entries()) {
      const { applied } = item;
      while ((this.#contexts[at + 1]?.[0] ?? Number.POSITIVE_INFINITY) <= applied.seq) at++;
      const context = this.#contexts[at]?.[1];
      if (context === undefined) continue;
      const skipped = judged(parts, applied, context, find, item.takenBack);
      if (skipped !== item.skipped) this.#items[place] = { ...item, skipped };
      held.set(applied.entry, applied);
    }
    return parts;
  }
}
