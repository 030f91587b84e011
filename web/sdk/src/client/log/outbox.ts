/**
 * The outbox: a document is stored here before it is sent, and leaves only when it came back verified.
 *
 * Rules
 * - The message is fixed when it is written, with the receipt that its author had seen. It is sealed at sending
 *   (`delivering`), and again when keys have moved. The id stays, so the server takes it once.
 * - Order is kept: each message that waits behind another names it in `follows`.
 *
 * Spec: §6.10
 */

import { expectedReceipt } from "../../documents/applied.ts";
import { requireAllowed } from "../../documents/writing.ts";
import { NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { ByteReader, concat, sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseMessageJson, readInteger, u32 } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { itemDigest } from "../../protocol/log.ts";
import { type Document, encodeMessage, parseMessage } from "../../protocol/messages.ts";
import type { Receipt } from "../../protocol/receipts.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { commit, list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Change } from "../ports.ts";
import { accountState, folded, journalState, membershipOf } from "./folding.ts";
import type { Judged } from "./judged.ts";
import { linkTo, withChanged } from "./links.ts";
import { numberIn, waitingName, writtenName } from "./names.ts";
import { newestReceipt, requireOpen, standingOf } from "./standing.ts";

/** A message that waits. `digests`: of all that was ever sent under its entry id. */
export interface Waiting {
  readonly number: number;
  readonly entry: Uint8Array;
  readonly digests: readonly Uint8Array[];
  readonly message: Uint8Array;
}

/** The messages that wait for a journal, in the order in which they were written. */
export function* waitingFor(home: Home, journal: Uint8Array): Step<readonly Waiting[]> {
  const rows = yield* list(`out/${encodeB64(journal)}/`);
  return [...rows].map(([name, row]) => parseWaiting(home, numberIn(name), row));
}

/** The change that stores a message that waits. */
export function waitingChange(home: Home, journal: Uint8Array, waiting: Waiting): Change {
  const { number, entry, digests, message } = waiting;
  const sealed = home.vault.seal("outbox", message);
  return { name: waitingName(journal, number), value: concat(entry, u32(digests.length), ...digests, sealed) };
}

function parseWaiting(home: Home, number: number, row: Uint8Array): Waiting {
  const reader = new ByteReader(row);
  const entry = reader.take(SIZES.ENTRY_ID);
  const digests = Array.from({ length: readInteger(reader.take(4)) }, () => reader.take(SIZES.HASH));
  return { number, entry, digests, message: home.vault.open("outbox", reader.rest()) };
}

/**
 * Puts a document into the outbox, durably; its entry id, 16 bytes. `also`: rows that change with it, or not at all.
 *
 * Throws NotAllowed: the rules forbid this document now, or the journal can't be written; JournalFrozen: it is read-only;
 * MalformedData: the document is too long, or doesn't fit its kind. Nothing was stored then.
 */
export function* post(
  home: Home,
  journal: Uint8Array,
  document: Document,
  also: readonly Change[] = [],
): Step<Uint8Array> {
  const seen = yield* requirePossible(home, journal, document);
  return yield* put(home, journal, document, seen, also);
}

/**
 * Puts words and the step that names them in `text` into the outbox, both or neither; the step's entry. Throws as `post`, for
 * either. Spec: documents §3
 */
export function* postWithWords(
  home: Home,
  journal: Uint8Array,
  words: Document,
  step: Document,
  also: readonly Change[] = [],
): Step<Uint8Array> {
  const seen = yield* requirePossible(home, journal, words);
  const note = yield* waitingAs(home, journal, words, seen, null);
  const document = { ...step, body: new Map([...step.body, ["text", linkTo(note)]]) };
  yield* requirePossible(home, journal, document);
  const taken = yield* waitingAs(home, journal, document, seen, note);
  yield* commit([waitingChange(home, journal, note), waitingChange(home, journal, taken), ...also]);
  return taken.entry;
}

/** Puts a document that the rules allow into the outbox, durably; its entry id. `seen`: the newest receipt. */
export function* put(
  home: Home,
  journal: Uint8Array,
  document: Document,
  seen: Receipt,
  also: readonly Change[] = [],
): Step<Uint8Array> {
  const made = yield* waitingAs(home, journal, document, seen, null);
  yield* commit([waitingChange(home, journal, made), ...also]);
  return made.entry;
}

/** The newest receipt of a journal in which I may write this document now. Throws as `post`. */
function* requirePossible(home: Home, journal: Uint8Array, document: Document): Step<Receipt> {
  const { account } = home.identity;
  const roster = requireOpen(yield* standingOf(journal));
  if (findMember(roster, account)?.rights !== "write") {
    throw new NotAllowed("You may read this journal, but not write in it.");
  }
  if (sameBytes(journal, home.identity.accountJournal)) {
    throw new NotAllowed("The account's own journal is written by Duolog itself.");
  }
  if ((yield* accountState(home)).left.has(encodeB64(journal))) throw new NotAllowed("You have left this journal.");
  const seen = yield* newestReceipt(journal);
  if (seen === null) throw new NotAllowed("This journal has not been fetched yet. Sync first.");
  const state = yield* journalState(home, journal);
  const mine = encodeB64(account);
  const received = expectedReceipt(home.clock.now(), seen.time, state.timeline.lastOf(mine));
  requireAllowed(state, document, mine, membershipOf(roster), received);
  return seen;
}

/** A document that the rules allow, as it will wait: who commits it decides what goes with it. Throws as `post`. */
export function* prepared(home: Home, journal: Uint8Array, document: Document): Step<Waiting> {
  const seen = yield* requirePossible(home, journal, document);
  return yield* waitingAs(home, journal, document, seen, null);
}

/** A document as it will wait, behind all that waits, and behind `before`. */
export function* waitingAs(
  home: Home,
  journal: Uint8Array,
  document: Document,
  seen: Receipt,
  before: Waiting | null,
): Step<Waiting> {
  const last = before ?? (yield* waitingFor(home, journal)).at(-1) ?? null;
  const refused = yield* refusedSince(home, journal);
  const message = encodeMessage({ document, seen, follows: last?.entry ?? null, refused, attachments: [] });
  const entry = home.random.bytes(SIZES.ENTRY_ID, "entry_id", document.kind);
  return { number: (last?.number ?? 0) + 1, entry, digests: [], message };
}

/** Takes out an entry that the log will never have. The message that follows it follows the one before instead. */
export function* giveUp(home: Home, journal: Uint8Array, given: Waiting): Step<void> {
  const { follows } = parseMessage(given.message);
  const all = yield* waitingFor(home, journal);
  let left = all;
  for (let at = 0; at < all.length; at++) {
    const one = left[at];
    const message = one === undefined ? null : parseMessage(one.message);
    if (one === undefined || message?.follows == null || !sameBytes(message.follows, given.entry)) continue;
    left = withChanged(left, one.entry, { ...one, message: encodeMessage({ ...message, follows }) });
  }
  const change: Change = { name: waitingName(journal, given.number), value: null };
  yield* commit([change, ...changesBetween(home, journal, all, left)]);
}

function changesBetween(
  home: Home,
  journal: Uint8Array,
  before: readonly Waiting[],
  after: readonly Waiting[],
): readonly Change[] {
  return after.filter((one, at) => one !== before[at]).map((one) => waitingChange(home, journal, one));
}

/** Seqs that I could not open since my last own entry; those of epochs closed to me are nobody's fault. Spec: §6.3 */
export function* refusedSince(home: Home, journal: Uint8Array): Step<readonly number[]> {
  const faults = yield* list(`fault/${encodeB64(journal)}/`);
  const refused = [...faults].filter(([, row]) => checkOf(row) !== "closed").map(([name]) => numberIn(name));
  if (refused.length === 0) return [];
  const { entries } = yield* folded(home, journal);
  const mine = encodeB64(home.identity.account);
  const own = entries.filter(({ author, fault }) => author === mine && fault === null).at(-1)?.seq ?? 0;
  return refused.filter((seq) => seq > own).slice(0, SIZES.MAX_REFUSED);
}

function checkOf(row: Uint8Array): string {
  return new Fields(parseMessageJson(row, "A stored fault"), "A stored fault", { open: true }).text("check");
}

/**
 * The changes of the outbox behind a verified page. An entry whose very message came back leaves it. One that came back and
 * is quarantined, because keys of mine wrote it that had been replaced, is written again as a new entry: `seen` is the
 * page's last receipt, and `refused` names the first one. Spec: §6.10
 */
export function* returned(
  home: Home,
  journal: Uint8Array,
  items: readonly Judged[],
  seen: Receipt,
): Step<readonly Change[]> {
  const { account } = home.identity;
  const mine = items.filter(({ header }) => header !== null && sameBytes(header.author, account));
  if (mine.length === 0) return [];
  const changes: Change[] = [];
  const all = yield* waitingFor(home, journal);
  let left = all;
  for (const [at, one] of all.entries()) {
    const came = mine.find(({ header }) => header !== null && sameBytes(header.entry, one.entry));
    if (came === undefined) continue;
    const isSame = came.message !== null && sameBytes(came.message, one.message);
    if (came.fault === null && isSame) {
      changes.push(
        { name: waitingName(journal, one.number), value: null },
        { name: writtenName(journal, one.entry), value: new Uint8Array() },
      );
    } else if (came.fault?.check === "entries.own_older" && wasSent(one, came)) {
      const now = left[at] ?? one; // it may name a message that is written again too
      left = withChanged(left, one.entry, writtenAgain(home, now, seen, came.placed.seq));
    }
  }
  return [...changes, ...changesBetween(home, journal, all, left)];
}

function wasSent(one: Waiting, came: Judged): boolean {
  const digest = itemDigest(came.placed.item);
  return one.digests.some((sent) => sameBytes(sent, digest));
}

function writtenAgain(home: Home, one: Waiting, seen: Receipt, first: number): Waiting {
  const before = parseMessage(one.message);
  const message = encodeMessage({ ...before, seen, follows: null, refused: [first] });
  const entry = home.random.bytes(SIZES.ENTRY_ID, "entry_id", before.document.kind);
  return { number: one.number, entry, digests: [], message };
}
