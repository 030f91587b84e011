/** The timeline of a journal: its documents in order, each with its effect or the reason why it has none. */

import type { AppliedDocument, Id } from "./applied.ts";

/** A document in the timeline. */
export interface Item {
  readonly applied: AppliedDocument;
  /** Why it has no effect, or null. */
  readonly skipped: string | null;
  /** The members who could not open it. */
  readonly refusedBy: readonly Id[];
  /** Whether a partner is among them, who takes its effect back. */
  readonly takenBack: boolean;
}

/** Documents in the order of their seqs. A timeline is a value: what adds or changes documents gives another one. */
export class Timeline {
  readonly items: readonly Item[];
  #places: Map<Id, number> | null = null;

  constructor(items: readonly Item[] = []) {
    this.items = items;
  }

  get length(): number {
    return this.items.length;
  }

  /** The seq of the last document, 0 where there is none. */
  get seq(): number {
    return this.items.at(-1)?.applied.seq ?? 0;
  }

  /** The document of an entry. Of several with one id, the newest. */
  find(entry: Id): Item | null {
    this.#places ??= new Map(this.items.map((item, place) => [item.applied.entry, place]));
    const place = this.#places.get(entry);
    return place === undefined ? null : (this.items[place] ?? null);
  }

  /** The place of the document at a seq, or null. */
  placeOf(seq: number): number | null {
    return placeOf(this.items, seq);
  }

  /** The newest document of an author, or null. */
  lastOf(author: Id): AppliedDocument | null {
    return newest(this.items, (applied) => applied.author === author);
  }
}

/** The newest document of which something is true, or null. */
export function newest(items: readonly Item[], is: (applied: AppliedDocument) => boolean): AppliedDocument | null {
  for (let place = items.length - 1; place >= 0; place--) {
    const applied = items[place]?.applied;
    if (applied !== undefined && is(applied)) return applied;
  }
  return null;
}

/** The place of the document at a seq among documents in order, or null. */
export function placeOf(items: readonly Item[], seq: number): number | null {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.applied.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return items[low]?.applied.seq === seq ? low : null;
}
