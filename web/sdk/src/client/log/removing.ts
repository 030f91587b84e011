/**
 * How a text that was withdrawn, or that an own device erased, leaves this home: its blob, and its message.
 *
 * Rules
 * - A page that may take texts away leaves a mark behind, in the commit that stores it. So no crash forgets it.
 * - What I have kept stays, and so does what an author can't take back: only a withdrawal that counts removes anything.
 *
 * Spec: §9.2
 */

import { isWithdrawn } from "../../documents/journalState.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Change } from "../ports.ts";
import { encodeItem, parseItem } from "../server/pages.ts";
import { accountState, folded } from "./folding.ts";
import type { Judged } from "./judged.ts";
import { itemName, messageName } from "./names.ts";

const MARK = "untidy/";

/** The marks of the journals from which these items of a page may take texts away. */
export function untidyChanges(journal: Uint8Array, items: readonly Judged[]): readonly Change[] {
  const journals = new Set<string>();
  for (const { parsed } of items) {
    if (parsed?.document.kind === "withdrawn") journals.add(encodeB64(journal));
    const about = parsed?.document.kind === "erased" ? parsed.document.body.get("journal") : null;
    if (typeof about === "string") journals.add(about);
  }
  return [...journals].map((id) => ({ name: MARK + id, value: new Uint8Array() }));
}

/** Removes what was taken back or erased from every journal that has a mark. */
export function* tidyAll(home: Home): Step<void> {
  for (const name of (yield* list(MARK)).keys()) yield* tidy(home, parseB64(name.slice(MARK.length)));
}

/** Removes what was taken back or erased from a journal that has a mark. */
export function* tidy(home: Home, journal: Uint8Array): Step<void> {
  const id = encodeB64(journal);
  if (!(yield* read([MARK + id])).has(MARK + id)) return;
  const gone = sameBytes(journal, home.identity.accountJournal) ? [] : yield* goneFrom(home, journal);
  const rows = yield* read(gone.map((seq) => itemName(journal, seq)));
  const changes: Change[] = [{ name: MARK + id, value: null }];
  for (const seq of gone) {
    const row = rows.get(itemName(journal, seq));
    const placed = row === undefined ? null : parseItem(row);
    if (placed?.item.type !== "entry" || placed.item.blob === null) continue;
    const item = { ...placed.item, blob: null };
    changes.push(
      { name: itemName(journal, seq), value: encodeItem({ ...placed, item }) },
      { name: messageName(journal, seq), value: null },
    );
  }
  yield* commit(changes);
  home.folded.delete(id); // the log is folded anew without them
}

/** The seqs of the entries that may not stay here. */
function* goneFrom(home: Home, journal: Uint8Array): Step<readonly number[]> {
  const id = encodeB64(journal);
  const { entries, state } = yield* folded(home, journal);
  const own = yield* accountState(home);
  const [kept, erased] = [new Set(own.kept.get(id)), new Set(own.erased.get(id))];
  const isGone = ({ entry, author, seq, received }: (typeof entries)[number]): boolean =>
    erased.has(entry) || (!kept.has(entry) && isWithdrawn(state.parts, entry, author, seq, received));
  return entries.filter(isGone).map(({ seq }) => seq);
}
