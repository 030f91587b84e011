/**
 * Syncing: every journal that the server lists is fetched, the account's own first, and those that it hides are reported.
 *
 * Rules
 * - A problem stays with its journal: the others go on. An error that nobody foresaw is one journal's `Unforeseen`.
 * - The server's list is believed in nothing but where to look. One that is behind what was verified freezes the journal.
 * - A verified partner can't be removed, so a journal of theirs that isn't listed is hidden, while it isn't closed. For
 *   everybody else a server that removes a member and one that hides a journal look the same.
 *
 * Spec: §4.6, §6.9
 */

import { DuologError, Rollback, Unforeseen, Withheld } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { commit, list, type Step } from "../core/effects.ts";
import { type Home, serverChanges } from "../core/home.ts";
import type { ListedJournal } from "../server/bodies.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { listJournals } from "./listing.ts";
import { pull } from "./pulling.ts";
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
    } catch (error) {
      problems.push({ journal: item.journal, error: foreseen(error) });
    }
  }
  return { fetched, problems: [...problems, ...(yield* hidden(home, listed))] };
}

/** The list with the account's journal at its beginning. Throws Withheld where it isn't listed. */
function ownFirst(home: Home, listed: readonly ListedJournal[]): readonly ListedJournal[] {
  const journal = home.identity.sets.at(-1)?.accountJournal ?? null;
  const isOwn = (item: ListedJournal): boolean => journal !== null && sameBytes(item.journal, journal);
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

/** The journals of mine that the server hides. */
function* hidden(home: Home, listed: readonly ListedJournal[]): Step<readonly Problem[]> {
  const shown = new Set(listed.map((item) => encodeB64(item.journal)));
  const problems: Problem[] = [];
  for (const name of (yield* list("log/")).keys()) {
    const id = name.slice("log/".length);
    if (shown.has(id)) continue;
    const { log, frozen } = yield* standingOf(parseB64(id));
    const me = log.roster && findMember(log.roster, home.identity.account);
    const mustBeListed = me?.role === "partner" && log.roster?.provisional === false && !log.closed;
    if (mustBeListed && frozen === null) {
      const error = new Withheld(`The server hides a journal of yours (${id.slice(0, 8)}).`, "client.hidden_journal");
      problems.push({ journal: log.journal, error });
    }
  }
  return problems;
}

function foreseen(error: unknown): DuologError {
  if (error instanceof DuologError) return error;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new Unforeseen(
    `This journal leads this program into an error that nobody foresaw (${name}). Please report it.`,
  );
}
