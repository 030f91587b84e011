/**
 * Syncing: every journal that the server lists is fetched, the account's own first; pairings under way go on; and journals
 * that the server hides are reported.
 *
 * Rules
 * - A problem stays with its journal: the others go on. An error that nobody foresaw is one journal's `Unforeseen`.
 * - The server's list is believed in nothing but where to look. One that is behind what was verified freezes the journal.
 * - A verified partner can't be removed, so a journal of theirs that isn't listed is hidden, while it isn't closed. For
 *   everybody else a server that removes a member and one that hides a journal look the same.
 *
 * Spec: §4.6, §6.9
 */

import { requirePinned } from "../../documents/accountState.ts";
import { DuologError, Rollback, Unforeseen, Withheld } from "../../errors.ts";
import type { Check } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import type { LogState } from "../../protocol/log.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import { type Home, serverChanges } from "../core/home.ts";
import { noteFounded } from "../pairing/founding.ts";
import { pairingsUnderWay } from "../pairing/progress.ts";
import { goOn } from "../pairing/steps.ts";
import type { ListedJournal } from "../server/bodies.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { accountState } from "./folding.ts";
import { listJournals } from "./listing.ts";
import { headName, parseHeadRow } from "./names.ts";
import { pull } from "./pulling.ts";
import { tidyAll } from "./removing.ts";
import { frozenChange, standingOf } from "./standing.ts";

/** What went wrong in one journal. */
export interface Problem {
  readonly journal: Uint8Array;
  readonly error: DuologError;
}

/** How many items were new, and what went wrong. */
export interface Synced {
  readonly fetched: number;
  readonly problems: readonly Problem[];
}

/**
 * Fetches what is new in every journal of mine.
 *
 * Throws TransportError, ServerRefused: the server can't be reached, or says no; NotAllowed, PinMismatch: it is another
 * server than before; Withheld: it keeps back the account's own journal; MalformedData: its list has no end.
 */
export function* sync(home: Home): Step<Synced> {
  const keys = yield* pinServer(home.connection, home.receiptKeys);
  if (keys.length !== home.receiptKeys.length) yield* commit(serverChanges(home.connection.origin, keys));
  home.receiptKeys = keys;
  const listed = yield* listJournals(home);
  const problems: Problem[] = [];
  let fetched = 0;
  for (const item of ownFirst(home, listed)) {
    try {
      fetched += yield* fetchListed(home, item);
      yield* checkNoted(home, item.journal);
    } catch (error) {
      problems.push({ journal: item.journal, error: foreseen(error) });
    }
  }
  yield* tidyAll(home);
  try {
    yield* noteFounded(
      home,
      listed.map(({ journal }) => journal),
    );
  } catch (error) {
    problems.push({ journal: home.identity.accountJournal, error: foreseen(error) });
  }
  for (const { journal } of yield* pairingsUnderWay(home)) {
    try {
      yield* goOn(home, journal);
    } catch (error) {
      problems.push({ journal, error: foreseen(error) });
    }
  }
  return { fetched, problems: [...problems, ...(yield* hidden(home, listed))] };
}

/** The list with the account's journal at its beginning. Throws Withheld where it isn't listed. */
function ownFirst(home: Home, listed: readonly ListedJournal[]): readonly ListedJournal[] {
  const isOwn = (item: ListedJournal): boolean => sameBytes(item.journal, home.identity.accountJournal);
  const own = listed.filter(isOwn);
  if (own.length === 0) {
    throw new Withheld("The server keeps back your account's own journal.", "client.account_journal_listed");
  }
  return [...own, ...listed.filter((item) => !isOwn(item))];
}

/** Fetches a journal that has something new; freezes it when the server is behind this home. */
function* fetchListed(home: Home, { journal, seq }: ListedJournal): Step<number> {
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
function* checkNoted(home: Home, journal: Uint8Array): Step<void> {
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

/** The journals of mine that the server hides: those that are stored here, and those that I have joined. */
function* hidden(home: Home, listed: readonly ListedJournal[]): Step<readonly Problem[]> {
  const shown = new Set(listed.map((item) => encodeB64(item.journal)));
  const state = yield* accountState(home);
  const stored = [...(yield* list("log/")).keys()].map((name) => name.slice("log/".length));
  const mine = [...new Set([...stored, ...state.journals.keys()])].filter(
    (id) => !shown.has(id) && !state.closed.includes(id) && !state.left.has(id),
  );
  const problems: Problem[] = [];
  for (const id of mine) {
    const { log, frozen } = yield* standingOf(parseB64(id));
    if (frozen === null && mustBeListed(home, log, state.journals.get(id)?.role ?? null)) {
      const sentence = `The server hides a journal of yours (${id.slice(0, 8)}).`;
      problems.push({ journal: log.journal, error: new Withheld(sentence, "client.hidden_journal") });
    }
  }
  return problems;
}

/** Whether no rule lets the server leave this journal out. `joined`: as whom I joined it, null where I never noted that. */
function mustBeListed(home: Home, log: LogState, joined: string | null): boolean {
  if (log.closed) return false;
  if (log.roster === null) return joined !== null && joined !== "confidant";
  const { account } = home.identity;
  if (findMember(log.roster, account)?.role !== "partner") return false;
  return !log.roster.provisional || sameBytes(log.roster.founder, account);
}

function foreseen(error: unknown): DuologError {
  if (error instanceof DuologError) return error;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new Unforeseen(
    `This journal leads this program into an error that nobody foresaw (${name}). Please report it.`,
  );
}
