/**
 * Fetching a journal that the server lists, and checking it against what own devices have noted. Spec: §4.6, §6.9
 */

import { requirePinned } from "../../documents/accountState.ts";
import {
  DuologError,
  MalformedData,
  Rollback,
  ServerRefused,
  Unforeseen,
  VerificationError,
  Withheld,
} from "../../errors.ts";
import type { Check } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { refreshAccount } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { ListedJournal } from "../server/bodies.ts";
import { accountState } from "./folding.ts";
import { listJournals } from "./listing.ts";
import { headName, parseHeadRow } from "./names.ts";
import { pull } from "./pulling.ts";
import { frozenChange, standingOf } from "./standing.ts";

/**
 * Fetches the account and every journal of mine to its end: own entries that a rotation doesn't know of are invalid after
 * it. A problem in another journal than the account's own stops nothing; the next sync reports it. Throws as `sync`.
 */
export function* fetchAll(home: Home): Step<void> {
  yield* refreshAccount(home);
  const own = home.identity.accountJournal;
  yield* pull(home, own);
  yield* checkNoted(home, own);
  for (const item of yield* listJournals(home)) {
    if (sameBytes(item.journal, own)) continue;
    try {
      yield* fetchListed(home, item);
    } catch (error) {
      if (!isOfOneJournal(error)) throw error;
    }
  }
}

function isOfOneJournal(error: unknown): boolean {
  return error instanceof VerificationError || error instanceof MalformedData || error instanceof ServerRefused;
}

/** Fetches a journal that has something new; freezes it when the server is behind this home. */
export function* fetchListed(home: Home, { journal, seq }: ListedJournal): Step<number> {
  const { log, frozen } = yield* standingOf(journal);
  if (frozen !== null || seq === log.seq) return 0;
  if (seq < log.seq) {
    const sentence = "The server shows less of a journal than it did before.";
    yield* commit([frozenChange(journal, sentence)]);
    throw new Rollback(sentence, "client.listed_rollback");
  }
  return yield* pull(home, journal);
}

/**
 * Checks that history and members are as my own devices noted them: heads that rotations signed, and those of the account
 * journal's documents; and each member's keys.
 */
export function* checkNoted(home: Home, journal: Uint8Array): Step<void> {
  const { log, frozen } = yield* standingOf(journal);
  if (frozen !== null) return;
  if (sameBytes(journal, home.identity.accountJournal)) {
    for (const { accountHead } of home.identity.sets) {
      if (accountHead !== null) yield* requireHead(journal, accountHead.seq, accountHead.head, "client.account_head");
    }
    return;
  }
  const state = yield* accountState(home);
  for (const member of log.roster?.members ?? []) {
    const chain = home.chains.get(member.account);
    for (const { generation, statementHash } of chain?.generations ?? []) {
      requirePinned(state, encodeB64(member.account), generation, encodeB64(statementHash));
    }
  }
  const noted = state.heads.get(encodeB64(journal));
  if (noted === undefined) return;
  if (noted.seq > log.seq) yield* pull(home, journal); // noted since this sync began
  yield* requireHead(journal, noted.seq, parseB64(noted.head), "client.noted_head");
}

/** Checks that this journal holds a head; freezes it where it holds another. */
function* requireHead(journal: Uint8Array, seq: number, head: Uint8Array, check: Check): Step<void> {
  const name = headName(journal, seq);
  const row = (yield* read([name])).get(name);
  if (row === undefined) {
    throw new Withheld("The server keeps back entries that your other devices have seen.", "client.noted_ahead");
  }
  if (sameBytes(parseHeadRow(row).head, head)) return;
  const sentence = "The server shows another history than your devices have noted.";
  yield* commit([frozenChange(journal, sentence)]);
  throw new Rollback(sentence, check);
}

/** An error as the problem of its journal. */
export function foreseen(error: unknown): DuologError {
  if (error instanceof DuologError) return error;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new Unforeseen(
    `This journal leads this program into an error that nobody foresaw (${name}). Please report it.`,
  );
}
