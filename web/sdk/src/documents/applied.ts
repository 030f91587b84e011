/**
 * Documents as reducers get them: with their place in the log, the roster there, and the time that counts.
 *
 * Rules
 * - A reducer is `state, document, context -> state`: deterministic, total and pure, without a clock. It compares
 *   effective times and no others. Screens show the author's `at`. A reader's `now` is for views alone.
 * - Ids and hashes are unpadded base64url here, since their texts are as unique as their bytes, and can be keys.
 *
 * Spec: documents §1
 */

import { DuologError } from "../errors.ts";
import { compareBytes } from "../protocol/bytes.ts";
import { parseB64 } from "../protocol/codec.ts";
import type { Document } from "../protocol/messages.ts";
import { DAY } from "./days.ts";

/** An id or a hash in unpadded base64url: entries have 16 bytes, accounts, journals and messages 32. */
export type Id = string;

export const MAX_AHEAD = DAY; // seconds by which an effective time may be later than the receipt
export const MAX_BEFORE = 7 * DAY; // seconds by which it may be earlier: a text that was written offline is that old
export const UNFORESEEN =
  "It could not be judged: something in it is unlike anything that this version of Duolog expects.";

/** A verified, opened document on its way into a reducer. */
export interface AppliedDocument {
  readonly entry: Id;
  readonly seq: number;
  readonly author: Id;
  /** SHA-256 of the whole message. */
  readonly message: Id;
  readonly document: Document;
  /** The receipt's time in Unix seconds, 0 where it isn't known. */
  readonly received: number;
  /** Seqs that its author could not open. */
  readonly refused: readonly number[];
  /** The author's keys that wrote it. */
  readonly generation: number;
  /** The first seq whose receipt is under the same key, so by the same server's clock. */
  readonly keySince: number;
}

/** The roster at a document's place in the log. */
export interface Membership {
  readonly partners: ReadonlySet<Id>;
  readonly provisional: boolean;
  readonly journal: Id;
}

/** The time that rules compare: the author's clock, believed only near the receipt. Unix seconds. */
export function effectiveTime(at: number, received: number): number {
  return received === 0 ? at : Math.min(Math.max(at, received - MAX_BEFORE), received + MAX_AHEAD);
}

/** The effective time of a document. */
export function effective(applied: AppliedDocument): number {
  return effectiveTime(applied.document.at, applied.received);
}

/**
 * The time that a receipt would have now, as far as a clock that may be wrong can tell. Unix seconds.
 *
 * `newest`: the newest receipt here. `last`: the author's own newest document. Where its `at` is later than its
 * receipt, the author's clock is ahead by as much, unless it was set back since.
 */
export function expectedReceipt(now: number, newest: number, last: AppliedDocument | null): number {
  const known = last !== null && last.received !== 0 && last.document.at <= now;
  const ahead = known ? last.document.at - last.received : 0;
  return Math.max(newest, now - Math.max(ahead, 0));
}

/** Why a document has no effect, after any error: an error in one document leaves all others as they are. */
export function whySkipped(error: unknown): string {
  return error instanceof DuologError ? error.message : UNFORESEEN;
}

/** Whether two rosters are the same. */
export function sameMembership(one: Membership, other: Membership): boolean {
  const same = one.provisional === other.provisional && one.journal === other.journal;
  return same && one.partners.size === other.partners.size && [...one.partners].every((id) => other.partners.has(id));
}

/** Ids in the order of their bytes. */
export function sortedIds(ids: Iterable<Id>): readonly Id[] {
  return [...ids].sort((one, other) => compareBytes(parseB64(one), parseB64(other)));
}
