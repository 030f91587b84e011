/**
 * Closing a journal now, for good. One member does it alone; the other does not learn of it before it happens.
 *
 * A closing that waits at the server, which another device of mine has scheduled, stands until its time comes; closing now
 * comes before it. What such a closing asks for besides, a rotation, any device of mine does. Spec: §5.6
 */

import { LogViolation, NotAllowed, ServerRefused } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { findKeyholder } from "../../protocol/keyholderSets.ts";
import type { LogState } from "../../protocol/log.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { closeTiming, encodeClose, parseClose } from "../../protocol/rosterStatements.ts";
import { newestSet } from "../account/keyholderRequests.ts";
import { rotate } from "../account/rotating.ts";
import { list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver, pushStatement } from "../log/delivering.ts";
import { accountState } from "../log/folding.ts";
import { itemName } from "../log/names.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { settle } from "../log/settling.ts";
import { standingOf } from "../log/standing.ts";
import type { Made } from "../log/statements.ts";
import { parseItem } from "../server/pages.ts";

/**
 * Closes a journal. What waits here is sent before, as far as the server takes it.
 *
 * Throws NotAllowed: it isn't here, or I am no partner of it; TransportError, ServerRefused: not now, close it again.
 */
export function* closeJournal(home: Home, journal: Uint8Array): Step<void> {
  const { log, frozen } = yield* standingOf(journal);
  if (frozen !== null) {
    yield* closeUnseen(home, journal);
  } else if (!log.closed) {
    yield* deliverWhatMayGo(home, journal);
    yield* settle(home, journal, () => closing(home, journal));
  }
  yield* settleClosed(home, journal, frozen !== null);
}

/** A frozen journal isn't fetched: it is closed when its server says so. */
function* closeUnseen(home: Home, journal: Uint8Array): Step<void> {
  const made = yield* closing(home, journal);
  try {
    if (made !== null) yield* pushStatement(home, journal, made.signed);
  } catch (error) {
    if (!(error instanceof ServerRefused && error.code === "journal_closed")) throw error;
  }
}

/**
 * Notes for my other devices which journals are closed, once no rotation has to follow the closing. Part of each sync.
 *
 * Throws LogViolation, once, where the server used a closing of mine before its time.
 */
export function* noteClosings(home: Home): Step<void> {
  for (const name of (yield* list("log/")).keys()) {
    const id = name.slice("log/".length);
    if ((yield* accountState(home)).journals.has(id)) yield* settleClosed(home, parseB64(id), false);
  }
}

/** `isSaid`: the journal is frozen, and its server has said that it is closed. */
function* settleClosed(home: Home, journal: Uint8Array, isSaid: boolean): Step<void> {
  const id = encodeB64(journal);
  const { closed, closings } = yield* accountState(home);
  const { log } = yield* standingOf(journal);
  const waiting = closings.get(id) ?? null;
  const isClosed = isSaid || (log.closed && log.closedUnder === null);
  if (!isClosed || (closed.includes(id) && waiting === null)) return;
  if (waiting !== null && listedOf(home, waiting.ends ?? []).length > 0) return; // a rotation comes first
  yield* noteClosed(home, journal);
  if (waiting !== null && log.time < waiting.not_before && (yield* isClosedBy(log, waiting.statement))) {
    throw new LogViolation(
      "The server closed a journal with your closing before its time. Its host can read what you schedule there.",
      "client.early_closing",
    );
  }
}

/** Whether this closing of mine, or the same one signed anew, ended a log. */
function* isClosedBy({ journal, seq }: LogState, statement: string): Step<boolean> {
  const name = itemName(journal, seq);
  const row = (yield* read([name])).get(name);
  const item = row === undefined ? null : parseItem(row).item;
  if (item?.type !== "statement") return false;
  return sameBytes(parseClose(item.signed.statement).timing, parseClose(parseB64(statement)).timing);
}

/**
 * Rotates where a closing asks for it: without the keyholders that one has ended; and with all of them where one was taken
 * back that the server had, since its signature counts until the journal names later keys. Part of each sync. Throws as
 * `rotate`. Spec: §5.6
 */
export function* rotateAfterClosings(home: Home): Step<void> {
  const ended = (yield* endedKeyholders(home)).filter((id) => !sameBytes(id, home.keyholder.id));
  if (ended.length === 0 && !(yield* mayOneHappen(home))) return;
  yield* rotate(home, { remove: ended, sheet: null });
}

/** The ways into my account that a closing has ended, and that the newest set still lists. */
function* endedKeyholders(home: Home): Step<readonly Uint8Array[]> {
  const ended = new Set<string>();
  for (const [journal, { ends }] of (yield* accountState(home)).closings) {
    if ((yield* standingOf(parseB64(journal))).log.closed) for (const id of ends ?? []) ended.add(id);
  }
  return listedOf(home, [...ended]);
}

function listedOf(home: Home, ids: readonly string[]): readonly Uint8Array[] {
  const set = newestSet(home);
  return ids.map((id) => parseB64(id)).filter((id) => findKeyholder(set, id) !== null);
}

/** Whether the server can still use a closing that was taken back, and no rotation has followed it. */
function* mayOneHappen(home: Home): Step<boolean> {
  const { cancelled, signedUntil } = yield* accountState(home);
  const { account, generation } = home.identity;
  for (const [id, { held, statement }] of cancelled) {
    const until = Math.max(parseClose(parseB64(statement)).generation, signedUntil.get(id) ?? 0);
    const { log } = yield* standingOf(parseB64(id));
    const me = log.roster === null ? null : findMember(log.roster, account);
    const mayHappen = held === "server" && me !== null && !log.closed && me.generation <= until;
    if (mayHappen && until >= generation) return true;
  }
  return false;
}

/** What waits here goes before, where the server takes it: at a quota the rest stays, and the closing goes on. */
function* deliverWhatMayGo(home: Home, journal: Uint8Array): Step<void> {
  yield* pull(home, journal); // my keys may have moved on there
  try {
    yield* deliver(home, journal);
  } catch (error) {
    const isFull = error instanceof ServerRefused && ["daily_limit", "quota_reached"].includes(error.code);
    if (!isFull) throw error;
  }
}

/** The closing of a journal, signed; null where it is closed. */
function* closing(home: Home, journal: Uint8Array): Step<Pick<Made, "signed" | "grants"> | null> {
  const { account, accountJournal } = home.identity;
  if (sameBytes(journal, accountJournal)) throw new NotAllowed("The account's own journal ends with the account.");
  const { log } = yield* standingOf(journal);
  if (log.closed) return null;
  if (log.roster === null) throw new NotAllowed("This journal is not here. Sync, or check its name.");
  const me = findMember(log.roster, account);
  const secret = me && home.identity.secret(me.generation);
  if (me?.role !== "partner" || secret === null) {
    throw new NotAllowed("Only a partner closes a journal. A confidant leaves it.");
  }
  const salt = home.random.bytes(SIZES.SALT, "closing");
  const statement = encodeClose({
    journal,
    account,
    generation: me.generation,
    nonce: home.random.bytes(SIZES.NONCE, "closing"),
    timing: closeTiming(salt, 0),
    receiptKey: null,
  });
  const signed = { statement, signatures: [{ account, signature: secret.sign(statement) }] };
  return { signed, grants: new IdMap() };
}

function* noteClosed(home: Home, journal: Uint8Array): Step<void> {
  yield* note(home, { kind: "ended_closing", body: { journal: encodeB64(journal), how: "closed" } });
}
