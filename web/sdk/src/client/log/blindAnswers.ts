/**
 * Answers of check-ins on their way: kept for all own devices, committed to, and revealed.
 *
 * Rules
 * - An answer with its secret lies in the account journal before its commit is written. So another own device, and a home that
 *   was restored, can reveal it, and can write the same sealed answer again when a commit was not delivered.
 * - Where two begin at once, the first in the log counts. An answer that was kept for the second is sealed anew for it, and for
 *   no other: an answer answers what its author answered.
 * - A key is published when both have committed, before the other's answer is shown. By itself that happens up to a day after the
 *   check-in's time, by this clock and by the newest receipt. Later its owner is asked: a commit that was dated back must not
 *   open what its author believed gone.
 *
 * Spec: §8, documents §11
 */

import { makeAccountDocument, requireAllowedAccount } from "../../documents/account.ts";
import { effective } from "../../documents/applied.ts";
import { encodeAnswer, viewCheckIn } from "../../documents/checkIns.ts";
import { DAY } from "../../documents/days.ts";
import type { JournalState } from "../../documents/journalState.ts";
import { marksIn, type Thing, textOf } from "../../documents/things.ts";
import { makeDocument } from "../../documents/writing.ts";
import { NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import type { SealedAnswerBody } from "../../generated/documents.ts";
import { keyFits, type PairPlace } from "../../protocol/blindPairs.ts";
import { encodeB64, type Json, type JsonObject, jsonObject, parseB64 } from "../../protocol/codec.ts";
import { parseMessage } from "../../protocol/messages.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { PairSecret, sealAnswer } from "../../seal/blindPairs.ts";
import { commit, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver } from "./delivering.ts";
import { accountState, journalState } from "./folding.ts";
import { post, prepared, type Waiting, waitingAs, waitingChange, waitingFor } from "./outbox.ts";
import { newestReceipt, requireOpen, standingOf } from "./standing.ts";

const KIND = "check_in";
const B64_ANSWER = Math.ceil((SIZES.MAX_PAIR_ANSWER * 4) / 3); // characters
const STEPS = 2; // of an answer: its commit, and its key

/** Begins a check-in with my own answer; its entry. `more`: further fields of `begin`. Throws as `post`. */
export function* beginCheckIn(
  home: Home,
  journal: Uint8Array,
  answer: JsonObject,
  more: Readonly<Record<string, Json>> = {},
): Step<Uint8Array> {
  const data = encodeAnswer(answer);
  const body = jsonObject({ step: "begin", form: answer.get("form"), ...more });
  const begun = yield* prepared(home, journal, makeDocument(KIND, body, home.clock.now()));
  const kept = yield* keptAnswer(home, journal, begun.entry, data);
  const own = home.identity.accountJournal;
  yield* commit([waitingChange(home, journal, begun), waitingChange(home, own, kept)]);
  return begun.entry;
}

/**
 * Gives my own answer to a check-in that is open. The commit follows once the account journal has the answer (`goOnWithAnswers`).
 * Throws NotAllowed where it takes none of mine now.
 */
export function* answerCheckIn(home: Home, journal: Uint8Array, checkIn: Thing, answer: JsonObject): Step<void> {
  const data = encodeAnswer(answer);
  if (viewCheckIn(checkIn, "", 0).form !== answer.get("form"))
    throw new NotAllowed("This check-in asks for other things.");
  if (yield* hasAnswer(home, journal, checkIn)) throw new NotAllowed("You have answered already.");
  requireOpen(yield* standingOf(journal));
  if (!mayCommit(home, checkIn)) throw new NotAllowed("This check-in takes no answer any more.");
  const kept = yield* keptAnswer(home, journal, parseB64(checkIn.entry), data);
  yield* commit([waitingChange(home, home.identity.accountJournal, kept)]);
}

/** The kept answer that I committed to; before that, the one that I will commit to; or null. */
export function* myAnswer(home: Home, journal: Uint8Array, checkIn: Thing): Step<SealedAnswerBody | null> {
  const { answers } = yield* accountState(home);
  const id = encodeB64(journal);
  const kept = answers.filter((one) => one.journal === id && one.pair === checkIn.entry);
  const me = encodeB64(home.identity.account);
  const commitment = textOf(checkIn, "commits", me)?.step.text("commitment") ?? null;
  if (commitment === null) return kept[0] ?? (yield* unsentAnswer(home, id, checkIn.entry));
  const place = placeOf(home, journal, checkIn);
  return kept.find((one) => keyFits(parseB64(commitment), parseB64(one.k), place)) ?? null;
}

/** Whether both have committed, much time has passed, and my key is published only when I say so. */
export function* revealWaits(home: Home, journal: Uint8Array, checkIn: Thing): Step<boolean> {
  return (yield* isLate(home, journal, checkIn)) && (yield* mayReveal(home, journal, checkIn));
}

/** Puts my key into the outbox. Throws NotAllowed where no key of mine is called for. */
export function* reveal(home: Home, journal: Uint8Array, checkIn: Thing): Step<void> {
  const mine = yield* myAnswer(home, journal, checkIn);
  if (mine === null || !(yield* mayReveal(home, journal, checkIn))) {
    throw new NotAllowed("Keys count once both have answered, and yours must be here and not published.");
  }
  yield* take(home, journal, checkIn, { step: "reveal", k: mine.k });
}

/** Commits to what was kept for a journal and reveals what both committed to, as far as the rules let me now. Throws as `deliver`. */
export function* goOnWithAnswers(home: Home, journal: Uint8Array): Step<void> {
  const { log, frozen } = yield* standingOf(journal);
  if (log.roster === null || log.closed || frozen !== null) return;
  const own = home.identity.accountJournal;
  const id = encodeB64(journal);
  const unsent = (yield* waitingFor(home, own)).some((one) => isFor(one, id));
  if (!unsent && (yield* keptFor(home, id)).length === 0) return;
  if (unsent) yield* deliver(home, own);
  const kept = yield* keptFor(home, id);
  for (const one of kept) yield* sealAnew(home, journal, one);
  yield* deliver(home, own);
  yield* deliver(home, journal);
  for (let step = 0; step < STEPS * (1 + kept.length); step++) {
    if (!(yield* nextStep(home, journal))) return;
    yield* deliver(home, journal);
  }
}

/** Puts the next commit or key into the outbox; whether there was one. */
function* nextStep(home: Home, journal: Uint8Array): Step<boolean> {
  const { log, frozen } = yield* standingOf(journal);
  const mayWrite = log.roster !== null && findMember(log.roster, home.identity.account)?.rights === "write";
  if (!mayWrite || log.closed || frozen !== null || (yield* waitingFor(home, journal)).length > 0) return false;
  const things = (yield* journalState(home, journal)).parts.of(KIND);
  for (const { pair } of yield* keptFor(home, encodeB64(journal))) {
    const checkIn = things.get(pair);
    if (checkIn === null) continue;
    if (mayCommit(home, checkIn)) {
      yield* commitTo(home, journal, checkIn);
      return true;
    }
    if ((yield* mayReveal(home, journal, checkIn)) && !(yield* isLate(home, journal, checkIn))) {
      yield* reveal(home, journal, checkIn);
      return true;
    }
  }
  return false;
}

/** Writes the commit of the answer that was kept first: always the same sealed answer. */
function* commitTo(home: Home, journal: Uint8Array, checkIn: Thing): Step<void> {
  const mine = yield* myAnswer(home, journal, checkIn);
  if (mine === null) throw new NotAllowed("Your answer is not here. Sync, and try again.");
  const nonce = { bytes: () => parseB64(mine.nonce) };
  const place = placeOf(home, journal, checkIn);
  const { sealed, commitment } = sealAnswer(new PairSecret(parseB64(mine.k)), place, parseB64(mine.answer), nonce);
  yield* take(home, journal, checkIn, {
    step: "commit",
    sealed: encodeB64(sealed),
    commitment: encodeB64(commitment),
  });
}

function* take(home: Home, journal: Uint8Array, checkIn: Thing, step: Readonly<Record<string, Json>>): Step<void> {
  const message = checkIn.texts.get(checkIn.entry)?.message ?? "";
  const answers = jsonObject({ entry: checkIn.entry, message });
  yield* post(home, journal, makeDocument(KIND, jsonObject({ ...step, answers }), home.clock.now()));
}

/** Keeps an answer again for the check-in that counts, where mine was begun at the same time and does not. */
function* sealAnew(home: Home, journal: Uint8Array, kept: SealedAnswerBody): Step<void> {
  const state = yield* journalState(home, journal);
  const things = state.parts.of(KIND);
  const begun = things.get(kept.pair) === null ? state.timeline.find(kept.pair) : null;
  if (begun === null || begun.skipped === null) return;
  const form = begun.applied.document.body.get("form");
  for (const one of things.values()) {
    const fits = viewCheckIn(one, "", 0).form === form && mayCommit(home, one) && isBehind(state, one, kept.pair);
    if (!fits || (yield* hasAnswer(home, journal, one))) continue;
    const again = yield* keptAnswer(home, journal, parseB64(one.entry), parseB64(kept.answer));
    yield* commit([waitingChange(home, home.identity.accountJournal, again)]);
  }
}

/** Whether a check-in was open where another one was begun behind it in the log, which so has no effect. */
function isBehind(state: JournalState, checkIn: Thing, second: string): boolean {
  const [first, later] = [state.timeline.find(checkIn.entry), state.timeline.find(second)];
  if (first === null || later === null || first.applied.seq > later.applied.seq) return false;
  return effective(later.applied) <= (checkIn.times.get("until") ?? 0);
}

/** An answer with a fresh secret, as it will wait for the account journal. */
function* keptAnswer(home: Home, journal: Uint8Array, pair: Uint8Array, answer: Uint8Array): Step<Waiting> {
  const own = home.identity.accountJournal;
  const text = encodeB64(answer);
  const body = jsonObject({
    journal: encodeB64(journal),
    pair: encodeB64(pair),
    k: encodeB64(PairSecret.fresh(home.random).k),
    nonce: encodeB64(home.random.bytes(SIZES.AEAD_NONCE, "pair")),
    answer: text,
    fill: ".".repeat(Math.max(B64_ANSWER - text.length, 0)),
  });
  const document = makeAccountDocument("sealed_answer", body, home.clock.now());
  requireAllowedAccount(yield* accountState(home), document);
  requireOpen(yield* standingOf(own));
  const seen = yield* newestReceipt(own);
  if (seen === null) throw new NotAllowed("The account's own journal has not been fetched yet. Sync first.");
  return yield* waitingAs(home, own, document, seen, null);
}

function* keptFor(home: Home, journal: string): Step<readonly SealedAnswerBody[]> {
  return (yield* accountState(home)).answers.filter((one) => one.journal === journal);
}

function* hasAnswer(home: Home, journal: Uint8Array, checkIn: Thing): Step<boolean> {
  if ((yield* myAnswer(home, journal, checkIn)) !== null) return true;
  return (yield* unsentAnswer(home, encodeB64(journal), checkIn.entry)) !== null;
}

/** An answer that waits to be sent to the account journal. */
function* unsentAnswer(home: Home, journal: string, pair: string): Step<SealedAnswerBody | null> {
  for (const one of yield* waitingFor(home, home.identity.accountJournal)) {
    const { body } = parseMessage(one.message).document;
    if (isFor(one, journal) && body.get("pair") === pair)
      return Object.fromEntries(body) as unknown as SealedAnswerBody;
  }
  return null;
}

function isFor({ message }: Waiting, journal: string): boolean {
  const { kind, body } = parseMessage(message).document;
  return kind === "sealed_answer" && body.get("journal") === journal;
}

function mayCommit(home: Home, checkIn: Thing): boolean {
  const me = encodeB64(home.identity.account);
  const isOver = home.clock.now() > (checkIn.times.get("until") ?? 0);
  return checkIn.standing === "begun" && !isOver && !marksIn(checkIn, "commits").has(me);
}

function* mayReveal(home: Home, journal: Uint8Array, checkIn: Thing): Step<boolean> {
  const me = encodeB64(home.identity.account);
  if (checkIn.standing !== "sealed" || marksIn(checkIn, "keys").has(me)) return false;
  return (yield* myAnswer(home, journal, checkIn)) !== null;
}

function* isLate(home: Home, journal: Uint8Array, checkIn: Thing): Step<boolean> {
  const now = Math.max(home.clock.now(), (yield* newestReceipt(journal))?.time ?? 0);
  return now > (checkIn.times.get("until") ?? 0) + DAY;
}

function placeOf(home: Home, journal: Uint8Array, checkIn: Thing): PairPlace {
  return { journal, pair: parseB64(checkIn.entry), author: home.identity.account };
}
