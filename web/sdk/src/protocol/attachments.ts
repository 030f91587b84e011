/**
 * Sizes of stored attachments: what a server sees of their contents.
 *
 * Rules
 * - A content is padded with zeros to the Padmé length of its size, at least 64 KiB, so short ones look alike.
 * - Stored bytes: stream header 24 | chunks of 64 KiB of the padded content, each 17 bytes longer; the last one may be
 *   shorter.
 *
 * Sealing and opening are in `seal/attachments`. Spec: §6.12
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { paddedLength } from "./padding.ts";

/** The bytes of a padded content of `size` bytes. */
export function paddedSize(size: number): number {
  return paddedLength(Math.max(size, SIZES.MIN_PADDED_ATTACHMENT));
}

/** The number of chunks of a content of `size` bytes. */
export function chunkCount(size: number): number {
  return Math.ceil(paddedSize(size) / SIZES.STREAM_CHUNK);
}

/** The stored bytes of a content of `size` bytes. Throws MalformedData: no attachment is as long. */
export function storedSize(size: number): number {
  const stored = SIZES.STREAM_HEADER + paddedSize(size) + chunkCount(size) * SIZES.STREAM_TAG;
  if (stored > SIZES.MAX_ATTACHMENT) {
    throw new MalformedData("An attachment is longer than any can be. Share it in another way, or in pieces.");
  }
  return stored;
}
