/**
 * Pairing: how two people become partners of one journal without trusting the server.
 *
 * Rules
 * - The invitation commits to the founder's nonce N_F. The partner answers without knowing N_F. Then the founder reveals
 *   N_F. So neither the server nor a man in the middle can search for keys that give the same words.
 * - Both clients show eight words of invitation, acceptance, its signature and N_F. Only two people who compare these
 *   words verify each other.
 * - The acceptance names the SHA-256 of the invitation's plaintext and consents to exactly its role, rights and term.
 *
 * This module adds no member: a roster statement does. The messages are in `invitations`. Spec: §7
 */

import { VerificationError } from "../errors.ts";
import { type AccountChain, verifyChain } from "../protocol/accounts.ts";
import { sameBytes } from "../protocol/bytes.ts";
import { label, lengthPrefixed, sha256 } from "../protocol/codec.ts";
import { IdMap } from "../protocol/idMap.ts";
import { checkChange } from "../protocol/roster.ts";
import type { Roster } from "../protocol/rosterChanges.ts";
import { type Acceptance, parseAcceptance, parseRoster, type SignedAcceptance } from "../protocol/rosterStatements.ts";
import { statementHash, verifyStatement } from "../protocol/statements.ts";
import { sameSecret } from "../sodium.ts";
import { type Invitation, type PairingAnswer, parseInvitation } from "./invitations.ts";
import { eightWords } from "./words.ts";

/** An invitation's commitment to N_F, for the founder's newest generation and this journal. 32 bytes. */
export function revealCommitment(nonce: Uint8Array, chainHead: Uint8Array, journal: Uint8Array): Uint8Array {
  return sha256(label("reveal"), nonce, chainHead, journal);
}

/** A founder's verified chain, and the journal's first roster. */
export interface VerifiedInvitation {
  readonly chain: AccountChain;
  readonly roster: Roster;
}

/**
 * Verifies the founder's chain and the journal's first roster. Only the eight words show who the founder is.
 *
 * Throws MalformedData, ChainViolation, BadSignature, RosterViolation: chain or genesis breaks its rules;
 * VerificationError: the chain is not that of the genesis's founder.
 */
export function verifyInvitation(invitation: Invitation): VerifiedInvitation {
  const chain = verifyChain(invitation.chain);
  const [founder, ...others] = parseRoster(invitation.genesis.statement).members;
  if (founder === undefined || others.length > 0 || !sameBytes(founder.account, chain.account)) {
    throw new VerificationError(
      "The invitation is from somebody else than the journal's founder.",
      "seal.invitation_founder",
    );
  }
  return { chain, roster: checkChange(null, invitation.genesis, new IdMap([[chain.account, chain]])) };
}

/** A newcomer's verified acceptance and chain. */
export interface VerifiedAnswer {
  readonly acceptance: Acceptance;
  readonly chain: AccountChain;
}

/**
 * Verifies the newcomer's chain, and their acceptance of exactly this invitation (its plaintext).
 *
 * Throws MalformedData, ChainViolation, BadSignature: chain or acceptance breaks its rules; VerificationError: the
 * acceptance names another invitation, journal, place or account.
 */
export function verifyAnswer(invitation: Uint8Array, answer: PairingAnswer): VerifiedAnswer {
  const offered = parseInvitation(invitation);
  const chain = verifyChain(answer.chain);
  const acceptance = parseAcceptance(answer.acceptance.statement);
  if (!sameBytes(acceptance.invitation, sha256(invitation))) {
    throw new VerificationError("The answer belongs to another invitation.", "seal.answer_invitation");
  }
  if (!sameBytes(acceptance.journal, statementHash(offered.genesis.statement))) {
    throw new VerificationError("The answer is for another journal.", "seal.answer_journal");
  }
  const { member } = acceptance;
  if (member.role !== offered.role || member.rights !== offered.rights || member.until !== offered.until) {
    throw new VerificationError("The answer accepts another place than was offered.", "seal.answer_terms");
  }
  const { newest } = chain;
  const isShown =
    sameBytes(member.account, chain.account) &&
    member.generation === newest.generation &&
    sameBytes(member.chainHead, newest.statementHash);
  if (!isShown) {
    throw new VerificationError("The answer is not for the account that it shows.", "seal.answer_account");
  }
  verifyStatement(newest.signKey, answer.acceptance.statement, answer.acceptance.signature);
  return { acceptance, chain };
}

/**
 * Checks that the invitation committed to this N_F. A client does this before it shows words.
 *
 * Throws VerificationError: it committed to another; and as `verifyChain`, for the invitation's chain.
 */
export function requireReveal(invitation: Invitation, nonce: Uint8Array): void {
  const head = verifyChain(invitation.chain).newest.statementHash;
  const expected = revealCommitment(nonce, head, statementHash(invitation.genesis.statement));
  if (!sameSecret(expected, invitation.reveal)) {
    throw new VerificationError(
      "What the founder revealed is not what the invitation promised. Stop, and make a new invitation.",
      "seal.reveal",
    );
  }
}

/** The eight words that both people compare: of invitation, acceptance, its signature and N_F. */
export function pairingWords(
  invitation: Uint8Array,
  acceptance: SignedAcceptance,
  nonce: Uint8Array,
): readonly string[] {
  const fields = lengthPrefixed(invitation, acceptance.statement, acceptance.signature, nonce);
  return eightWords(sha256(label("pairing-words"), fields));
}
