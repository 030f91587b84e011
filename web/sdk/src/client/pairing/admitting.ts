/**
 * The founder's steps: take the answer, reveal the nonce, and let the newcomer in.
 *
 * Rules
 * - The account takes one answer, durably, here and in the account journal, before it reveals its nonce.
 * - The roster gets exactly the member whom the newcomer has accepted to be, and the partner is provisional.
 *
 * Spec: §7.3
 */

import { requirePinned } from "../../documents/accountState.ts";
import { VerificationError } from "../../errors.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import type { SignedAcceptance } from "../../protocol/rosterStatements.ts";
import { statementHash } from "../../protocol/statements.ts";
import { InvitationSecret, parseAnswer } from "../../seal/invitations.ts";
import { verifyAnswer } from "../../seal/pairing.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { settle } from "../log/settling.ts";
import { requireOpen, standingOf } from "../log/standing.ts";
import { makeAdd } from "../log/statements.ts";
import { endInvitation, ignoring, noteEnded } from "./inviting.ts";
import { meet } from "./meeting.ts";
import { type Progress, saveProgress } from "./progress.ts";

/** Whom an answer names, and what they have signed. */
interface Taken {
  readonly other: Uint8Array;
  readonly acceptance: SignedAcceptance;
}

/**
 * Takes the founder's steps that are due; how far the pairing is then.
 *
 * Throws VerificationError, OpenError, MalformedData: the answer is not true, and nothing was taken; PinMismatch: it is
 * from another account than my devices know; and as `note`, `settle` and a `Connection`.
 */
export function* goOnAsFounder(home: Home, before: Progress): Step<Progress> {
  const progress = before.acceptance === null ? yield* takeAnswer(home, before) : before;
  const { journal, other, acceptance, nonce } = progress;
  const { log } = yield* standingOf(journal);
  if (other === null || acceptance === null || nonce === null || log.roster === null) return progress;
  if (findMember(log.roster, other) === null) {
    if (log.roster.accepted.has(statementHash(acceptance.statement))) {
      const removed: Progress = { ...progress, end: "withdrawn" }; // another own device let them in, and removed them
      yield* saveProgress(home, removed);
      return removed;
    }
    yield* reveal(home, progress, nonce, { other, acceptance });
    yield* settle(home, journal, function* () {
      const roster = requireOpen(yield* standingOf(journal));
      return findMember(roster, other) === null ? makeAdd(home, roster, acceptance) : null;
    });
  }
  yield* noteEnded(home, progress, "added");
  return progress;
}

/** Verifies the answer to an invitation, pins the newcomer's chain, and takes the answer; unchanged while there is none. */
function* takeAnswer(home: Home, progress: Progress): Step<Progress> {
  if (!progress.sent) return progress;
  const secret = new InvitationSecret(progress.secret);
  const listed = yield* home.connection.ownInvitations(progress.journal);
  const sealed = listed.find(({ id }) => sameBytes(id, secret.id))?.answer ?? null;
  if (sealed === null) return yield* withoutAnswer(home, progress, secret);
  const answer = parseAnswer(secret.open("acceptance", sealed));
  const { chain } = verifyAnswer(progress.plaintext, answer);
  if (sameBytes(chain.account, home.identity.account)) {
    throw new VerificationError("The server answers your invitation with your own account.", "client.own_answer");
  }
  const state = yield* accountState(home);
  for (const { generation, statementHash } of chain.generations) {
    requirePinned(state, encodeB64(chain.account), generation, encodeB64(statementHash));
  }
  yield* requireFirst(home, secret, answer.acceptance);
  yield* meet(home, chain, answer.chain);
  const taken: Progress = { ...progress, other: chain.account, acceptance: answer.acceptance };
  yield* saveProgress(home, taken);
  return taken;
}

/** What an invitation without an answer comes to: it may have lapsed, or another own device took it back. */
function* withoutAnswer(home: Home, progress: Progress, secret: InvitationSecret): Step<Progress> {
  const state = yield* accountState(home);
  const isRevoked = state.ended.get(encodeB64(secret.id)) === "revoked";
  if (!isRevoked && home.clock.now() <= progress.expires) return progress;
  const end = isRevoked ? "withdrawn" : "lapsed";
  yield* endInvitation(home, progress, end);
  return { ...progress, end };
}

/** Checks that no own device has taken another answer to the same invitation. */
function* requireFirst(home: Home, secret: InvitationSecret, { statement, signature }: SignedAcceptance): Step<void> {
  const state = yield* accountState(home);
  const first = state.acceptances.get(encodeB64(secret.id));
  if (first === undefined) return;
  if (first.acceptance !== encodeB64(statement) || first.signature !== encodeB64(signature)) {
    throw new VerificationError(
      "The server gave your devices two answers to one invitation. Take it back, and make a new one.",
      "client.one_acceptance",
    );
  }
}

/** Notes the one answer that I take, and then leaves N_F for the newcomer. Doing it again changes nothing. */
function* reveal(home: Home, progress: Progress, nonce: Uint8Array, { other, acceptance }: Taken): Step<void> {
  const secret = new InvitationSecret(progress.secret);
  yield* note(home, {
    kind: "taken_acceptance",
    body: {
      invitation: encodeB64(secret.id),
      account: encodeB64(other),
      acceptance: encodeB64(acceptance.statement),
      signature: encodeB64(acceptance.signature),
    },
  });
  yield* requireFirst(home, secret, acceptance);
  const sealed = secret.seal("reveal", nonce, home.random);
  // revealed before, sealed with another nonce
  yield* ignoring("invitation_used", home.connection.reveal(progress.journal, secret.id, sealed));
}
