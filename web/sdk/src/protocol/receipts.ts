/**
 * Receipts: the server's signature over a head that the server accepted.
 *
 * Rules
 * - A receipt covers journal, seq, head and acceptance time (Unix seconds). It proves acceptance, never delivery.
 * - Each accepted push has one receipt, at its last seq. Times lie between 2020 and 2200, and never decrease under one
 *   receipt key: after a move another server's clock counts.
 * - A message carries the same encoding (112 bytes) as `seen`.
 * - A server can replace its receipt key: the old key signs the new one, and the new key signs the same bytes. So from a
 *   key that a home has pinned it finds the later ones by the old keys, and the earlier ones by the new keys.
 */

import { BadReceipt, BadSignature, MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { ByteReader, concat } from "./bytes.ts";
import { label, readInteger, u64 } from "./codec.ts";
import { verifySignature } from "./statements.ts";

/** `seq` and `head` (32 bytes) accepted at `time` (Unix seconds), with the server's `signature` (64 bytes). */
export interface Receipt {
  readonly seq: number;
  readonly head: Uint8Array;
  readonly time: number;
  readonly signature: Uint8Array;
}

/** seq u64 | head 32 | time u64 | signature 64: 112 bytes. Spec: §6.6 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return concat(u64(receipt.seq), receipt.head, u64(receipt.time), receipt.signature);
}

/**
 * A receipt's 112 bytes, parsed without verifying it.
 *
 * Throws MalformedData for another length, seq 0, a number above 2^53-1, or a time that no clock shows. Spec: §6.6
 */
export function parseReceipt(data: Uint8Array): Receipt {
  if (data.length !== SIZES.RECEIPT) {
    throw new MalformedData(`A receipt has ${data.length} bytes where ${SIZES.RECEIPT} belong.`);
  }
  const reader = new ByteReader(data);
  const receipt: Receipt = {
    seq: readInteger(reader.take(8)),
    head: reader.take(SIZES.HASH),
    time: readInteger(reader.take(8)),
    signature: reader.take(SIZES.SIGNATURE),
  };
  if (receipt.seq === 0) throw new MalformedData("A receipt is for the place before a journal's first item.");
  if (!isPlausible(receipt.time)) throw new MalformedData("A receipt's time is before 2020 or after 2200.");
  return receipt;
}

/** Whether a server can have signed a receipt at this time (Unix seconds): from 2020 to 2200. Spec: §6.6 */
export function isPlausible(time: number): boolean {
  return SIZES.EARLIEST_TIME <= time && time <= SIZES.LATEST_TIME;
}

/** The bytes that a receipt's signature covers. Spec: §6.6 */
export function receiptInput(journal: Uint8Array, seq: number, head: Uint8Array, time: number): Uint8Array {
  return concat(label("receipt"), journal, u64(seq), head, u64(time));
}

/** Checks that this server signed the receipt, for this journal. Throws BadReceipt. Spec: §6.6 */
export function verifyReceipt(receipt: Receipt, journal: Uint8Array, receiptKey: Uint8Array): void {
  const message = receiptInput(journal, receipt.seq, receipt.head, receipt.time);
  try {
    verifySignature(receiptKey, message, receipt.signature);
  } catch (error) {
    if (!(error instanceof BadSignature)) throw error;
    throw new BadReceipt("A receipt was not signed by this server's key.", "receipts.signature", { cause: error });
  }
}

/** Whether this server signed the receipt, for this journal. Spec: §6.6 */
export function isSigned(receipt: Receipt, journal: Uint8Array, receiptKey: Uint8Array): boolean {
  try {
    verifyReceipt(receipt, journal, receiptKey);
  } catch (error) {
    if (!(error instanceof BadReceipt)) throw error;
    return false;
  }
  return true;
}

/** The one of a server's keys that signed a receipt, the newest first; null where none did. Spec: §6.6 */
export function signerOf(receipt: Receipt, journal: Uint8Array, receiptKeys: readonly Uint8Array[]): Uint8Array | null {
  return [...receiptKeys].reverse().find((key) => isSigned(receipt, journal, key)) ?? null;
}

/** The bytes that a server's old and new receipt key both sign where one replaces the other. Spec: §6.6 */
export function receiptKeyInput(oldKey: Uint8Array, newKey: Uint8Array): Uint8Array {
  return concat(label("receipt-key"), oldKey, newKey);
}

/** Checks that the server's old receipt key signed the new one. Throws BadSignature. Spec: §6.6 */
export function verifyReceiptKey(oldKey: Uint8Array, newKey: Uint8Array, signature: Uint8Array): void {
  verifySignature(oldKey, receiptKeyInput(oldKey, newKey), signature);
}

/** Checks that the server's new receipt key signed the old one. Throws BadSignature. Spec: §6.6 */
export function verifyFormerKey(oldKey: Uint8Array, newKey: Uint8Array, signature: Uint8Array): void {
  verifySignature(newKey, receiptKeyInput(oldKey, newKey), signature);
}
