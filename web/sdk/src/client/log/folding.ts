/**
 * Folding: the state that a journal's documents make, from what was verified and stored.
 *
 * Rules
 * - What was folded stays in memory for a few journals, and grows by what came since. So a screen that asks again costs the
 *   new items alone.
 * - Where stored entries are judged otherwise later (own ones behind a rotation), it is made anew: `forgetFolded`.
 *
 * Spec: documents §1
 */

import { applyAccount } from "../../documents/account.ts";
import { type AccountState, EMPTY_ACCOUNT } from "../../documents/accountState.ts";
import type { Id, Membership } from "../../documents/applied.ts";
import { applyAll, type Placed } from "../../documents/journal.ts";
import { EMPTY, type JournalState } from "../../documents/journalState.ts";
import { HomeError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { parseHeader } from "../../protocol/entries.ts";
import { Fields } from "../../protocol/fields.ts";
import { documentIn } from "../../protocol/messages.ts";
import { partnersOf, type Roster } from "../../protocol/rosterChanges.ts";
import { list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Rows } from "../ports.ts";
import { headerOf } from "../server/pages.ts";
import { type EarlierKey, keySince } from "./earlierKeys.ts";
import { type EntryPlace, messageRow, messageRowsOf, messagesIn, type StoredMessage } from "./messageRows.ts";
import { numberIn, parseHeadRow, placeOf } from "./names.ts";
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

/** An entry of the log at its place, also one without a document. `fault`: why it isn't believed or can't be opened. */
export interface LogEntry {
  readonly seq: number;
  readonly entry: Id;
  readonly author: Id;
  /** The time of its receipt, Unix seconds. */
  readonly received: number;
  readonly fault: { readonly check: string; readonly sentence: string } | null;
}

/** A journal up to a seq: every entry in its order, and the state of those that were believed. */
export interface Folded {
  readonly seq: number;
  readonly entries: readonly LogEntry[];
  readonly state: JournalState;
  /** The roster at the last item. */
  readonly membership: Membership | null;
}

const MOST_KEPT = 4; // journals whose states stay in memory
const MANY = 500; // items from which a store is asked for all rows at once
const NOTHING: Folded = { seq: 0, entries: [], state: EMPTY, membership: null };

/** A journal as it is stored here, folded. */
export function* folded(home: Home, journal: Uint8Array): Step<Folded> {
  const id = encodeB64(journal);
  const { log, earlier } = yield* standingOf(journal);
  const before = home.folded.get(id) ?? NOTHING;
  if (before.seq === log.seq) return before;
  const { entries, placed, membership } = yield* storedBehind(home, journal, before, log.seq, earlier);
  const state = applyAll(before.state, placed);
  const now = { seq: log.seq, entries: [...before.entries, ...entries], state, membership };
  home.folded.delete(id);
  home.folded.set(id, now);
  const [oldest = id] = home.folded.keys();
  if (home.folded.size > MOST_KEPT) home.folded.delete(oldest);
  return now;
}

/** Lets go of what was folded: stored entries are judged otherwise from now on. */
export function forgetFolded(home: Home): void {
  home.folded.clear();
}

/** The state of a journal, of all documents that were verified here. */
export function* journalState(home: Home, journal: Uint8Array): Step<JournalState> {
  return (yield* folded(home, journal)).state;
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
  const { log, earlier } = yield* standingOf(journal);
  return (yield* storedBehind(home, journal, NOTHING, log.seq, earlier)).placed;
}

/** What stands behind a folded part, up to a seq: the entries, and the documents among them. */
function* storedBehind(
  home: Home,
  journal: Uint8Array,
  before: Folded,
  last: number,
  earlier: readonly EarlierKey[],
): Step<{ entries: readonly LogEntry[]; placed: readonly Placed[]; membership: Membership | null }> {
  const newest = home.receiptKeys.at(-1) ?? new Uint8Array();
  const id = encodeB64(journal);
  const rows = yield* rowsBehind(home, id, before.seq, last);
  const entries: LogEntry[] = [];
  const placed: Placed[] = [];
  let { membership } = before;
  for (let seq = before.seq + 1; seq <= last; seq++) {
    const roster = rows.roster.get(seq);
    if (roster !== undefined) membership = parseMembership(roster, id);
    const here = rows.message.get(seq) ?? null;
    const found = here ?? entryIn(rows, seq);
    if (found === null) continue;
    const faulty = rows.fault.get(seq);
    const fault = faulty === undefined ? null : parseFault(faulty);
    const { entry, author, generation, time } = found;
    const known = { seq, entry: encodeB64(entry), author: encodeB64(author), received: time };
    entries.push({ ...known, fault });
    if (here === null || fault !== null) continue;
    if (membership === null) throw new HomeError("A stored journal has a gap.");
    const { hash, message } = here;
    const { document, refused } = documentIn(message);
    const since = keySince(earlier, newest, seq);
    placed.push([{ ...known, message: encodeB64(hash), document, refused, generation, keySince: since }, membership]);
  }
  return { entries, placed, membership };
}

interface RowsBySeq extends Record<"roster" | "fault" | "item" | "head", ReadonlyMap<number, Uint8Array>> {
  readonly message: ReadonlyMap<number, StoredMessage>;
}

/**
 * The rows of the items behind a seq, up to another one, of each kind by seq. A message's row says all of its entry, so items are
 * read where there is none.
 */
function* rowsBehind(home: Home, journal: Id, after: number, last: number): Step<RowsBySeq> {
  const seqs = Array.from({ length: Math.max(last - after, 0) }, (_, at) => after + 1 + at);
  const some = (kind: string, of: readonly number[]) => read(of.map((seq) => `${kind}/${placeOf(journal, seq)}`));
  const all = (kind: string) => (seqs.length > MANY ? list(`${kind}/${journal}/`) : some(kind, seqs));
  const names = new Set(seqs.map((seq) => messageRow(journal, seq)));
  const stored = seqs.length > MANY ? yield* list(messageRowsOf(journal)) : yield* read([...names]);
  const message = new Map([...messagesIn(home.vault, stored)].map((one) => [one.seq, one] as const));
  const [roster, fault] = [bySeq(yield* all("roster")), bySeq(yield* all("fault"))];
  const others = seqs.filter((seq) => !message.has(seq) && !roster.has(seq));
  const [item, head] = [bySeq(yield* some("item", others)), bySeq(yield* some("head", others))];
  return { message, roster, fault, item, head };
}

function bySeq(rows: Rows): ReadonlyMap<number, Uint8Array> {
  return new Map([...rows].map(([name, row]) => [numberIn(name), row]));
}

/** An entry without a message here, by its item; null for a statement, and where no header could be read. */
function entryIn(rows: RowsBySeq, seq: number): EntryPlace | null {
  if (rows.roster.has(seq)) return null;
  const [row, head] = [rows.item.get(seq), rows.head.get(seq)];
  if (row === undefined || head === undefined) throw new HomeError("A stored journal has a gap.");
  const header = headerOf(row);
  const faulty = rows.fault.get(seq);
  if (header === null || (faulty !== undefined && parseFault(faulty).check === "entries.header")) return null;
  return { ...parseHeader(header), time: parseHeadRow(head).time };
}

function parseFault(row: Uint8Array): { check: string; sentence: string } {
  const fields = new Fields(parseMessageJson(row, "A stored fault"), "A stored fault");
  return { check: fields.text("check"), sentence: fields.text("sentence", SIZES.MAX_DOCUMENT) };
}
