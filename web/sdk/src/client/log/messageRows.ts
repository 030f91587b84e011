/**
 * The row of a message that was verified here: `message/JOURNAL/SEQ`.
 *
 * It holds entry 16 | author 32 | generation u32 | time u64 | sealed (hash 32 | message). So folding reads this row alone of an entry, and
 * neither opens the message with the journal's keys nor hashes it again. The hash is sealed too: it would tell whether a guessed text is
 * the right one.
 */
import { SIZES } from "../../generated/constants.ts";
import { ByteReader, concat } from "../../protocol/bytes.ts";
import { readInteger, u32, u64 } from "../../protocol/codec.ts";
import { messageHash } from "../../protocol/messages.ts";
import type { Vault } from "../core/vault.ts";

/** An entry at its place: whose it is, by which of their keys, and the time of its receipt. */
export interface PlaceRow {
  readonly entry: Uint8Array;
  readonly author: Uint8Array;
  readonly generation: number;
  readonly time: number;
}

export function encodeMessageRow(place: PlaceRow, message: Uint8Array, vault: Vault): Uint8Array {
  const { entry, author, generation, time } = place;
  const sealed = vault.seal("message", concat(messageHash(message), message));
  return concat(entry, author, u32(generation), u64(time), sealed);
}

/** The place, and the message as it was sealed. */
export function parseMessageRow(row: Uint8Array): PlaceRow & { readonly sealed: Uint8Array } {
  const reader = new ByteReader(row);
  return {
    entry: reader.take(SIZES.ENTRY_ID),
    author: reader.take(SIZES.ACCOUNT_ID),
    generation: readInteger(reader.take(4)),
    time: readInteger(reader.take(8)),
    sealed: reader.rest(),
  };
}

/** A message of a row, and its hash. Throws HomeError. */
export function openMessage(
  sealed: Uint8Array,
  vault: Vault,
): { readonly hash: Uint8Array; readonly message: Uint8Array } {
  const plaintext = vault.open("message", sealed);
  return { hash: plaintext.subarray(0, SIZES.HASH), message: plaintext.subarray(SIZES.HASH) };
}
