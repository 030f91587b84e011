/**
 * Syncing: every journal that the server lists is fetched, the account's own first; pairings under way and answers of
 * check-ins go on; and journals that the server hides are reported.
 *
 * Rules
 * - The own account comes before anything else, so that a keyholder that was added, or a rotation, is known.
 * - A problem stays with its journal: the others go on. An error that nobody foresaw is one journal's `Unforeseen`.
 * - The server's list is believed in nothing but where to look. One that is behind what was verified freezes the journal.
 * - A verified partner can't be removed, so a journal of theirs that isn't listed is hidden, while it isn't closed. For
 *   everybody else a server that removes a member and one that hides a journal look the same.
 *
 * Spec: §4.6, §6.9
 */

import { type DuologError, ServerRefused, Withheld } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import type { LogState } from "../../protocol/log.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { refreshAccount } from "../account/opening.ts";
import { resumeRotation, rotateByChance } from "../account/rotating.ts";
import { commit, list, type Step } from "../core/effects.ts";
import { type Home, serverChanges } from "../core/home.ts";
import { noteClosings, rotateAfterClosings } from "../leaving/closing.ts";
import { finishLeaving } from "../leaving/leaving.ts";
import { finishHoldings, tidy } from "../leaving/withdrawing.ts";
import { noteFounded } from "../pairing/founding.ts";
import { takeUp } from "../pairing/otherDevices.ts";
import { pairingsUnderWay } from "../pairing/progress.ts";
import { goOn } from "../pairing/steps.ts";
import type { ListedJournal } from "../server/bodies.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { goOnWithAnswers } from "./blindAnswers.ts";
import { checkNoted, fetchListed, foreseen } from "./fetching.ts";
import { accountState } from "./folding.ts";
import { liftAll } from "./lifting.ts";
import { listJournals } from "./listing.ts";
import { mineOf } from "./mine.ts";
import { noteWhatIsNew } from "./noting.ts";
import { standingOf } from "./standing.ts";

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
 * server than before; Withheld: it keeps back the account's own journal; MalformedData: its list has no end; and as
 * `refreshAccount`.
 */
export function* sync(home: Home): Step<Synced> {
  const keys = yield* pinServer(home.connection, home.receiptKeys);
  if (keys.length !== home.receiptKeys.length) yield* commit(serverChanges(home.connection.origin, keys));
  home.receiptKeys = keys;
  yield* refreshAccount(home); // another own device may have added a keyholder, or rotated
  const problems: Problem[] = [];
  const own = home.identity.accountJournal;
  yield* whereLetBe(problems, own, resumeRotation(home));
  const all = yield* listJournals(home);
  let fetched = yield* fetchedOf(home, requireOwn(home, all), problems);
  const { mine: listed, problems: aside } = yield* mineOf(home, all);
  problems.push(...aside);
  const others = listed.map(({ journal }) => journal).filter((journal) => !sameBytes(journal, own));
  for (const item of listed) {
    if (!sameBytes(item.journal, own)) fetched += yield* fetchedOf(home, item, problems);
  }
  yield* reporting(problems, own, () => rotateByChance(home));
  yield* whereLetBe(problems, own, rotateAfterClosings(home));
  problems.push(...(yield* liftAll(home)));
  problems.push(...(yield* takeUp(home)));
  yield* reporting(problems, own, () => noteFounded(home, others));
  yield* reporting(problems, own, () => noteWhatIsNew(home));
  yield* reporting(problems, own, () => finishHoldings(home));
  yield* reporting(problems, own, () => finishLeaving(home));
  yield* reporting(problems, own, () => noteClosings(home));
  for (const journal of others) yield* reporting(problems, journal, () => tidy(home, journal));
  for (const { journal } of yield* pairingsUnderWay(home)) {
    yield* reporting(problems, journal, () => goOn(home, journal));
  }
  for (const id of (yield* accountState(home)).journals.keys()) {
    yield* reporting(problems, parseB64(id), () => goOnWithAnswers(home, parseB64(id)));
  }
  return { fetched, problems: [...problems, ...(yield* hidden(home, listed))] };
}

/** Takes a step whose error is one journal's problem. */
function* reporting(problems: Problem[], journal: Uint8Array, step: () => Step<void>): Step<void> {
  try {
    yield* step();
  } catch (error) {
    problems.push({ journal, error: foreseen(error) });
  }
}

/** Takes a step of a rotation; while the server puts it off, everything else goes on. */
function* whereLetBe(problems: Problem[], journal: Uint8Array, step: Step<void>): Step<void> {
  try {
    yield* step;
  } catch (error) {
    if (!(error instanceof ServerRefused)) throw error;
    problems.push({ journal, error });
  }
}

/** Fetches one journal and checks it; how many items were new. What goes wrong stays with it. */
function* fetchedOf(home: Home, item: ListedJournal, problems: Problem[]): Step<number> {
  try {
    const fetched = yield* fetchListed(home, item);
    yield* checkNoted(home, item.journal);
    return fetched;
  } catch (error) {
    problems.push({ journal: item.journal, error: foreseen(error) });
    return 0;
  }
}

/** The account's journal in the list. Throws Withheld where it isn't listed. */
function requireOwn(home: Home, listed: readonly ListedJournal[]): ListedJournal {
  const own = listed.find(({ journal }) => sameBytes(journal, home.identity.accountJournal));
  if (own === undefined) {
    throw new Withheld("The server keeps back your account's own journal.", "client.account_journal_listed");
  }
  return own;
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
