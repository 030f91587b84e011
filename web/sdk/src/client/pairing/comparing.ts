/**
 * Comparing the eight words of a pairing, and signing `verify` once two people have compared them.
 *
 * Rules
 * - Only words that two people compared verify. Nothing is signed while they differ.
 * - Who finds that they differ tells the other in the journal: a warning, which verifies and ends nothing.
 * - Both partners sign `verify`. The one who gives the second signature sends the statement.
 *
 * Spec: §7.3
 */

import { requireNoConflict } from "../../documents/accountState.ts";
import { makeDocument } from "../../documents/writing.ts";
import { NotAllowed, PinMismatch, VerificationError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { compareBytes, sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, jsonObject } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { checkChange } from "../../protocol/roster.ts";
import { findMember, partnersOf, type Roster } from "../../protocol/rosterChanges.ts";
import { type SignedStatement, statementHash } from "../../protocol/statements.ts";
import { sameWords } from "../../seal/words.ts";
import { isUnconfirmed, requireConfirmed } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { accountState, journalState } from "../log/folding.ts";
import { note, pinOf } from "../log/notes.ts";
import { post } from "../log/outbox.ts";
import { settle } from "../log/settling.ts";
import { requireOpen, standingOf } from "../log/standing.ts";
import { makeVerify } from "../log/statements.ts";
import { noteJournal } from "./founding.ts";
import { type End, type Progress, progressOf, saveProgress, wordsOf } from "./progress.ts";

/**
 * Where a pairing stands. `words`: eight to compare now; null while there are none, or they were compared.
 *
 * `waiting_for_answer`: the founder's link waits to be opened. `lapsed`: nobody answered within a day; `withdrawn`: the
 * founder took it back; `over`: one of the two, as the newcomer sees it.
 */
export interface Pairing {
  readonly journal: Uint8Array;
  readonly stage: "waiting_for_answer" | "waiting_for_founder" | "compare" | "waiting_for_partner" | "verified" | End;
  readonly words: readonly string[] | null;
}

/** Where the pairing of a journal stands here. Throws NotAllowed where there is none. */
export function* pairingOf(home: Home, journal: Uint8Array): Step<Pairing> {
  const progress = yield* progressOf(home, journal);
  const { roster } = (yield* standingOf(journal)).log;
  if (roster !== null && isVerified(home, roster)) return { journal, stage: "verified", words: null };
  if (progress === null || (progress.role === "founder" && !progress.sent && progress.end === null)) {
    throw new NotAllowed("No invitation to this journal waits here. Make one, or ask for a new link.");
  }
  if (progress.end !== null) return { journal, stage: progress.end, words: null };
  const words = wordsOf(progress);
  if (words === null || !areBothIn(home, roster, progress)) {
    const stage = progress.role === "founder" ? "waiting_for_answer" : "waiting_for_founder";
    return { journal, stage, words: null };
  }
  return { journal, stage: progress.confirmed ? "waiting_for_partner" : "compare", words };
}

function isVerified(home: Home, roster: Roster): boolean {
  const isMine = findMember(roster, home.identity.account) !== null;
  return isMine && partnersOf(roster).length === SIZES.MAX_PARTNERS && !roster.provisional;
}

function areBothIn(home: Home, roster: Roster | null, { other }: Progress): boolean {
  if (roster === null || other === null) return false;
  return findMember(roster, home.identity.account) !== null && findMember(roster, other) !== null;
}

/**
 * Confirms that both see the same eight words, and signs. `heard`: as the other reads them.
 *
 * Throws NotAllowed: there are no words to compare yet; PinMismatch: they differ, and nothing was signed.
 */
export function* confirmWords(home: Home, journal: Uint8Array, heard: readonly string[]): Step<Pairing> {
  yield* requireConfirmed();
  const { stage, words } = yield* pairingOf(home, journal);
  const progress = yield* progressOf(home, journal);
  if (progress !== null && stage !== "verified") {
    if (words === null) throw new NotAllowed("There are no words to compare yet. Sync, and wait for the other side.");
    if (!sameWords(words, heard)) {
      throw new PinMismatch(
        "The words differ: somebody may stand between you. Nothing was signed. Begin again with a new invitation.",
        "client.words",
      );
    }
    const confirmed = { ...progress, confirmed: true };
    yield* saveProgress(home, confirmed);
    yield* signVerification(home, confirmed);
  }
  return yield* pairingOf(home, journal);
}

/**
 * Puts into the outbox, for the other partner, that the words differ; its entry id. Null where I have said so already, or
 * there is no partner here to tell.
 *
 * Throws as `post`.
 */
export function* sayWordsDiffer(home: Home, journal: Uint8Array): Step<Uint8Array | null> {
  const progress = yield* progressOf(home, journal);
  const { log } = yield* standingOf(journal);
  if (progress === null || progress.acceptance === null || log.roster?.provisional !== true) return null;
  const acceptance = encodeB64(statementHash(progress.acceptance.statement));
  if ((yield* saidToDiffer(home, journal)).includes(encodeB64(home.identity.account))) return null;
  return yield* post(home, journal, makeDocument("words_differ", jsonObject({ acceptance }), home.clock.now()));
}

/** The accounts of the partners who found that the words of the pairing in force differ; none once it is verified. */
export function* saidToDiffer(home: Home, journal: Uint8Array): Step<readonly string[]> {
  const { roster } = (yield* standingOf(journal)).log;
  if (roster === null || !roster.provisional) return [];
  const progress = yield* progressOf(home, journal);
  const mine = progress?.acceptance ? [statementHash(progress.acceptance.statement)] : null;
  const counted = [...(mine ?? roster.accepted)].map(encodeB64); // an own device without the pairing is careful
  const partners = new Set(partnersOf(roster).map(({ account }) => encodeB64(account)));
  const { differing } = (yield* journalState(home, journal)).parts;
  return [...differing]
    .filter(([account, said]) => partners.has(account) && counted.includes(said.acceptance))
    .map(([account]) => account);
}

/** Takes the steps that are due once both are members: it is noted, and `verify` is signed where words were compared. */
export function* goOnVerifying(home: Home, before: Progress): Step<void> {
  yield* noteJoined(home, before);
  const { roster } = (yield* standingOf(before.journal)).log;
  if (roster?.provisional !== true || !areBothIn(home, roster, before)) return;
  let progress = before;
  if (!progress.confirmed) {
    if ((yield* isUnconfirmed()) || !(yield* isKnown(home, progress.other))) return;
    progress = { ...progress, confirmed: true };
    yield* saveProgress(home, progress);
  }
  yield* signVerification(home, progress);
}

/** Whether words were compared with this account, in another journal, for keys that its chain holds. Throws PinMismatch. */
function* isKnown(home: Home, account: Uint8Array | null): Step<boolean> {
  if (account === null) return false;
  const [state, id] = [yield* accountState(home), encodeB64(account)];
  requireNoConflict(state, id);
  const verified = state.verified.get(id);
  const generations = home.chains.get(account)?.generations ?? [];
  return generations.some(
    ({ generation, statementHash: head }) =>
      generation === verified?.generation && encodeB64(head) === verified.chain_head,
  );
}

/** Proposes `verify`, or adds my signature to the other's and sends the statement. */
function* signVerification(home: Home, progress: Progress): Step<void> {
  const { journal } = progress;
  yield* settle(home, journal, function* () {
    const roster = requireOpen(yield* standingOf(journal));
    if (!roster.provisional) return null;
    const mine = makeVerify(home, roster);
    let both = yield* bothSigned(home, roster, mine);
    if (both === null) {
      yield* home.connection.propose(journal, mine);
      both = yield* bothSigned(home, roster, mine);
    }
    return both === null ? null : { signed: both, grants: new IdMap() };
  });
  yield* noteJoined(home, progress);
}

/** My statement with the other partner's signature, when the server holds a valid one. */
function* bothSigned(home: Home, roster: Roster, mine: SignedStatement): Step<SignedStatement | null> {
  for (const proposal of yield* home.connection.proposals(roster.journal)) {
    if (!sameBytes(proposal.statement, mine.statement)) continue;
    const others = proposal.signatures.filter(({ account }) => !sameBytes(account, home.identity.account));
    const signatures = [...others, ...mine.signatures].sort((one, two) => compareBytes(one.account, two.account));
    const both = { statement: mine.statement, signatures };
    try {
      checkChange(roster, both, home.chains);
      return both;
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
    }
  }
  return null;
}

/** Notes a journal in which the other and I are members, pins the other, and marks them as verified once both signed. */
function* noteJoined(home: Home, progress: Progress): Step<void> {
  const { journal, other } = progress;
  const { log } = yield* standingOf(journal);
  const chain = other === null ? undefined : home.chains.get(other);
  if (log.roster === null || chain === undefined || !areBothIn(home, log.roster, progress)) return;
  yield* noteJournal(home, journal);
  yield* note(home, { kind: "pin", body: pinOf(chain) });
  const isElsewhere = (yield* accountState(home)).verified.has(encodeB64(chain.account)); // on another own device
  if (log.roster.provisional || !(progress.confirmed || isElsewhere)) return;
  yield* note(home, { kind: "verified", body: pinOf(chain) });
  const head = { journal: encodeB64(journal), seq: log.seq, head: encodeB64(log.head) };
  yield* note(home, { kind: "noted_head", body: head });
  yield* saveProgress(home, { ...progress, done: true });
}
