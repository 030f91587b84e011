/**
 * Closing a journal now, for good. One member does it alone; the other does not learn of it before it happens.
 *
 * A closing that waits at the server, which another device of mine has scheduled, stands until its time comes; closing now
 * comes before it. Spec: §5.6
 */

import { NotAllowed, ServerRefused } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { closeTiming, encodeClose } from "../../protocol/rosterStatements.ts";
import { list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver, pushStatement } from "../log/delivering.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { settle } from "../log/settling.ts";
import { standingOf } from "../log/standing.ts";
import type { Made } from "../log/statements.ts";

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
  yield* noteClosed(home, journal);
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

/** Notes for my other devices which journals are closed, where no closing of mine asks for more. Part of each sync. */
export function* noteClosings(home: Home): Step<void> {
  for (const name of (yield* list("log/")).keys()) {
    const id = name.slice("log/".length);
    const { closed, closings, journals } = yield* accountState(home);
    if (closed.includes(id) || closings.has(id) || !journals.has(id)) continue;
    const journal = parseB64(id);
    const { log } = yield* standingOf(journal);
    if (log.closed && log.closedUnder === null) yield* noteClosed(home, journal);
  }
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
