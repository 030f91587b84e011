/** What was verified of a journal, from the store: nothing here asks the server. */

import { parseB64 } from "../../protocol/codec.ts";
import type { Document } from "../../protocol/messages.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { folded } from "./folding.ts";

/**
 * An entry at its place. `received`: the time of its receipt, Unix seconds. `document` is null where the text is gone, or
 * where `unreadable` says why the entry isn't shown.
 */
export interface ReadEntry {
  readonly seq: number;
  readonly entry: Uint8Array;
  readonly author: Uint8Array;
  readonly received: number;
  readonly document: Document | null;
  readonly unreadable: { readonly check: string; readonly sentence: string } | null;
}

/** The entries of a journal in their order. An entry without a readable header is left out. */
export function* readEntries(home: Home, journal: Uint8Array): Step<readonly ReadEntry[]> {
  const { entries, state } = yield* folded(home, journal);
  return entries.map(({ seq, entry, author, received, fault }) => {
    const place = state.timeline.placeOf(seq);
    const document = place === null ? null : (state.timeline.items[place]?.applied.document ?? null);
    return { seq, entry: parseB64(entry), author: parseB64(author), received, document, unreadable: fault };
  });
}
