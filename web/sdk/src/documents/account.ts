/**
 * The account journal, in which the devices of one account tell each other what they know: its documents in order.
 *
 * Rules
 * - Nothing is dropped: documents without effect stay in `skipped`, with the reason; unknown kinds in `unknown`.
 * - A document that contradicts a pin counts as a conflict, and its author's own client refuses to write it.
 * - Keys of the new generation write `rotated`: no keyholder who was left out can.
 * - The state confirms no device. A restored device stays unconfirmed until its person has compared words.
 *
 * Spec: documents §6
 */

import { NotAllowed, PinMismatch } from "../errors.ts";
import { ACCOUNT_BODIES } from "../generated/kinds.ts";
import type { JsonObject } from "../protocol/codec.ts";
import type { Document } from "../protocol/messages.ts";
import { ACCOUNT_REDUCERS } from "./accountKinds.ts";
import type { AccountState } from "./accountState.ts";
import { type AppliedDocument, whySkipped } from "./applied.ts";
import { readDocument } from "./kinds.ts";

const ELSEWHERE = "Only an account's own state is written to the account journal.";

/** The state after more documents of the account journal; applying one twice changes nothing. */
export function applyAccount(state: AccountState, documents: Iterable<AppliedDocument>): AccountState {
  let after = state;
  for (const applied of documents) after = applied.seq > after.seq ? applyOne(after, applied) : after;
  return after;
}

function applyOne(before: AccountState, applied: AppliedDocument): AccountState {
  const { seq, entry, document } = applied;
  const state = { ...before, seq, generation: Math.max(before.generation, applied.generation) };
  const kind = ACCOUNT_BODIES.get(document.kind);
  const reduce = ACCOUNT_REDUCERS.get(document.kind);
  if (kind === undefined || reduce === undefined) return { ...state, unknown: [...state.unknown, applied] };
  try {
    if (document.kind === "rotated" && document.body.get("generation") !== applied.generation) {
      throw new NotAllowed("Only the keys of a rotation can say where it found the journals.");
    }
    return reduce(state, readDocument(kind, document), entry);
  } catch (error) {
    return { ...state, skipped: [...state.skipped, { entry, reason: whySkipped(error) }] };
  }
}

/** A document of a kind of the account journal, ready for a message. `at`: Unix seconds. */
export function makeAccountDocument(kind: string, body: JsonObject, at: number): Document {
  const known = ACCOUNT_BODIES.get(kind);
  if (known === undefined) throw new NotAllowed(ELSEWHERE);
  return { kind, v: known.v, at, body };
}

/**
 * Checks that a document would count, before it is written to the account journal.
 *
 * Throws NotAllowed where the rules forbid it or its kind doesn't belong there, PinMismatch where it contradicts a pin,
 * and MalformedData where its body isn't what its kind says.
 */
export function requireAllowedAccount(state: AccountState, document: Document): void {
  const kind = ACCOUNT_BODIES.get(document.kind);
  const reduce = ACCOUNT_REDUCERS.get(document.kind);
  if (kind === undefined || reduce === undefined) throw new NotAllowed(ELSEWHERE);
  const after = reduce(state, readDocument(kind, document, true), "A".repeat(22));
  const conflict = after.conflicts.at(-1);
  if (conflict !== undefined && after.conflicts.length > state.conflicts.length) {
    throw new PinMismatch(conflict.sentence, "account.contradiction");
  }
}
