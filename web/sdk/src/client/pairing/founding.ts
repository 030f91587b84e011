/**
 * Founding a journal.
 *
 * Rules
 * - The genesis is durable before the server hears of it, and sent again byte for byte, so a crash or a lost answer leaves
 *   one journal.
 * - A journal that this account founded and has not noted is noted by the next sync, on any own device.
 *
 * Spec: §5.1, §5.8
 */

import { NotAllowed, ServerRefused, TransportError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, type JsonObject, parseMessageJson } from "../../protocol/codec.ts";
import { Fields } from "../../protocol/fields.ts";
import { statementHash } from "../../protocol/statements.ts";
import { isUnconfirmed, requireConfirmed } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { pull } from "../log/pulling.ts";
import { standingOf } from "../log/standing.ts";
import { makeGenesis } from "../log/statements.ts";
import { journalStatementJson } from "../server/bodies.ts";

const ROW = "founding";

/**
 * A new journal with one member, or the one whose founding began here; its id. Call it again to go on.
 *
 * Throws NotAllowed: this home is unconfirmed; and as `pull` and `note`.
 */
export function* createJournal(home: Home): Step<Uint8Array> {
  yield* requireConfirmed();
  const begun = yield* begunHere();
  const genesis = begun ?? (yield* begin(home));
  const journal = idOf(genesis);
  const created = yield* send(home, genesis, begun !== null);
  if (created === null) return yield* createJournal(home);
  if (!sameBytes(created, journal)) {
    throw new TransportError("The server's answer does not fit the new journal. Try again.");
  }
  yield* pull(home, journal);
  yield* noteJournal(home, journal);
  yield* commit([{ name: ROW, value: null }]);
  return journal;
}

/** The server's answer; null where a genesis that was kept is too old for it, and was forgotten. */
function* send(home: Home, genesis: JsonObject, isKept: boolean): Step<Uint8Array | null> {
  try {
    return yield* home.connection.createJournal(genesis);
  } catch (error) {
    if (!(isKept && error instanceof ServerRefused && error.code === "generation_moved")) throw error;
    yield* commit([{ name: ROW, value: null }]);
    return null;
  }
}

/** The genesis of a founding that was cut off before its caller got the id; null where there is none. */
function* begunHere(): Step<JsonObject | null> {
  const row = (yield* read([ROW])).get(ROW);
  return row === undefined ? null : parseMessageJson(row, "A stored genesis");
}

function idOf(genesis: JsonObject): Uint8Array {
  const fields = new Fields(genesis, "A stored genesis", { open: true });
  return statementHash(fields.blob("statement", SIZES.MAX_STATEMENT));
}

function* begin(home: Home): Step<JsonObject> {
  const { account, generation } = home.identity;
  const [chain, secret] = [home.chains.get(account), home.identity.secret(generation)];
  if (chain === undefined || secret === null) throw new NotAllowed("Sync first.");
  const made = makeGenesis(chain, secret, home.random);
  const genesis = journalStatementJson(made.signed, made.grants);
  yield* commit([{ name: ROW, value: encodeMessageJson(genesis) }]);
  return genesis;
}

/** Notes the journals of this list that this account founded and has not noted. A founding that was cut off is over then. */
export function* noteFounded(home: Home, listed: readonly Uint8Array[]): Step<void> {
  if (yield* isUnconfirmed()) return;
  const { journals, closed } = yield* accountState(home);
  for (const journal of listed) {
    const id = encodeB64(journal);
    if (journals.has(id) || closed.includes(id) || sameBytes(journal, home.identity.accountJournal)) continue;
    const { log } = yield* standingOf(journal);
    const isMine = log.roster !== null && sameBytes(log.roster.founder, home.identity.account);
    if (isMine && !log.closed) yield* noteJournal(home, journal);
  }
  const begun = yield* begunHere();
  if (begun === null) return;
  const isNoted = (yield* accountState(home)).journals.has(encodeB64(idOf(begun)));
  if (isNoted) yield* commit([{ name: ROW, value: null }]);
}

/** Notes that this account is a partner of a journal. */
export function* noteJournal(home: Home, journal: Uint8Array): Step<void> {
  const newest = home.receiptKeys.at(-1);
  if (newest === undefined) throw new NotAllowed("Sync first.");
  const { origin } = home.connection;
  yield* note(home, {
    kind: "joined",
    body: { journal: encodeB64(journal), role: "partner", receipt_key: encodeB64(newest), origin },
  });
}
