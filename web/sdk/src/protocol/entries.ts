/**
 * Entries: the header that everyone sees, and the checks of a blob that need no key.
 *
 * Rules
 * - Header: suite u8 | journal 32 | entry id 16 | epoch u32 | author 32 | generation u32 | attachments u16 | attachment
 *   ids 16 each.
 * - Blob: nonce 24 | commitment 32 | ciphertext.
 * - A padded plaintext has a Padmé length, at least 256 bytes.
 *
 * This module holds no key and opens nothing: see `seal/entries`. The roster's rules for an entry are in `entryRules`.
 * Spec: §6.1, §6.2
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { ByteReader, concat } from "./bytes.ts";
import { label, readInteger, sha256, u8, u16, u32 } from "./codec.ts";
import { paddedLength } from "./padding.ts";

/** The part of an entry that the server sees. Its blob is bound to it. */
export interface Header {
  readonly journal: Uint8Array;
  readonly entry: Uint8Array;
  readonly epoch: number;
  readonly author: Uint8Array;
  readonly generation: number;
  readonly attachments: readonly Uint8Array[];
}

const FIXED = 1 + SIZES.JOURNAL_ID + SIZES.ENTRY_ID + 4 + SIZES.ACCOUNT_ID + 4 + 2;

/** The fixed layout. Spec: §6.1 */
export function encodeHeader(header: Header): Uint8Array {
  return concat(
    u8(SIZES.SUITE),
    header.journal,
    header.entry,
    u32(header.epoch),
    header.author,
    u32(header.generation),
    u16(header.attachments.length),
    ...header.attachments,
  );
}

/**
 * A header from its bytes.
 *
 * Throws MalformedData: the length doesn't match the attachment count, the suite is unknown, a number is zero, or there
 * are too many attachments. Spec: §6.1
 */
export function parseHeader(data: Uint8Array): Header {
  if (data.length < FIXED) throw new MalformedData("An entry's header is cut off.");
  const reader = new ByteReader(data);
  if (readInteger(reader.take(1)) !== SIZES.SUITE) {
    throw new MalformedData("An entry belongs to another version of the protocol. Update this program to read it.");
  }
  const fixed = {
    journal: reader.take(SIZES.JOURNAL_ID),
    entry: reader.take(SIZES.ENTRY_ID),
    epoch: readInteger(reader.take(4)),
    author: reader.take(SIZES.ACCOUNT_ID),
    generation: readInteger(reader.take(4)),
  };
  const count = readInteger(reader.take(2));
  if (count > SIZES.MAX_ATTACHMENTS) throw new MalformedData("An entry names too many attachments.");
  if (data.length !== FIXED + count * SIZES.ATTACHMENT_ID) {
    throw new MalformedData("An entry's header has another length than it says.");
  }
  if (fixed.epoch === 0 || fixed.generation === 0) {
    throw new MalformedData("An entry's epoch and generation start at 1.");
  }
  return { ...fixed, attachments: Array.from({ length: count }, () => reader.take(SIZES.ATTACHMENT_ID)) };
}

/** Checks that the blob has the size of a padded plaintext. Throws MalformedData. Spec: §6.2 */
export function requireBlobSize(blob: Uint8Array): void {
  const plaintext = blob.length - SIZES.AEAD_NONCE - SIZES.COMMITMENT - SIZES.AEAD_TAG;
  if (blob.length > SIZES.MAX_BLOB || plaintext !== paddedLength(plaintext)) {
    throw new MalformedData("An entry's size is not one that padding gives.");
  }
}

/** SHA-256 of a blob. The log keeps it when the server destroys the blob. Spec: §6.4 */
export function blobHash(blob: Uint8Array): Uint8Array {
  return sha256(blob);
}

/** The digest by which the log covers an entry. 32 bytes. Spec: §6.4 */
export function entryDigest(header: Uint8Array, hashOfBlob: Uint8Array): Uint8Array {
  return sha256(label("entry-digest"), header, hashOfBlob);
}
