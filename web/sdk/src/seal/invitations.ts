/**
 * The messages of a pairing: invitation, answer and reveal, and the secret that seals them.
 *
 * Rules
 * - The founder tells one 16-byte secret. It seals three messages at the server, each under its own key.
 * - Sealed message = nonce 24 | XChaCha20-Poly1305 with label and invitation id as associated data.
 *
 * This module verifies nothing: see `pairing`. Links are in `links`. Spec: §7.1, §7.2
 */

import { MalformedData } from "../errors.ts";
import { RIGHTS, ROLES, SIZES } from "../generated/constants.ts";
import type { SignedAccountStatement } from "../protocol/accounts.ts";
import { concat } from "../protocol/bytes.ts";
import { encodeB64, jsonObject, label } from "../protocol/codec.ts";
import type { Fields } from "../protocol/fields.ts";
import { parseOrigin } from "../protocol/login.ts";
import type { Rights, Role, SignedAcceptance } from "../protocol/rosterStatements.ts";
import type { Signature, SignedStatement } from "../protocol/statements.ts";
import type { Random } from "../random.ts";
import { drawn, opened, sealed } from "./aead.ts";
import { linksJson, readLink } from "./chains.ts";
import { hkdf } from "./derive.ts";
import { encodePlaintext, readPlaintext } from "./sealedMessages.ts";
import { Secret } from "./secret.ts";

/** Which of the three messages. */
export type InvitationMessage = "invitation" | "acceptance" | "reveal";

/**
 * A founder's offer: their account chain, the journal's genesis, a place in it, the server's origin and receipt key.
 *
 * `until` is Unix seconds, for confidants alone; `reveal` (32 bytes) commits to the nonce N_F.
 */
export interface Invitation {
  readonly chain: readonly SignedAccountStatement[];
  readonly genesis: SignedStatement;
  readonly role: Role;
  readonly rights: Rights;
  readonly origin: string;
  readonly receiptKey: Uint8Array;
  readonly reveal: Uint8Array;
  readonly until: number | null;
}

/** A newcomer's acceptance with its signature, and their account chain. */
export interface PairingAnswer {
  readonly acceptance: SignedAcceptance;
  readonly chain: readonly SignedAccountStatement[];
}

/** The plaintext whose hash the acceptance names. Throws MalformedData when it is too long. */
export function encodeInvitation(invitation: Invitation): Uint8Array {
  const signatures = invitation.genesis.signatures.map((item) =>
    jsonObject({ account: encodeB64(item.account), signature: encodeB64(item.signature) }),
  );
  return encodePlaintext(
    jsonObject({
      type: "invitation",
      chain: linksJson(invitation.chain),
      genesis: jsonObject({ statement: encodeB64(invitation.genesis.statement), signatures }),
      role: invitation.role,
      rights: invitation.rights,
      origin: invitation.origin,
      receipt_key: encodeB64(invitation.receiptKey),
      reveal: encodeB64(invitation.reveal),
      until: invitation.until ?? undefined,
    }),
  );
}

/** The plaintext of the second message. Throws MalformedData when it is too long. */
export function encodeAnswer(answer: PairingAnswer): Uint8Array {
  return encodePlaintext(
    jsonObject({
      type: "invitation_answer",
      acceptance: encodeB64(answer.acceptance.statement),
      signature: encodeB64(answer.acceptance.signature),
      chain: linksJson(answer.chain),
    }),
  );
}

/** An invitation's plaintext, parsed without verifying it. Throws MalformedData. */
export function parseInvitation(plaintext: Uint8Array): Invitation {
  const invitation = readPlaintext(plaintext, "invitation", readInvitation);
  if (parseOrigin(invitation.origin) !== invitation.origin) {
    throw new MalformedData("An invitation names its server in an unusual form.");
  }
  return invitation;
}

function readInvitation(fields: Fields): Invitation {
  return {
    chain: fields.objects("chain", readLink, 1, SIZES.MAX_CHAIN),
    genesis: fields.object("genesis", readGenesis),
    role: fields.choice("role", ROLES),
    rights: fields.choice("rights", RIGHTS),
    origin: fields.text("origin", SIZES.MAX_ORIGIN),
    receiptKey: fields.data("receipt_key", SIZES.SIGN_KEY),
    reveal: fields.data("reveal", SIZES.HASH),
    until: fields.has("until") ? fields.integer("until") : null,
  };
}

function readGenesis(fields: Fields): SignedStatement {
  return {
    statement: fields.blob("statement", SIZES.MAX_STATEMENT),
    signatures: fields.objects("signatures", readSignature, 1, 1),
  };
}

function readSignature(fields: Fields): Signature {
  return {
    account: fields.data("account", SIZES.ACCOUNT_ID),
    signature: fields.data("signature", SIZES.SIGNATURE),
  };
}

/** An answer's plaintext, parsed without verifying it. Throws MalformedData. */
export function parseAnswer(plaintext: Uint8Array): PairingAnswer {
  return readPlaintext(plaintext, "invitation_answer", (fields) => ({
    acceptance: {
      statement: fields.blob("acceptance", SIZES.MAX_STATEMENT),
      signature: fields.data("signature", SIZES.SIGNATURE),
    },
    chain: fields.objects("chain", readLink, 1, SIZES.MAX_CHAIN),
  }));
}

/** The founder's nonce N_F (32 bytes) from the third message. Throws MalformedData. */
export function parseNonce(plaintext: Uint8Array): Uint8Array {
  if (plaintext.length !== SIZES.NONCE) throw new MalformedData("What the founder revealed has the wrong size.");
  return plaintext;
}

/**
 * The 16 bytes behind a link: `id` names the invitation at the server, and each message has its own key.
 *
 * Throws MalformedData when the secret has another size.
 */
export class InvitationSecret extends Secret {
  readonly id: Uint8Array;
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    super();
    if (secret.length !== SIZES.INVITATION_SECRET) {
      throw new MalformedData("An invitation's secret has the wrong size.");
    }
    this.#secret = secret.slice();
    this.id = hkdf(secret, label("invitation-id"), SIZES.INVITATION_ID);
  }

  static fresh(random: Random): InvitationSecret {
    return new InvitationSecret(random.bytes(SIZES.INVITATION_SECRET, "invitation_secret"));
  }

  /** The secret itself, 16 bytes: for its link, and for the vault. */
  get secret(): Uint8Array {
    return this.#secret;
  }

  /** One of the three messages, sealed. */
  seal(message: InvitationMessage, plaintext: Uint8Array, random: Random): Uint8Array {
    return sealed(this.#key(message), plaintext, this.#bound(message), drawn(random, "message_nonce", message));
  }

  /** The plaintext of one of the three messages. Throws OpenError: another secret or message, or changed bytes. */
  open(message: InvitationMessage, data: Uint8Array): Uint8Array {
    return opened(this.#key(message), data, this.#bound(message));
  }

  #key(message: InvitationMessage): Uint8Array {
    return hkdf(this.#secret, label(`${message}-key`), SIZES.SEED);
  }

  #bound(message: InvitationMessage): Uint8Array {
    return concat(label(`${message}-key`), this.id);
  }
}
