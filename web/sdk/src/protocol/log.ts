/**
 * The log of a journal: one hash chain over entries and statements, with rules that a server can't break unseen.
 *
 * Rules (steps 1 to 3 of a client's order, spec §6.9)
 * 1. Seqs are gapless from 1; each head is the hash of the head before and the item's digest; nothing follows a close.
 * 2. Each push ends in a receipt of the pinned key over its last head; times never decrease under one key.
 * 3. Roster statements and closings obey the rules of `roster`.
 *
 * This module doesn't judge authors (steps 4 to 8): an entry that only its author spoilt advances the chain like any
 * other.
 */

import { BadReceipt, LogViolation, RosterViolation } from "../errors.ts";
import { sameBytes } from "./bytes.ts";
import { label, parseCanonical, sha256 } from "./codec.ts";
import { blobHash, entryDigest } from "./entries.ts";
import { isPlausible, type Receipt, verifyReceipt } from "./receipts.ts";
import { type Chains, checkChange, checkClose } from "./roster.ts";
import type { Roster } from "./rosterChanges.ts";
import { parseClose, statementType } from "./rosterStatements.ts";
import { type SignedStatement, statementDigest } from "./statements.ts";

/** A roster statement or a closing at its place in the log. */
export interface StatementItem {
  readonly type: "statement";
  readonly signed: SignedStatement;
}

/** An entry at its place in the log. `blob` is null where it was withdrawn or erased; its hash stays. */
export interface EntryItem {
  readonly type: "entry";
  readonly header: Uint8Array;
  readonly hashOfBlob: Uint8Array;
  readonly blob: Uint8Array | null;
}

export type Item = StatementItem | EntryItem;

/** An entry with its blob, as pushed or pulled. Spec: §6.4 */
export function entryItem(header: Uint8Array, blob: Uint8Array): EntryItem {
  return { type: "entry", header, hashOfBlob: blobHash(blob), blob };
}

/** The digest by which the log covers an item. 32 bytes. Spec: §6.4 */
export function itemDigest(item: Item): Uint8Array {
  return item.type === "entry" ? entryDigest(item.header, item.hashOfBlob) : statementDigest(item.signed);
}

/**
 * The verified end of a log.
 *
 * The last `seq` and its `head`, the newest receipt's `time` and the `key` that signed it (null where there is no
 * receipt yet), the roster in force, and whether the journal is closed. `closedUnder`: the receipt key of the one server
 * whose log the closing ends, null for one that ends the journal.
 */
export interface LogState {
  readonly journal: Uint8Array;
  readonly seq: number;
  readonly head: Uint8Array;
  readonly time: number;
  readonly key: Uint8Array | null;
  readonly roster: Roster | null;
  readonly closed: boolean;
  readonly closedUnder: Uint8Array | null;
}

/** Head 0 of a journal. 32 bytes. Spec: §6.4 */
export function firstHead(journal: Uint8Array): Uint8Array {
  return sha256(label("log"), journal);
}

/** The next head, from the head before and the item's digest. 32 bytes. Spec: §6.4 */
export function nextHead(head: Uint8Array, digest: Uint8Array): Uint8Array {
  return sha256(label("head"), head, digest);
}

/** The state before the genesis. Spec: §6.4 */
export function emptyLog(journal: Uint8Array): LogState {
  const head = firstHead(journal);
  return { journal, seq: 0, head, time: 0, key: null, roster: null, closed: false, closedUnder: null };
}

/**
 * The state after one item. `acceptReceipt` adds the receipt of its push.
 *
 * Throws LogViolation: the item leaves a gap, repeats a seq, or follows a close; MalformedData, RosterViolation,
 * ChainViolation, BadSignature: a statement breaks the rules. Spec: §6.4
 */
export function appendItem(state: LogState, seq: number, item: Item, chains: Chains): LogState {
  if (seq !== state.seq + 1) {
    throw new LogViolation("The journal's entries are not in sequence: one is missing or repeated.", "log.gapless");
  }
  if (state.closed) throw new LogViolation("Something follows the closing of this journal.", "log.after_close");
  const moved = { ...state, seq, head: nextHead(state.head, itemDigest(item)) };
  if (item.type === "statement") return applyStatement(moved, item.signed, chains);
  requireRoster(state);
  return moved;
}

function applyStatement(state: LogState, signed: SignedStatement, chains: Chains): LogState {
  if (statementType(parseCanonical(signed.statement)) === "roster") {
    const roster = checkChange(state.roster, signed, chains);
    if (!sameBytes(roster.journal, state.journal)) {
      throw new LogViolation("The journal's genesis belongs to another journal.", "log.genesis_journal");
    }
    return { ...state, roster };
  }
  const roster = requireRoster(state);
  const close = parseClose(signed.statement);
  const [first, ...rest] = signed.signatures;
  if (first === undefined || rest.length > 0 || !sameBytes(first.account, close.account)) {
    throw new RosterViolation("A closing is signed by its author alone.", "log.close_signer");
  }
  checkClose(roster, close, first.signature, chains);
  return { ...state, closed: true, closedUnder: close.receiptKey };
}

function requireRoster(state: LogState): Roster {
  if (state.roster === null) {
    throw new LogViolation("The journal does not begin with its genesis.", "log.genesis_first");
  }
  return state.roster;
}

/**
 * The state after the receipt that ends a push.
 *
 * Throws BadReceipt: it covers another seq or head, another key signed it, no clock shows its time, or its time is
 * before the last receipt's under the same key; RosterViolation: its push closes the log of another server. Spec: §6.6
 */
export function acceptReceipt(state: LogState, receipt: Receipt, receiptKey: Uint8Array): LogState {
  if (receipt.seq !== state.seq || !sameBytes(receipt.head, state.head)) {
    throw new BadReceipt("A receipt is for another head than the log gives.", "log.receipt_head");
  }
  verifyReceipt(receipt, state.journal, receiptKey);
  if (!isPlausible(receipt.time)) {
    throw new BadReceipt("The server dates a receipt before 2020 or after 2200.", "log.receipt_range");
  }
  if (state.key !== null && sameBytes(receiptKey, state.key) && receipt.time < state.time) {
    throw new BadReceipt("The server's receipts run backwards in time.", "log.receipt_time");
  }
  if (state.closedUnder !== null && !sameBytes(state.closedUnder, receiptKey)) {
    throw new RosterViolation("A closing belongs to another server's log of this journal.", "log.close_key");
  }
  return { ...state, time: receipt.time, key: receiptKey };
}
