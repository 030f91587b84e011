/**
 * Signed statements: the frame that all types of statements share.
 *
 * Rules
 * - A signature covers a statement's bytes as shipped, and a statement's hash leaves its signatures out.
 * - A signature covers `label("signature")` and the statement; its type stands inside.
 *
 * The meaning of each type is in `accounts` and `roster`; `fields` reads them.
 */

import { BadSignature } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { isSignature } from "../sodium.ts";
import { concat } from "./bytes.ts";
import { label, lengthPrefixed, sha256 } from "./codec.ts";

/** One account's signature (64 bytes) over a statement. */
export interface Signature {
  readonly account: Uint8Array;
  readonly signature: Uint8Array;
}

/** A journal's statement as shipped, its signatures ascending by account. Nothing is verified yet. */
export interface SignedStatement {
  readonly statement: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** The hash that names this statement: account id, journal id, `prev`, `chain_head`. 32 bytes. Spec: §3.6 */
export function statementHash(statement: Uint8Array): Uint8Array {
  return sha256(label("statement"), statement);
}

/** The digest by which the log covers a statement and its signatures. 32 bytes. Spec: §6 */
export function statementDigest(signed: SignedStatement): Uint8Array {
  const signatures = signed.signatures.map((item) => item.signature);
  return sha256(label("statement-digest"), lengthPrefixed(signed.statement, ...signatures));
}

/** The bytes that a statement's Ed25519 signature covers. Spec: §3.6 */
export function signingInput(statement: Uint8Array): Uint8Array {
  return concat(label("signature"), statement);
}

/** Checks an Ed25519 signature over `message`. Throws BadSignature. Spec: §3.1 */
export function verifySignature(signKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (signature.length !== SIZES.SIGNATURE) {
    throw new BadSignature("A signature has another length.", "statements.signature_size");
  }
  if (signKey.length !== SIZES.SIGN_KEY || !isSignature(signKey, message, signature)) {
    throw new BadSignature("A signature does not verify.", "signature");
  }
}

/** Checks a statement's signature. Throws BadSignature. Spec: §3.6 */
export function verifyStatement(signKey: Uint8Array, statement: Uint8Array, signature: Uint8Array): void {
  verifySignature(signKey, signingInput(statement), signature);
}
