/**
 * The context of a proposal to add a confidant: everything from which the co-signer makes the eight words.
 *
 * Rules
 * - A context is sealed to the epoch in force, so only members read it, and bound to one statement.
 * - The words come from the acceptance in the statement itself, so nobody can show another acceptance in its place.
 * - The co-signer repeats all of the inviter's checks, and trusts no part of the context because the partner sent it.
 *
 * Spec: §7.4
 */

import { SIZES } from "../generated/constants.ts";
import type { AccountChain, SignedAccountStatement } from "../protocol/accounts.ts";
import { concat } from "../protocol/bytes.ts";
import { encodeB64, encodeCanonical, jsonObject, label } from "../protocol/codec.ts";
import type { SignedAcceptance } from "../protocol/rosterStatements.ts";
import type { Random } from "../random.ts";
import { drawn, opened, sealed } from "./aead.ts";
import { linksJson, readLink } from "./chains.ts";
import { expand } from "./derive.ts";
import { parseInvitation, parseNonce } from "./invitations.ts";
import type { EpochKey } from "./keys.ts";
import { pairingWords, requireReveal, verifyAnswer, verifyInvitation } from "./pairing.ts";
import { readPlaintext } from "./sealedMessages.ts";

const MAX_PLAINTEXT = SIZES.MAX_CONTEXT - SIZES.AEAD_NONCE - SIZES.AEAD_TAG;

/** The invitation's plaintext, the nonce N_F (32 bytes), and the confidant's account chain. */
export interface ProposalContext {
  readonly invitation: Uint8Array;
  readonly nonce: Uint8Array;
  readonly chain: readonly SignedAccountStatement[];
}

/** The proposal that a context belongs to: its journal, and the hash of its statement, 32 bytes each. */
export interface ProposalPlace {
  readonly journal: Uint8Array;
  readonly statementHash: Uint8Array;
}

/** The plaintext. Throws MalformedData when it is too long. */
export function encodeContext(context: ProposalContext): Uint8Array {
  return encodeCanonical(
    jsonObject({
      type: "confidant_context",
      invitation: encodeB64(context.invitation),
      nonce: encodeB64(context.nonce),
      chain: linksJson(context.chain),
    }),
    MAX_PLAINTEXT,
  );
}

/** A context's plaintext, parsed without verifying it. Throws MalformedData. */
export function parseContext(plaintext: Uint8Array): ProposalContext {
  return readPlaintext(
    plaintext,
    "confidant_context",
    (fields) => ({
      invitation: fields.blob("invitation", SIZES.MAX_INVITATION),
      nonce: parseNonce(fields.data("nonce", SIZES.NONCE)),
      chain: fields.objects("chain", readLink, 1, SIZES.MAX_CHAIN),
    }),
    MAX_PLAINTEXT,
  );
}

/** nonce 24 | ciphertext, for the members of the epoch in force. */
export function sealContext(key: EpochKey, place: ProposalPlace, context: ProposalContext, random: Random): Uint8Array {
  return sealed(contextKey(key, place), encodeContext(context), boundTo(place), drawn(random, "context_nonce"));
}

/**
 * The context of exactly this statement.
 *
 * Throws OpenError: it is of another epoch, journal or statement, or changed; MalformedData: its plaintext breaks the
 * format.
 */
export function openContext(key: EpochKey, place: ProposalPlace, data: Uint8Array): ProposalContext {
  return parseContext(opened(contextKey(key, place), data, boundTo(place)));
}

/** A proposed confidant's verified chain, and the eight words that both partners compare with them. */
export interface VerifiedContext {
  readonly chain: AccountChain;
  readonly words: readonly string[];
}

/**
 * Verifies a context against the acceptance that stands in the statement.
 *
 * Throws MalformedData, ChainViolation, BadSignature: a part breaks its rules; VerificationError: the acceptance names
 * another invitation, journal, place or account, or N_F is another.
 */
export function verifyContext(context: ProposalContext, acceptance: SignedAcceptance): VerifiedContext {
  const invitation = parseInvitation(context.invitation);
  verifyInvitation(invitation);
  const { chain } = verifyAnswer(context.invitation, { acceptance, chain: context.chain });
  requireReveal(invitation, context.nonce);
  return { chain, words: pairingWords(context.invitation, acceptance, context.nonce) };
}

function contextKey(key: EpochKey, place: ProposalPlace): Uint8Array {
  return expand(key.key, concat(label("proposal-context"), place.journal), SIZES.EPOCH_KEY);
}

function boundTo(place: ProposalPlace): Uint8Array {
  return concat(label("proposal-context"), place.journal, place.statementHash);
}
