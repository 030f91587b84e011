/**
 * The newcomer's steps: send the answer, and learn the founder's nonce.
 *
 * Rules
 * - All own devices know of the answer before it is sent, and it is sent again byte for byte.
 * - The nonce is checked against the invitation before any words are shown.
 *
 * Spec: §7.3
 */

import { NotAllowed, ServerRefused } from "../../errors.ts";
import { encodeB64, sha256 } from "../../protocol/codec.ts";
import { parseAcceptance, type SignedAcceptance } from "../../protocol/rosterStatements.ts";
import { encodeAnswer, InvitationSecret, parseInvitation, parseNonce } from "../../seal/invitations.ts";
import { requireReveal } from "../../seal/pairing.ts";
import { read, type Step } from "../core/effects.ts";
import { type Home, parseStatements } from "../core/home.ts";
import { note } from "../log/notes.ts";
import { standingOf } from "../log/standing.ts";
import { type Progress, saveProgress } from "./progress.ts";

/**
 * Takes the newcomer's steps that are due; how far the pairing is then. Where the server shows no reveal, the answer is sent:
 * it may have been cut off behind its note. The invitation is over when the server takes no answer either.
 *
 * Throws VerificationError: the founder revealed another nonce than was promised; and as `note` and a `Connection`.
 */
export function* goOnAsNewcomer(home: Home, before: Progress): Step<Progress> {
  if (before.nonce !== null) return before;
  for (const step of before.sent ? [learnNonce, sendAgain] : [sendAgain]) {
    try {
      const after = yield* step(home, before);
      return before.sent ? after : yield* learnNonce(home, after);
    } catch (error) {
      const isGone = isRefused(error, "not_found") || isRefused(error, "invitation_used");
      if (!isGone || (yield* standingOf(before.journal)).log.roster !== null) throw error;
    }
  }
  return yield* saved(home, { ...before, end: "over" });
}

/** Sends the answer. Throws ServerRefused: somebody else's was first, or the invitation is gone. */
export function* sendAnswer(home: Home, progress: Progress): Step<Progress> {
  const { journal, plaintext, acceptance } = progress;
  const secret = new InvitationSecret(progress.secret);
  if (acceptance === null) throw new NotAllowed("Nothing was accepted here yet. Open the link again.");
  yield* note(home, {
    kind: "sent_acceptance",
    body: {
      journal: encodeB64(journal),
      secret: encodeB64(progress.secret),
      plaintext_hash: encodeB64(sha256(plaintext)),
      acceptance: encodeB64(acceptance.statement),
      signature: encodeB64(acceptance.signature),
    },
  });
  const sealed = progress.sealed.length > 0 ? progress.sealed : yield* sealAnswer(home, secret, acceptance);
  yield* home.connection.answerInvitation(secret.id, sealed);
  return yield* saved(home, { ...progress, sent: true });
}

/** As `sendAnswer`, where another own device may have sent it too: sealed anew, so that it counts for another answer. */
export function* sendAgain(home: Home, progress: Progress): Step<Progress> {
  try {
    return yield* sendAnswer(home, progress);
  } catch (error) {
    const isMine = isRefused(error, "invitation_used") && (yield* isAnsweredByMe(home, progress));
    if (!isMine) throw error;
    return yield* saved(home, { ...progress, sent: true });
  }
}

/** An answer with what was signed, and my chain up to the keys that signed it. Sealed anew it has other bytes. */
export function* sealAnswer(home: Home, secret: InvitationSecret, acceptance: SignedAcceptance): Step<Uint8Array> {
  const { account, generation } = parseAcceptance(acceptance.statement).member;
  const name = `chain/${encodeB64(account)}`;
  const statements = parseStatements((yield* read([name])).get(name) ?? new Uint8Array());
  const answer = encodeAnswer({ acceptance, chain: statements.slice(0, generation) });
  return secret.seal("acceptance", answer, home.random);
}

/** Whether the server shows an answered invitation to my account: it shows it to no other than the one that answered. */
function* isAnsweredByMe(home: Home, progress: Progress): Step<boolean> {
  try {
    yield* home.connection.openInvitation(new InvitationSecret(progress.secret).id);
  } catch (error) {
    if (!isRefused(error, "not_found")) throw error;
    return false;
  }
  return true;
}

function isRefused(error: unknown, code: string): boolean {
  return error instanceof ServerRefused && error.code === code;
}

function* learnNonce(home: Home, progress: Progress): Step<Progress> {
  const secret = new InvitationSecret(progress.secret);
  const sealed = yield* home.connection.revealed(secret.id);
  if (sealed === null) return progress;
  const nonce = parseNonce(secret.open("reveal", sealed));
  requireReveal(parseInvitation(progress.plaintext), nonce);
  return yield* saved(home, { ...progress, nonce });
}

function* saved(home: Home, progress: Progress): Step<Progress> {
  yield* saveProgress(home, progress);
  return progress;
}
