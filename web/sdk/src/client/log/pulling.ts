/**
 * Pulling a journal: each page is verified in the protocol's order, stored, and only then shown.
 *
 * Rules
 * - A server fault freezes the journal with its reason. Pushes that were verified before it stay.
 * - A page is stored in one commit: items, heads, the place of each entry, messages, keys, and the mark.
 * - Chains are fetched once for a page, when it names a generation that isn't pinned; they only ever continue.
 * - A server can sign more and more. One pull takes a bounded number of pages; the next one goes on behind them.
 *
 * Spec: §6.9
 */

import { type DuologError, MalformedData, VerificationError, Withheld } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeMessageJson, jsonObject } from "../../protocol/codec.ts";
import type { LogState } from "../../protocol/log.ts";
import { messageHash } from "../../protocol/messages.ts";
import { type Receipt, signerOf } from "../../protocol/receipts.ts";
import { refreshAccount } from "../account/opening.ts";
import { commit, type Step } from "../core/effects.ts";
import { type Home, serverChanges } from "../core/home.ts";
import type { Change } from "../ports.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { encodeItem, type PulledPage } from "../server/pages.ts";
import { fetchChains } from "./chainsOf.ts";
import { encodeMembership } from "./folding.ts";
import type { Judged, JudgedPush } from "./judged.ts";
import type { Known } from "./known.ts";
import { messageChanges, type StoredMessage } from "./messageRows.ts";
import { encodeEntryRow, encodeHeadRow, entryName, faultName, headName, itemName, rosterName } from "./names.ts";
import { returned } from "./outbox.ts";
import { believedUntil, judgeAgain } from "./ownOlder.ts";
import { frozenChange, knownOf, standingChanges, standingOf } from "./standing.ts";
import { verifyAuthors } from "./verifyAuthors.ts";
import { requireBeyond, verifyServer } from "./verifyServer.ts";

/**
 * Fetches, verifies and stores what is new in a journal; the number of new items. A frozen journal isn't fetched.
 *
 * Throws
 * - VerificationError, MalformedData: the server broke the rules; the journal is frozen from now on.
 * - MalformedData: the log has no end in sight. Nothing is frozen, and what came is kept.
 * - Withheld: the server says that there is more, and doesn't give it.
 * - TransportError, ServerRefused: the page did not come.
 */
export function* pull(home: Home, journal: Uint8Array): Step<number> {
  const before = yield* standingOf(journal);
  if (before.frozen !== null) return 0;
  let state = before.log;
  let { earlier } = before;
  for (let pages = 1; ; pages++) {
    const page = yield* home.connection.pull(journal, state.seq);
    if (page.seq > state.seq && page.pushes.length === 0) {
      throw new Withheld("The server keeps back new entries that it says exist.", "client.withheld_page");
    }
    yield* learnReceiptKey(home, journal, page.pushes.at(-1)?.receipt ?? null);
    yield* freezing(journal, followKeys(home, state, page));
    const known = yield* knownOf(home, journal, earlier, yield* believedUntil(home, journal));
    state = yield* freezing(journal, takePage(home, state, page, known));
    earlier = known.earlier;
    if (sameBytes(journal, home.identity.accountJournal)) yield* judgeAgain(home);
    if (state.seq >= page.seq) return state.seq - before.log.seq;
    if (pages >= SIZES.MAX_PAGES) {
      throw new MalformedData("The server shows a journal without end. What came is kept; the next sync goes on.");
    }
  }
}

/** Where no pinned key signed a receipt, asks the server for newer keys of its own. Throws as `pinServer`. */
export function* learnReceiptKey(home: Home, journal: Uint8Array, receipt: Receipt | null): Step<void> {
  if (receipt === null || signerOf(receipt, journal, home.receiptKeys) !== null) return;
  const keys = yield* pinServer(home.connection, home.receiptKeys);
  yield* commit(serverChanges(home.connection.origin, keys));
  home.receiptKeys = keys;
}

/** Freezes a journal where the server breaks the rules inside, and lets the error go on. */
export function* freezing<T>(journal: Uint8Array, step: Step<T>): Step<T> {
  try {
    return yield* step;
  } catch (error) {
    if (isServerFault(error)) yield* commit([frozenChange(journal, error.message)]);
    throw error;
  }
}

function isServerFault(error: unknown): error is DuologError {
  return error instanceof VerificationError || error instanceof MalformedData;
}

/** Fetches the keys that a page names and that aren't here: the members', and my own newest ones. */
function* followKeys(home: Home, { journal }: LogState, page: PulledPage): Step<void> {
  yield* fetchChains(home, journal, page.pushes);
  const own = home.chains.get(home.identity.account);
  if (own !== undefined && own.newest.generation > home.identity.generation) {
    yield* refreshAccount(home); // another own device has rotated
  }
}

/** Steps 1 to 3 push by push, then 4 to 8. Pushes before a server fault are stored. */
function* takePage(home: Home, before: LogState, page: PulledPage, known: Known): Step<LogState> {
  requireBeyond(before, page.seq, known);
  const judged: JudgedPush[] = [];
  let state = before;
  let fault: DuologError | null = null;
  for (const push of page.pushes) {
    try {
      judged.push(verifyServer(state, push, home.identity, known));
    } catch (error) {
      if (!isServerFault(error)) throw error;
      fault = error;
      break;
    }
    state = judged.at(-1)?.state ?? state;
  }
  yield* verifyAuthors(judged, home.identity, known);
  const last = judged.at(-1);
  if (last !== undefined) {
    const items = judged.flatMap((push) => push.items);
    yield* commit([
      ...items.flatMap((item) => itemChanges(before.journal, item)),
      ...(yield* messageChanges(home.vault, before.journal, items.flatMap(messageOf))),
      ...(yield* returned(home, before.journal, items, last.receipt)),
      ...standingChanges(home, state, last.receipt, known),
    ]);
  }
  if (fault !== null) throw fault;
  return state;
}

/** The message of an entry that is believed. */
function messageOf({ placed, header, message, fault, time }: Judged): readonly StoredMessage[] {
  if (header === null || message === null || fault !== null) return [];
  return [{ ...header, seq: placed.seq, time, hash: messageHash(message), message }];
}

function itemChanges(journal: Uint8Array, item: Judged): readonly Change[] {
  const { seq } = item.placed;
  const changes: Change[] = [
    { name: itemName(journal, seq), value: encodeItem({ ...item.placed, seq: 0 }) },
    { name: headName(journal, seq), value: encodeHeadRow(item) },
  ];
  if (item.placed.item.type === "statement") {
    changes.push({ name: rosterName(journal, seq), value: encodeMembership(item.roster) });
  }
  if (item.header !== null && item.isNew) {
    const row = { seq, author: item.header.author };
    changes.push({ name: entryName(journal, item.header.entry), value: encodeEntryRow(row) });
  }
  if (item.fault !== null) {
    const { check, sentence } = item.fault;
    changes.push({ name: faultName(journal, seq), value: encodeMessageJson(jsonObject({ check, sentence })) });
  }
  return changes;
}
