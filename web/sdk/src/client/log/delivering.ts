/**
 * Delivering: the waiting entries of a journal are sealed for the roster in force, pushed, and fetched back.
 *
 * Rules
 * - A push is `[removals, rotate, entries...]` as they are due: a confidant's term is over, the epoch is stale, or the
 *   roster names older keys of mine. Where my grant was bad, a `bad_grant` goes before.
 * - The digest of what is sent is durable before it is sent. The server's promise of a place counts only for a digest that
 *   was sent; the promise is stored, and the place must come back with the same digest.
 * - A withdrawal goes by its own address, alone, when all before it are sent.
 * - When another push came first, the client pulls, seals again and retries.
 *
 * Spec: §6.10
 */

import { NotAllowed, Rollback, ServerRefused, TransportError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { encodeHeader } from "../../protocol/entries.ts";
import { Fields } from "../../protocol/fields.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { entryItem, itemDigest } from "../../protocol/log.ts";
import { parseMessage } from "../../protocol/messages.ts";
import { signerOf, verifyReceipt } from "../../protocol/receipts.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import { readersOf, sealEntry } from "../../seal/entries.ts";
import type { EpochKey } from "../../seal/keys.ts";
import { refreshAccount } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Pushed } from "../server/bodies.ts";
import { encodeItem, type Placed } from "../server/pages.ts";
import { giveUp, type Waiting, waitingChange, waitingFor } from "./outbox.ts";
import { freezing, learnReceiptKey, pull } from "./pulling.ts";
import { knownOf, requireOpen, standingOf } from "./standing.ts";
import { isBehind, type Made, makeBadGrant, makeEndings, makeRotate } from "./statements.ts";

/** Codes by which the server says that another push came first. */
export const MOVED: ReadonlySet<string> = new Set(["roster_moved", "epoch_stale", "epoch_moved", "generation_moved"]);
const TRIES = 8; // attempts that change nothing
const PUSH_BYTES = SIZES.MAX_PUSH_BYTES - SIZES.MAX_BLOB;

/**
 * Sends the waiting entries of a journal in order, and fetches them back; how many were delivered.
 *
 * Throws TransportError, ServerRefused: not now, and every entry stays; VerificationError, MalformedData: the server broke
 * the rules, and the journal is frozen; JournalFrozen, NotAllowed: the journal can't be written any more.
 */
export function* deliver(home: Home, journal: Uint8Array): Step<number> {
  let delivered = 0;
  for (let lost = 0; lost < TRIES; ) {
    const waiting = yield* waitingFor(home, journal);
    if (waiting.length === 0) return delivered;
    const before = (yield* standingOf(journal)).log.seq;
    let sent: readonly Waiting[] = [];
    try {
      sent = yield* pushEntries(home, journal, waiting);
    } catch (error) {
      if (!(error instanceof ServerRefused && MOVED.has(error.code))) throw error;
      if (error.code === "generation_moved") yield* refreshAccount(home);
      lost++;
    }
    yield* pull(home, journal);
    const left = yield* waitingFor(home, journal);
    const back = sent.filter((one) => !left.some(({ entry }) => sameBytes(entry, one.entry)));
    delivered += back.length;
    if (sent.length > 0 && back.length === 0) {
      throw new TransportError("The server took your entries and does not show them yet. They stay here. Sync again.");
    }
    if ((yield* standingOf(journal)).log.seq === before) lost++;
  }
  throw new TransportError(
    "Others keep changing this journal just now. Try again in a moment; what waits here is kept.",
  );
}

/** Seals and sends as many entries as one push takes, behind the changes that are due; these entries. */
function* pushEntries(home: Home, journal: Uint8Array, all: readonly Waiting[]): Step<readonly Waiting[]> {
  const { waiting, withdrawn } = untilWithdrawal(all);
  const standing = yield* standingOf(journal);
  let roster = requireOpen(standing);
  const { epochs } = yield* knownOf(home, journal, standing.earlier);
  if (!roster.stale && !isBehind(home, roster) && (epochs.get(roster.epoch) ?? null) === null) {
    const made = makeBadGrant(home, roster);
    yield* pushItems(home, journal, [statementOf(made)], []);
    roster = made.roster;
  }
  const changes = [...makeEndings(home, roster)];
  const newest = changes.at(-1)?.roster ?? roster;
  if (newest.stale || isBehind(home, newest)) changes.push(makeRotate(home, newest));
  const last = changes.at(-1);
  const key = last === undefined ? (epochs.get(roster.epoch) ?? null) : last.key;
  if (key === null) throw new NotAllowed("This journal's key is not here. Sync, and try again.");
  const [first] = waiting;
  if (withdrawn !== null && first !== undefined && changes.length === 0) {
    return [yield* pushWithdrawal(home, journal, withdrawn, first, sealed(home, roster, key, first))];
  }
  const items = changes.map(statementOf);
  const sent: Waiting[] = [];
  let size = items.reduce((sum, item) => sum + encodeItem(item).length, 0);
  for (const one of withdrawn === null ? waiting : []) {
    const item = sealed(home, last?.roster ?? roster, key, one);
    size += encodeItem(item).length;
    if (items.length > 0 && (size > PUSH_BYTES || items.length === SIZES.MAX_PUSH_ITEMS)) break;
    items.push(item);
    sent.push({ ...one, digests: [...one.digests, itemDigest(item.item)] });
  }
  // durable before the push, so this home knows every digest that may be accepted
  yield* commit(sent.map((one) => waitingChange(home, journal, one)));
  yield* pushItems(home, journal, items, sent);
  return sent;
}

/** The entries before the first withdrawal; or a withdrawal alone, with the entry that it takes back. Spec: §9 */
function untilWithdrawal(all: readonly Waiting[]): {
  readonly waiting: readonly Waiting[];
  readonly withdrawn: Uint8Array | null;
} {
  const documents = all.map(({ message }) => parseMessage(message).document);
  const at = documents.findIndex(({ kind }) => kind === "withdrawn");
  if (at !== 0) return { waiting: at < 0 ? all : all.slice(0, at), withdrawn: null };
  const answers = new Fields(documents[0]?.body.get("answers"), "A withdrawal", { open: true });
  return { waiting: all.slice(0, 1), withdrawn: answers.data("entry", SIZES.ENTRY_ID) };
}

/** Sends one withdrawal. Where the server says that it comes too late, it is given up. */
function* pushWithdrawal(
  home: Home,
  journal: Uint8Array,
  withdrawn: Uint8Array,
  waiting: Waiting,
  { item }: Placed,
): Step<Waiting> {
  if (item.type !== "entry" || item.blob === null) throw new TypeError("a withdrawal that is no entry");
  const sent = { ...waiting, digests: [...waiting.digests, itemDigest(item)] };
  yield* commit([waitingChange(home, journal, sent)]);
  let pushed: Pushed;
  try {
    pushed = yield* home.connection.withdraw(journal, withdrawn, item.header, item.blob);
  } catch (error) {
    if (error instanceof ServerRefused && error.code === "withdrawal_late") yield* giveUp(home, journal, waiting);
    throw error;
  }
  yield* learnReceiptKey(home, journal, pushed.receipt);
  yield* freezing(journal, keepPromise(home, journal, pushed, [sent.digests]));
  return sent;
}

function statementOf({ signed, grants }: Made): Placed {
  return { seq: 0, item: { type: "statement", signed }, grants };
}

function sealed(home: Home, roster: Roster, key: EpochKey, waiting: Waiting): Placed {
  const { account } = home.identity;
  const member = findMember(roster, account);
  const secret = member && home.identity.secret(member.generation);
  if (member === null || secret === null) throw new NotAllowed("You are not a member of this journal any more.");
  const header = {
    journal: roster.journal,
    entry: waiting.entry,
    epoch: roster.epoch,
    author: account,
    generation: member.generation,
    attachments: [],
  };
  const blob = sealEntry(header, waiting.message, key, secret, readersOf(roster, home.chains), home.random);
  return { seq: 0, item: entryItem(encodeHeader(header), blob), grants: new IdMap() };
}

/**
 * Pushes one statement with the grants of the epoch that it begins, and fetches it back.
 *
 * Throws as `deliver`; ServerRefused where another push came first.
 */
export function* pushStatement(
  home: Home,
  journal: Uint8Array,
  signed: SignedStatement,
  grants: IdMap<Uint8Array> = new IdMap(),
): Step<void> {
  yield* pushItems(home, journal, [{ seq: 0, item: { type: "statement", signed }, grants }], []);
  yield* pull(home, journal);
}

/** Pushes these items, and stores what the server promises. `sent`: the entries among them, which stand at the end. */
function* pushItems(home: Home, journal: Uint8Array, items: readonly Placed[], sent: readonly Waiting[]): Step<void> {
  const pushed = yield* home.connection.push(journal, items);
  const statements = items.length - sent.length;
  const digests = items.map(({ item }, at) => sent[at - statements]?.digests ?? [itemDigest(item)]);
  yield* learnReceiptKey(home, journal, pushed.receipt);
  yield* freezing(journal, keepPromise(home, journal, pushed, digests));
}

/** Checks what the server promised, and stores it. `digests`: for each item all that were ever sent under its name. */
function* keepPromise(
  home: Home,
  journal: Uint8Array,
  { places, receipt }: Pushed,
  digests: readonly (readonly Uint8Array[])[],
): Step<void> {
  if (places.length !== digests.length) {
    throw new Rollback("The server's answer does not fit what was sent.", "client.places");
  }
  for (const [at, place] of places.entries()) {
    if (!digests[at]?.some((digest) => sameBytes(digest, place.digest))) {
      throw new Rollback(
        "The server says that it took something else in the place of your entry.",
        "client.place_digest",
      );
    }
  }
  const newest = home.receiptKeys.at(-1);
  if (receipt !== null && newest !== undefined) {
    verifyReceipt(receipt, journal, signerOf(receipt, journal, home.receiptKeys) ?? newest);
  }
  const { log } = yield* standingOf(journal);
  const ahead = places.filter(({ seq }) => seq > log.seq);
  const changes = ahead.map(({ seq, digest }) => ({ name: `place/${encodeB64(journal)}/${seq}`, value: digest }));
  const before = yield* read(changes.map(({ name }) => name));
  yield* commit(changes.filter(({ name }) => !before.has(name))); // the first promise for a place stands
}
