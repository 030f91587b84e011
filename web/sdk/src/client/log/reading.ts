/** What was verified of a journal, from the store: nothing here asks the server. */

import { isWithdrawn } from "../../documents/journalState.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import type { Document } from "../../protocol/messages.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { accountState, folded } from "./folding.ts";

/**
 * An entry at its place. `received`: the time of its receipt, Unix seconds. `document` is null where `gone` says who
 * removed the text, or `unreadable` why the entry isn't shown.
 *
 * `gone`: `withdrawn` by its author, `erased` by me on one of my devices, or `removed` by neither: then by the host.
 */
export interface ReadEntry {
  readonly seq: number;
  readonly entry: Uint8Array;
  readonly author: Uint8Array;
  readonly received: number;
  readonly document: Document | null;
  readonly gone: "withdrawn" | "erased" | "removed" | null;
  readonly unreadable: { readonly check: string; readonly sentence: string } | null;
}

/** The entries of a journal in their order. An entry without a readable header is left out. */
export function* readEntries(home: Home, journal: Uint8Array): Step<readonly ReadEntry[]> {
  const { entries, state } = yield* folded(home, journal);
  const erased = new Set((yield* accountState(home)).erased.get(encodeB64(journal)));
  return entries.map(({ seq, entry, author, received, fault }) => {
    const place = state.timeline.placeOf(seq);
    const document = place === null ? null : (state.timeline.items[place]?.applied.document ?? null);
    const isBack = isWithdrawn(state.parts, entry, author, seq, received);
    const gone =
      document !== null || fault !== null ? null : isBack ? "withdrawn" : erased.has(entry) ? "erased" : "removed";
    return { seq, entry: parseB64(entry), author: parseB64(author), received, document, gone, unreadable: fault };
  });
}
