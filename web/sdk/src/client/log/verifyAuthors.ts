/**
 * Steps 4 to 8 of a page's verification, for which each entry's author is answerable.
 *
 *     4  author a member who may write, epoch and generation in force, id new
 *     5  commitment
 *     6  AEAD and padding
 *     7  own tag
 *     8  message, `seen`, `follows`, attachments
 *
 * A fault stands with its item; the chain goes on. The store is read in batches, outside of any judging: first where the
 * page's ids stand, then what its messages name. `messageChecks` has the rest of step 8. Spec: §6.9
 */

import { EntryFault, MalformedData, OpenError } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { contained } from "../../protocol/containing.ts";
import { type Header, parseHeader, requireBlobSize } from "../../protocol/entries.ts";
import { checkEntry } from "../../protocol/entryRules.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { parseMessage } from "../../protocol/messages.ts";
import type { Roster } from "../../protocol/rosterChanges.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { EntryOpener, readersOf } from "../../seal/entries.ts";
import { read, type Step } from "../core/effects.ts";
import type { Identity } from "../identity.ts";
import type { Placed } from "../server/pages.ts";
import type { Fault, Judged, JudgedPush } from "./judged.ts";
import type { Known } from "./known.ts";
import { judgeMessages } from "./messageChecks.ts";
import { type EntryRow, entryName, parseEntryRow } from "./names.ts";

export const OWN_OLDER =
  "It was written with keys of yours that had been replaced already: perhaps by a device that was taken out.";
const CLOSED = "This was written before you joined, and stays closed to you.";

/**
 * Steps 4 to 8 for the entries of verified pushes.
 *
 * Throws Fork: an author has seen another history of this journal, signed by the server.
 */
export function* verifyAuthors(pushes: readonly JudgedPush[], me: Identity, known: Known): Step<void> {
  const items = pushes.flatMap((push) => push.items);
  for (const item of items) {
    const { item: entry } = item.placed;
    if (entry.type === "entry") {
      keepingFault(item, "entries.header", () => {
        item.header = parseHeader(entry.header);
      });
    }
  }
  const withHeader = items.filter((item): item is Judged & { header: Header } => item.header !== null);
  const ids = withHeader.map((item) => item.header.entry);
  const earlier = yield* entriesAt(pushes, ids);
  const openers = new Openers(me, known);
  for (const item of withHeader) {
    judge(item, item.header, earlier, openers);
    item.isNew = !earlier.has(item.header.entry);
    if (item.isNew) {
      earlier.set(item.header.entry, { seq: item.placed.seq, author: item.header.author });
    }
  }
  yield* judgeMessages(pushes, withHeader, earlier, known);
}

/** The place and author of each of these entries that the store has. */
export function* entriesAt(pushes: readonly JudgedPush[], ids: readonly Uint8Array[]): Step<IdMap<EntryRow>> {
  const journal = pushes[0]?.state.journal;
  if (journal === undefined) return new IdMap();
  const rows = yield* read(ids.map((id) => entryName(journal, id)));
  const found = ids.flatMap((id) => {
    const row = rows.get(entryName(journal, id));
    return row === undefined ? [] : [[id, parseEntryRow(row)] as const];
  });
  return new IdMap(found);
}

/** Judges, and keeps an author's fault with its item. `malformed`: the check that MalformedData fails. */
export function keepingFault(item: Judged, malformed: Fault["check"], judging: () => void): void {
  try {
    contained("This entry", (sentence) => new EntryFault(sentence, "entries.unforeseen"), judging);
  } catch (error) {
    const fault = faultOf(error, malformed);
    if (fault === null) throw error;
    item.fault = fault;
  }
}

function faultOf(error: unknown, malformed: Fault["check"]): Fault | null {
  if (error instanceof EntryFault) return { check: error.check, sentence: error.message };
  return error instanceof MalformedData ? { check: malformed, sentence: error.message } : null;
}

function judge(item: Judged, header: Header, earlier: IdMap<EntryRow>, openers: Openers): void {
  const { me, known } = openers;
  keepingFault(item, "messages.parse", () => {
    // 4. a member who may write, epoch and generation in force, id new
    checkEntry(header, item.roster);
    const last = known.believed.get(header.generation) ?? item.placed.seq;
    if (sameBytes(header.author, me.account) && item.placed.seq > last) {
      throw new EntryFault(OWN_OLDER, "entries.own_older");
    }
    if (earlier.has(header.entry)) {
      throw new EntryFault("An entry of this name exists already.", "client.entry_unique");
    }
    // 5. commitment, 6. AEAD and padding, 7. own tag
    try {
      item.message = openers.open(item.placed, header, item.roster);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      item.fault = { check: known.epochs.has(header.epoch) ? "bad_grant" : "closed", sentence: error.message };
      return;
    }
    // 8. the message itself
    if (item.message === null) return;
    item.parsed = parseMessage(item.message);
    const named = item.parsed.attachments.map((attachment) => attachment.id);
    const isSame =
      named.length === header.attachments.length &&
      named.every((id, at) => sameBytes(id, header.attachments[at] ?? new Uint8Array()));
    if (!isSame) {
      throw new EntryFault("The entry names other attachments than it carries.", "messages.attachments");
    }
  });
}

/** Steps 5 to 7 for the entries of a page: one opener for each roster and epoch. Its keys go with the page. */
class Openers {
  readonly me: Identity;
  readonly known: Known;
  readonly #made = new Map<string, EntryOpener>();

  constructor(me: Identity, known: Known) {
    this.me = me;
    this.known = known;
  }

  /**
   * The message of one entry; null where its blob is gone and its epoch is open to me.
   *
   * Throws EntryFault, MalformedData: the author's fault; OpenError: this epoch is closed to me, or my grant was bad.
   */
  open({ item }: Placed, header: Header, roster: Roster): Uint8Array | null {
    if (item.type !== "entry") return null;
    if (!this.known.epochs.has(header.epoch)) throw new OpenError(CLOSED);
    if (item.blob === null) return null;
    requireBlobSize(item.blob);
    const place = `${roster.version}/${header.epoch}`;
    const opener = this.#made.get(place) ?? this.#make(roster, header.epoch);
    this.#made.set(place, opener);
    return opener.open(header, item.blob);
  }

  #make(roster: Roster, epoch: number): EntryOpener {
    const key = this.known.epochs.get(epoch) ?? null;
    if (key === null) {
      throw new OpenError(
        "The key that you were sent for this part of the journal is no good; a new one was asked for.",
      );
    }
    const member = findMember(roster, this.me.account);
    const secret = member && this.me.secret(member.generation);
    if (secret === null) throw new OpenError(CLOSED);
    return new EntryOpener(key, this.me.account, secret, readersOf(roster, this.known.chains));
  }
}
