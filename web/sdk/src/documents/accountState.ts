/**
 * The state of the account journal, and what it says of pinned accounts.
 *
 * Nothing pinned changes silently. A document that contradicts a pin is kept as a conflict, and asking for what is in
 * conflict throws PinMismatch. Spec: documents §6
 */

import { PinMismatch } from "../errors.ts";
import type {
  AccountMovedBody,
  BranchChosenBody,
  ConfirmedBody,
  DeclinedProposalBody,
  DraftBody,
  EndedInvitationBody,
  JoinedBody,
  LeftJournalBody,
  NotedHeadBody,
  PairingBody,
  PendingClosingBody,
  PendingInvitationBody,
  RotatedBody,
  SealedAnswerBody,
  SentAcceptanceBody,
  TakenAcceptanceBody,
  VerifiedBody,
} from "../generated/documents.ts";
import type { AppliedDocument, Id } from "./applied.ts";

/** A document that contradicts a pin. `about`: the pinned account or journal. */
export interface Conflict {
  readonly entry: Id;
  readonly about: Id;
  readonly sentence: string;
}

/** A document without effect, and the reason in a sentence for a person. */
export interface Skipped {
  readonly entry: Id;
  readonly reason: string;
}

/** The state after the documents of the account journal. Maps are by the id that a body is about. */
export interface AccountState {
  readonly seq: number;
  /** The newest of my generations that has written here. */
  readonly generation: number;
  readonly journals: ReadonlyMap<Id, JoinedBody>;
  /** Each account's generations and their chain heads. */
  readonly pins: ReadonlyMap<Id, ReadonlyMap<number, Id>>;
  readonly verified: ReadonlyMap<Id, VerifiedBody>;
  readonly heads: ReadonlyMap<Id, NotedHeadBody>;
  readonly labels: ReadonlyMap<Id, string>;
  readonly invitations: ReadonlyMap<Id, PendingInvitationBody>;
  readonly acceptances: ReadonlyMap<Id, TakenAcceptanceBody>;
  readonly ended: ReadonlyMap<Id, EndedInvitationBody["how"]>;
  readonly sent: ReadonlyMap<Id, SentAcceptanceBody>;
  /** The words of pairings, by journal and account. */
  readonly pairings: ReadonlyMap<Id, ReadonlyMap<Id, PairingBody>>;
  readonly drafts: ReadonlyMap<Id, DraftBody>;
  readonly confirmed: ReadonlyMap<Id, ConfirmedBody>;
  readonly rotated: ReadonlyMap<number, RotatedBody>;
  readonly branches: ReadonlyMap<Id, BranchChosenBody>;
  readonly closings: ReadonlyMap<Id, PendingClosingBody>;
  /** Closings that were taken back. Every generation up to the one in `signedUntil` may have signed them anew. */
  readonly cancelled: ReadonlyMap<Id, PendingClosingBody>;
  readonly signedUntil: ReadonlyMap<Id, number>;
  readonly closed: readonly Id[];
  readonly kept: ReadonlyMap<Id, readonly Id[]>;
  readonly erased: ReadonlyMap<Id, readonly Id[]>;
  readonly declined: readonly DeclinedProposalBody[];
  readonly answers: readonly SealedAnswerBody[];
  readonly left: ReadonlyMap<Id, LeftJournalBody>;
  readonly moved: AccountMovedBody | null;
  readonly conflicts: readonly Conflict[];
  readonly skipped: readonly Skipped[];
  /** Documents of kinds that this version doesn't know. */
  readonly unknown: readonly AppliedDocument[];
}

const NONE = new Map<never, never>();

export const EMPTY_ACCOUNT: AccountState = {
  seq: 0,
  generation: 0,
  journals: NONE,
  pins: NONE,
  verified: NONE,
  heads: NONE,
  labels: NONE,
  invitations: NONE,
  acceptances: NONE,
  ended: NONE,
  sent: NONE,
  pairings: NONE,
  drafts: NONE,
  confirmed: NONE,
  rotated: NONE,
  branches: NONE,
  closings: NONE,
  cancelled: NONE,
  signedUntil: NONE,
  closed: [],
  kept: NONE,
  erased: NONE,
  declined: [],
  answers: [],
  left: NONE,
  moved: null,
  conflicts: [],
  skipped: [],
  unknown: [],
};

/**
 * Checks that this generation of an account has the chain head that was pinned, if any was.
 *
 * Throws PinMismatch when it has another, or the pins themselves contradict each other. Spec: §4
 */
export function requirePinned(state: AccountState, account: Id, generation: number, chainHead: Id): void {
  requireNoConflict(state, account);
  if ((state.pins.get(account)?.get(generation) ?? chainHead) !== chainHead) {
    throw new PinMismatch(
      "This account's keys are not the ones you know. Stop, and compare words in person.",
      "account.pinned",
    );
  }
}

/** Checks that nothing contradicts a pin of this account or journal. Throws PinMismatch. Spec: §4 */
export function requireNoConflict(state: AccountState, about: Id): void {
  const conflict = state.conflicts.find((one) => one.about === about);
  if (conflict !== undefined) throw new PinMismatch(conflict.sentence, "account.conflict");
}
