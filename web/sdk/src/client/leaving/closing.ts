/**
 * Closing a journal now, for good. One member does it alone; the other does not learn of it before it happens.
 *
 * A closing that waits at the server, which another device of mine has scheduled, stands until its time comes; closing now
 * comes before it. Spec: §5.6
 */

import { NotAllowed, ServerRefused, TransportError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { closeTiming, encodeClose } from "../../protocol/rosterStatements.ts";
import type { SignedStatement } from "../../protocol/statements.ts";
import { refreshAccount } from "../account/opening.ts";
import { list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver, MOVED, pushStatement } from "../log/delivering.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { standingOf } from "../log/standing.ts";

const TRIES = 8;

/**
 * Closes a journal. What waits here is sent before, as far as the server takes it.
 *
 * Throws NotAllowed: it isn't here, or I am no partner of it; TransportError, ServerRefused: not now, close it again.
 */
export function* closeJournal(home: Home, journal: Uint8Array): Step<void> {
  const { log, frozen } = yield* standingOf(journal);
  if (!log.closed && frozen === null) yield* deliverWhatMayGo(home, journal);
  for (let tries = 0; ; tries++) {
    if ((yield* standingOf(journal)).log.closed) break;
    if (tries === TRIES) throw new TransportError("Others keep changing this journal just now. Try again in a moment.");
    try {
      yield* pushStatement(home, journal, yield* signedClosing(home, journal));
    } catch (error) {
      if (!(error instanceof ServerRefused && (MOVED.has(error.code) || error.code === "journal_closed"))) throw error;
      if (error.code === "generation_moved") yield* refreshAccount(home);
      yield* pull(home, journal);
      if (frozen !== null && error.code === "journal_closed") break; // a frozen journal isn't fetched
    }
    if (frozen !== null) break;
  }
  yield* noteClosed(home, journal);
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

function* signedClosing(home: Home, journal: Uint8Array): Step<SignedStatement> {
  const { account, accountJournal } = home.identity;
  if (sameBytes(journal, accountJournal)) throw new NotAllowed("The account's own journal ends with the account.");
  const { log } = yield* standingOf(journal);
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
  return { statement, signatures: [{ account, signature: secret.sign(statement) }] };
}

function* noteClosed(home: Home, journal: Uint8Array): Step<void> {
  yield* note(home, { kind: "ended_closing", body: { journal: encodeB64(journal), how: "closed" } });
}
