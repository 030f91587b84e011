/** The names of a journal's rows in the store, and what the public ones hold. Seqs are padded, so that names sort. */

import { SIZES } from "../../generated/constants.ts";
import { ByteReader, concat } from "../../protocol/bytes.ts";
import { encodeB64, readInteger, u64 } from "../../protocol/codec.ts";

const DIGITS = 16; // of 2^53-1

/** Behind what a row is: the journal, in base64url, and the seq. */
export function placeOf(journal: string, seq: number): string {
  return `${journal}/${String(seq).padStart(DIGITS, "0")}`;
}

function place(journal: Uint8Array, seq: number): string {
  return placeOf(encodeB64(journal), seq);
}

/** The verified head at a seq, and the time of the receipt that covers it. */
export function headName(journal: Uint8Array, seq: number): string {
  return `head/${place(journal, seq)}`;
}

/** Where the entry with this id stands, and whose it is. */
export function entryName(journal: Uint8Array, entry: Uint8Array): string {
  return `entry/${encodeB64(journal)}/${encodeB64(entry)}`;
}

/** The item at a seq, as it came. */
export function itemName(journal: Uint8Array, seq: number): string {
  return `item/${place(journal, seq)}`;
}

/** Why the entry at a seq isn't shown. */
export function faultName(journal: Uint8Array, seq: number): string {
  return `fault/${place(journal, seq)}`;
}

/** The partners from the statement at a seq on: what the rules of documents ask of a roster. */
export function rosterName(journal: Uint8Array, seq: number): string {
  return `roster/${place(journal, seq)}`;
}

/** A message that waits to be sent; its number says in which order. */
export function waitingName(journal: Uint8Array, number: number): string {
  return `out/${place(journal, number)}`;
}

/** That this home has written the entry with this id: what an old device wrote, it doesn't write again. */
export function writtenName(journal: Uint8Array, entry: Uint8Array): string {
  return `written/${encodeB64(journal)}/${encodeB64(entry)}`;
}

/** The number at the end of a name. */
export function numberIn(name: string): number {
  return Number(name.slice(name.lastIndexOf("/") + 1));
}

export interface HeadRow {
  readonly head: Uint8Array;
  readonly time: number;
}

/** head 32 | time u64. */
export function encodeHeadRow(row: HeadRow): Uint8Array {
  return concat(row.head, u64(row.time));
}

export function parseHeadRow(data: Uint8Array): HeadRow {
  const reader = new ByteReader(data);
  return { head: reader.take(SIZES.HASH), time: readInteger(reader.take(8)) };
}

/** The heads in rows of `head/`. */
export function headsOf(rows: ReadonlyMap<string, Uint8Array>): readonly Uint8Array[] {
  return [...rows.values()].map((row) => parseHeadRow(row).head);
}

export interface EntryRow {
  readonly seq: number;
  readonly author: Uint8Array;
}

/** seq u64 | author 32. */
export function encodeEntryRow(row: EntryRow): Uint8Array {
  return concat(u64(row.seq), row.author);
}

export function parseEntryRow(data: Uint8Array): EntryRow {
  const reader = new ByteReader(data);
  return { seq: readInteger(reader.take(8)), author: reader.take(SIZES.ACCOUNT_ID) };
}
