/**
 * Folding: the state that a journal's documents make, from what was verified and stored. It is made anew each time that
 * it is asked for. Spec: documents §1
 */

import { applyAccount } from "../../documents/account.ts";
import { type AccountState, EMPTY_ACCOUNT } from "../../documents/accountState.ts";
import type { AppliedDocument, Membership } from "../../documents/applied.ts";
import { applyAll, type Placed } from "../../documents/journal.ts";
import { EMPTY, type JournalState } from "../../documents/journalState.ts";
import { HomeError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { parseHeader } from "../../protocol/entries.ts";
import { Fields } from "../../protocol/fields.ts";
import { messageHash, parseMessage } from "../../protocol/messages.ts";
import { partnersOf, type Roster } from "../../protocol/rosterChanges.ts";
import { list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { parseItem } from "../server/pages.ts";
import { keySince } from "./earlierKeys.ts";
import { headName, messageName, numberIn, parseHeadRow, rosterName } from "./names.ts";
import { standingOf } from "./standing.ts";

/** What the rules of documents ask of a roster. */
export function membershipOf(roster: Roster): Membership {
  const partners = new Set(partnersOf(roster).map((member) => encodeB64(member.account)));
  return { partners, provisional: roster.provisional, journal: encodeB64(roster.journal) };
}

/** A row of `roster/`. */
export function encodeMembership(roster: Roster): Uint8Array {
  const { partners, provisional } = membershipOf(roster);
  return encodeMessageJson(jsonObject({ partners: [...partners], provisional }));
}

function parseMembership(row: Uint8Array, journal: string): Membership {
  const fields = new Fields(parseMessageJson(row, "A stored roster"), "A stored roster");
  const partners = fields.datas("partners", SIZES.ACCOUNT_ID, 0, SIZES.MAX_PARTNERS);
  return { partners: new Set(partners.map(encodeB64)), provisional: fields.flag("provisional"), journal };
}

/** The state of a journal, of all documents that were verified here. */
export function* journalState(home: Home, journal: Uint8Array): Step<JournalState> {
  return applyAll(EMPTY, yield* placedDocuments(home, journal));
}

/** What the account journal comes to. */
export function* accountState(home: Home): Step<AccountState> {
  if (home.accountState !== null) return home.accountState;
  const placed = yield* placedDocuments(home, home.identity.accountJournal);
  const documents = placed.map(([applied]) => applied);
  home.accountState = applyAccount(EMPTY_ACCOUNT, documents);
  return home.accountState;
}

/** Every document of a journal that was verified here, with the roster at its place. */
export function* placedDocuments(home: Home, journal: Uint8Array): Step<readonly Placed[]> {
  const id = encodeB64(journal);
  const { earlier } = yield* standingOf(journal);
  const newest = home.receiptKeys.at(-1) ?? new Uint8Array();
  const placed: Placed[] = [];
  let membership: Membership | null = null;
  for (const [name, row] of yield* list(`item/${id}/`)) {
    const seq = numberIn(name);
    const { item } = parseItem(row);
    const names = [headName(journal, seq), messageName(journal, seq), rosterName(journal, seq)];
    const rows = yield* read(names);
    const [head, sealed, roster] = names.map((one) => rows.get(one));
    if (roster !== undefined) membership = parseMembership(roster, id);
    if (item.type !== "entry" || sealed === undefined) continue;
    if (membership === null || head === undefined) throw new HomeError("A stored journal has a gap.");
    const header = parseHeader(item.header);
    const message = home.vault.open("message", sealed);
    const { document, refused } = parseMessage(message);
    const applied: AppliedDocument = {
      entry: encodeB64(header.entry),
      seq,
      author: encodeB64(header.author),
      message: encodeB64(messageHash(message)),
      document,
      received: parseHeadRow(head).time,
      refused,
      generation: header.generation,
      keySince: keySince(earlier, newest, seq),
    };
    placed.push([applied, membership]);
  }
  return placed;
}
