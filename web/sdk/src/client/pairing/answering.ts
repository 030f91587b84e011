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
import { InvitationSecret, parseInvitation, parseNonce } from "../../seal/invitations.ts";
import { requireReveal } from "../../seal/pairing.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { note } from "../log/notes.ts";
import { standingOf } from "../log/standing.ts";
import { type Progress, saveProgress } from "./progress.ts";

/**
 * Takes the newcomer's steps that are due; how far the pairing is then. Where the invitation is gone, it is over.
 *
 * Throws VerificationError: the founder revealed another nonce than was promised; and as `note` and a `Connection`.
 */
export function* goOnAsNewcomer(home: Home, before: Progress): Step<Progress> {
  if (before.nonce !== null) return before;
  try {
    return yield* learnNonce(home, before.sent ? before : yield* sendAnswer(home, before));
  } catch (error) {
    const isGone = error instanceof ServerRefused && error.code === "not_found";
    if (!isGone || (yield* standingOf(before.journal)).log.roster !== null) throw error;
    return yield* saved(home, { ...before, end: "over" });
  }
}

/** Sends the answer. Throws ServerRefused: somebody else's was first, or the invitation is gone. */
export function* sendAnswer(home: Home, progress: Progress): Step<Progress> {
  const { journal, plaintext, acceptance, sealed } = progress;
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
  yield* home.connection.answerInvitation(secret.id, sealed);
  return yield* saved(home, { ...progress, sent: true });
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
