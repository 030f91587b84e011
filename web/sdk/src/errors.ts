/**
 * Every error that the SDK raises on purpose, in one tree. The names are those of section 11.6 of the specification.
 *
 *     DuologError
 *     ├── MalformedData            bytes that don't follow the format (truncated, not canonical, too large)
 *     ├── VerificationError        well-formed, but not true; `check` names the rule
 *     │   ├── BadSignature, BadReceipt, RosterViolation, ChainViolation, AccountFork, PinMismatch, WrongAccount
 *     │   ├── LogViolation         a gap, a broken head, a repeat, or something after a close
 *     │   │   └── Rollback         the log is behind what this client already verified
 *     │   ├── Fork, Withheld       the server has shown two histories, or keeps something back
 *     │   ├── EntryFault           one entry is its author's fault; the log goes on without it
 *     │   └── AttachmentFault      the bytes of an attachment are not those that its author sealed
 *     ├── OpenError                a sealed thing does not open with this key
 *     ├── KeystoreLocked, HomeError, NotAllowed, JournalFrozen, Unforeseen
 *     ├── TransportError           the server can't be reached, or its answer isn't an answer; §11.6's three under it
 *     └── ServerRefused            the server said no; `code` says why
 *
 * Each carries a sentence for a person. None carries a secret or a person's words.
 */

import type { Check } from "./generated/constants.ts";

/** Base of every error that the SDK raises on purpose. */
export class DuologError extends Error {
  /** The class's name as in the specification; it survives a build that shortens names. */
  override readonly name: string = "DuologError";
}

/** Bytes that don't follow the format. */
export class MalformedData extends DuologError {
  override readonly name: string = "MalformedData";
}

/** Well-formed data that is not true. `check` names the rule that failed, for tests and support. */
export class VerificationError extends DuologError {
  override readonly name: string = "VerificationError";
  readonly check: Check;

  constructor(message: string, check: Check, options?: ErrorOptions) {
    super(message, options);
    this.check = check;
  }
}

/** A signature does not verify under the key that must have made it. */
export class BadSignature extends VerificationError {
  override readonly name: string = "BadSignature";
}

/** A receipt is not the server's, or its time runs backwards. */
export class BadReceipt extends VerificationError {
  override readonly name: string = "BadReceipt";
}

/** A roster statement breaks the rule table. */
export class RosterViolation extends VerificationError {
  override readonly name: string = "RosterViolation";
}

/** An account chain or a keyholder set breaks its rules. */
export class ChainViolation extends VerificationError {
  override readonly name: string = "ChainViolation";
}

/** Two successors of one account statement exist: stop, and compare words in person. */
export class AccountFork extends VerificationError {
  override readonly name: string = "AccountFork";
}

/** A key or account differs from the pinned one. */
export class PinMismatch extends VerificationError {
  override readonly name: string = "PinMismatch";
}

/** The server answered with another account than the one that these keys belong to. */
export class WrongAccount extends VerificationError {
  override readonly name: string = "WrongAccount";
}

/** A gap, a broken head, a repeat, or something after a close. */
export class LogViolation extends VerificationError {
  override readonly name: string = "LogViolation";
}

/** The log is behind what this client already verified. */
export class Rollback extends LogViolation {
  override readonly name: string = "Rollback";
}

/** The server has shown two histories of one journal. */
export class Fork extends VerificationError {
  override readonly name: string = "Fork";
}

/** The server withholds an item that is known to exist. */
export class Withheld extends VerificationError {
  override readonly name: string = "Withheld";
}

/** One entry is its author's fault. It is quarantined; the log goes on. */
export class EntryFault extends VerificationError {
  override readonly name: string = "EntryFault";
}

/**
 * The bytes of an attachment are not those that its author sealed. Nothing of it was handed out.
 *
 * `chunk`: the number of the first faulty chunk, from 1; null where all stored bytes together are wrong.
 */
export class AttachmentFault extends VerificationError {
  override readonly name: string = "AttachmentFault";
  readonly chunk: number | null;

  constructor(message: string, check: Check, chunk: number | null = null) {
    super(message, check);
    this.chunk = chunk;
  }
}

/** A sealed thing does not open with this key. */
export class OpenError extends DuologError {
  override readonly name: string = "OpenError";
}

/** The keys of this home are locked, or the passphrase is wrong. */
export class KeystoreLocked extends DuologError {
  override readonly name: string = "KeystoreLocked";
}

/** The home can't be read or written, or somebody else is using it. */
export class HomeError extends DuologError {
  override readonly name: string = "HomeError";
}

/** The rules don't allow this step now. Nothing was sent. */
export class NotAllowed extends DuologError {
  override readonly name: string = "NotAllowed";
}

/** The journal is read-only, because the server broke the rules. */
export class JournalFrozen extends DuologError {
  override readonly name: string = "JournalFrozen";
}

/** A fault of this program that nobody foresaw. It stops only the journal where it happened. */
export class Unforeseen extends DuologError {
  override readonly name: string = "Unforeseen";
}

/** The server can't be reached, or its answer isn't an answer. */
export class TransportError extends DuologError {
  override readonly name: string = "TransportError";
}

/** The server said no. `code` is stable, `status` is HTTP's, `retryAfter` is in seconds when the server named one. */
export class ServerRefused extends DuologError {
  override readonly name: string = "ServerRefused";
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | null;

  constructor(message: string, code: string, status: number, retryAfter: number | null = null) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
