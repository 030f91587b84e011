/**
 * Joining a journal as its second partner: the invitation is verified, and accepted.
 *
 * Rules
 * - The founder's chain is pinned, and the acceptance is durable, here and in the account journal, before it is sent.
 * - Joining again by the same link goes on with the same acceptance.
 *
 * Spec: §7.3
 */

import { NotAllowed, PinMismatch, TransportError, VerificationError } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, sha256 } from "../../protocol/codec.ts";
import { encodeAcceptance } from "../../protocol/rosterStatements.ts";
import { InvitationSecret, parseInvitation } from "../../seal/invitations.ts";
import { verifyInvitation } from "../../seal/pairing.ts";
import { parsePasted } from "../../seal/pastedLinks.ts";
import { requireConfirmed } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { pinServer } from "../server/linkedKeys.ts";
import { sealAnswer, sendAgain, sendAnswer } from "./answering.ts";
import { type Pairing, pairingOf } from "./comparing.ts";
import { meet } from "./meeting.ts";
import { type Progress, pairingsUnderWay, saveProgress } from "./progress.ts";
import { goOn } from "./steps.ts";

const OWN = "This is your own invitation. Give the link to the person whom you invite.";

/** Where an invitation waits. `inviteCode` lets its holder register at that server. */
export interface InvitationLink {
  readonly server: string;
  readonly inviteCode: string;
}

/**
 * The invitation that a pasted text names, as a program shows it before there is an account. Nothing is asked of a server.
 *
 * Throws MalformedData with a sentence for what is wrong. Spec: §7.5
 */
export function invitationLink(text: string): InvitationLink {
  const { origin, secret } = parsePasted(text);
  return { server: origin, inviteCode: encodeB64(new InvitationSecret(secret).id) };
}

/**
 * Accepts the invitation behind a link, which may stand in a pasted text. Joining as a confidant isn't here yet.
 *
 * Throws MalformedData, OpenError: the link or the invitation is damaged; NotAllowed: it is at another server, one's own,
 * or this home is unconfirmed; PinMismatch: it names another receipt key; VerificationError: it is not true in itself;
 * ServerRefused: it is gone or used.
 */
export function* join(home: Home, text: string): Step<Pairing> {
  yield* requireConfirmed();
  const link = parsePasted(text);
  if (link.origin !== home.connection.origin) {
    throw new NotAllowed(
      `This invitation is at ${link.origin}, and your account is elsewhere. Register there to join.`,
    );
  }
  const secret = new InvitationSecret(link.secret);
  const known = (yield* pairingsUnderWay(home)).find((one) => sameBytes(one.secret, link.secret));
  if (known?.role === "founder") throw new NotAllowed(OWN);
  const progress = known ?? (yield* accept(home, secret));
  yield* known === undefined ? sendAnswer(home, progress) : sendAgain(home, progress);
  yield* goOn(home, progress.journal);
  return yield* pairingOf(home, progress.journal);
}

/** Verifies an invitation, and makes my acceptance of it durable. */
function* accept(home: Home, secret: InvitationSecret): Step<Progress> {
  const sealed = yield* home.connection.openInvitation(secret.id);
  if (sealed === null) throw new TransportError("The server's answer is not what the protocol says. Try again.");
  const plaintext = secret.open("invitation", sealed);
  const invitation = parseInvitation(plaintext);
  const { chain, roster } = verifyInvitation(invitation);
  if (invitation.origin !== home.connection.origin) {
    throw new VerificationError("The invitation was made for another server.", "client.invitation_origin");
  }
  const keys = yield* pinServer(home.connection, home.receiptKeys);
  if (!keys.some((key) => sameBytes(key, invitation.receiptKey))) {
    throw new PinMismatch(
      "The invitation names another receipt key than this server showed you. Stop, and ask who runs it.",
      "client.invitation_receipt_key",
    );
  }
  const { account, generation } = home.identity;
  if (sameBytes(chain.account, account)) {
    throw new NotAllowed(OWN);
  }
  if (invitation.role !== "partner") throw new NotAllowed("This program can't join as a confidant yet.");
  yield* meet(home, chain, invitation.chain);
  const newest = home.chains.get(account)?.newest;
  const mine = home.identity.secret(generation);
  if (newest === undefined || mine === null) throw new NotAllowed("Sync first.");
  const { role, rights, until } = invitation;
  const statement = encodeAcceptance({
    journal: roster.journal,
    invitation: sha256(plaintext),
    member: { account, generation, chainHead: newest.statementHash, role, rights, until },
    nonce: home.random.bytes(SIZES.NONCE, "acceptance_nonce"),
  });
  const acceptance = { statement, signature: mine.sign(statement) };
  const progress: Progress = {
    journal: roster.journal,
    role: "newcomer",
    secret: secret.secret,
    plaintext,
    sealed: yield* sealAnswer(home, secret, acceptance),
    sent: false,
    expires: 0,
    nonce: null,
    other: chain.account,
    acceptance,
    confirmed: false,
    done: false,
    end: null,
  };
  yield* saveProgress(home, progress);
  return progress;
}
