/**
 * The rest of step 8: `seen`, whose receipt is verified before the store is asked for its head, then `follows`.
 *
 * A `seen` with a valid receipt for another head, or of another time for the same head, proves that the server showed two
 * histories, and throws Fork. Under the key of an earlier server it proves nothing: another head is the author's fault.
 * The store is asked only about places that a verified receipt names, and below the entry's own place. Spec: §6.9
 */

import { EntryFault, Fork } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import type { Header } from "../../protocol/entries.ts";
import type { IdMap } from "../../protocol/idMap.ts";
import type { Message } from "../../protocol/messages.ts";
import { encodeReceipt, type Receipt, signerOf } from "../../protocol/receipts.ts";
import { read, type Step } from "../core/effects.ts";
import type { Judged, JudgedPush } from "./judged.ts";
import type { Known } from "./known.ts";
import { type EntryRow, type HeadRow, headName, parseHeadRow } from "./names.ts";
import { entriesAt, keepingFault } from "./verifyAuthors.ts";

type Opened = Judged & { readonly header: Header; readonly parsed: Message };

/** Judges what the messages of a page say of the log. Throws Fork. */
export function* judgeMessages(
  pushes: readonly JudgedPush[],
  items: readonly (Judged & { readonly header: Header })[],
  earlier: IdMap<EntryRow>,
  known: Known,
): Step<void> {
  const signed = new Set(pushes.map((push) => textOf(push.receipt))); // verified, by step 2
  const proven = items
    .filter((item): item is Opened => item.parsed !== null)
    .filter((item) => isProven(item, item.parsed.seen, signed, known));
  const heads = yield* headsOf(pushes, proven);
  const followed = proven.flatMap(({ parsed: { follows } }) => {
    return follows === null || earlier.has(follows) ? [] : [follows];
  });
  const stored = yield* entriesAt(pushes, followed);
  for (const item of proven) {
    keepingFault(item, "messages.parse", () => {
      checkFork(item, item.parsed.seen, heads.get(item.parsed.seen.seq) ?? null, known);
      checkFollows(item, (id) => earlier.get(id) ?? stored.get(id) ?? null);
    });
  }
}

/**
 * Whether the server signed the receipt that an author claims to have seen. If not, that is the entry's fault. A receipt
 * that was verified with this page needs no second look.
 */
function isProven(item: Opened, seen: Receipt, signed: Set<string>, known: Known): boolean {
  const text = textOf(seen);
  if (signed.has(text)) return true;
  keepingFault(item, "messages.seen", () => {
    if (signerOf(seen, item.roster.journal, known.keysAt(seen.seq)) === null) {
      throw new EntryFault("The entry says that it saw something, without proof.", "messages.seen");
    }
    signed.add(text);
  });
  return signed.has(text);
}

function textOf(receipt: Receipt): string {
  return encodeB64(encodeReceipt(receipt));
}

/** The heads that proven receipts name: of this page, and of the store. */
function* headsOf(pushes: readonly JudgedPush[], proven: readonly Opened[]): Step<ReadonlyMap<number, HeadRow>> {
  const heads = new Map<number, HeadRow>();
  for (const push of pushes) {
    for (const { placed, head, time } of push.items) heads.set(placed.seq, { head, time });
  }
  const journal = pushes[0]?.state.journal;
  if (journal === undefined) return heads;
  const asked = new Set<number>();
  for (const { placed, parsed } of proven) {
    if (parsed.seen.seq < placed.seq && !heads.has(parsed.seen.seq)) asked.add(parsed.seen.seq);
  }
  const rows = yield* read([...asked].map((seq) => headName(journal, seq)));
  for (const seq of asked) {
    const row = rows.get(headName(journal, seq));
    if (row !== undefined) heads.set(seq, parseHeadRow(row));
  }
  return heads;
}

/** Checks that an author saw this history. A head that covers this very entry, or another head, proves another one. */
function checkFork(item: Opened, seen: Receipt, known: HeadRow | null, journal: Known): void {
  const conflicts = seen.seq >= item.placed.seq || known === null || !sameBytes(known.head, seen.head);
  if (conflicts && journal.isEarlier(seen.seq)) {
    throw new EntryFault(
      "The entry says that it saw another history, under the key of a server that was left.",
      "client.seen_earlier",
    );
  }
  if (conflicts) {
    throw new Fork(
      "The server has shown the two of you different histories of this journal. Compare `heads` in person.",
      "client.fork",
    );
  }
  if (known.time !== seen.time && !journal.isEarlier(seen.seq)) {
    throw new Fork(
      "The server has dated the same entry differently for the two of you. What counts depends on these times.",
      "client.fork_time",
    );
  }
}

function checkFollows(item: Opened, find: (id: Uint8Array) => EntryRow | null): void {
  if (item.parsed.follows === null) return;
  const followed = find(item.parsed.follows);
  if (followed === null || followed.seq >= item.placed.seq || !sameBytes(followed.author, item.header.author)) {
    throw new EntryFault("The entry follows one of its author that isn't here.", "messages.follows");
  }
}
