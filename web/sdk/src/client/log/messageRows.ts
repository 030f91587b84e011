/**
 * Messages that were verified here, as the store has them: `messages/JOURNAL/SEQ`, eight seqs to a row, under the first of them.
 *
 * Rules
 * - A row is sealed whole: of each message seq u64 | entry 16 | author 32 | generation u32 | time u64 | hash 32 | size u32 | message. So folding
 *   reads these rows alone of what is shown, and neither opens a message with the journal's keys nor hashes it again.
 * - A row is read, changed and written with no request between: nothing else writes meanwhile.
 *
 * A store's cost is by the row, so a row to each message takes longer to read. More than these, and long texts pass the size (64 KiB) from which a
 * browser keeps a value in a file of its own.
 */
import { SIZES } from "../../generated/constants.ts";
import { concat } from "../../protocol/bytes.ts";
import { encodeB64, readInteger, u32, u64 } from "../../protocol/codec.ts";
import { read, type Step } from "../core/effects.ts";
import type { Vault } from "../core/vault.ts";
import type { Change, Rows } from "../ports.ts";
import { placeOf } from "./names.ts";

const IN_A_ROW = 8; // seqs
const [U32, U64] = [4, 8]; // bytes

/** An entry at its place: whose it is, by which of their keys, and the time of its receipt. */
export interface EntryPlace {
  readonly entry: Uint8Array;
  readonly author: Uint8Array;
  readonly generation: number;
  readonly time: number;
}

export interface StoredMessage extends EntryPlace {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly message: Uint8Array;
}

/** What begins the names of a journal's rows. `journal`: in base64url. */
export function messageRowsOf(journal: string): string {
  return `messages/${journal}/`;
}

/** The name of the row with the message at a seq. */
export function messageRow(journal: string, seq: number): string {
  return `messages/${placeOf(journal, seq - ((seq - 1) % IN_A_ROW))}`;
}

/** The changes that store messages of a journal, and remove those at other seqs. */
export function* messageChanges(
  vault: Vault,
  journal: Uint8Array,
  come: readonly StoredMessage[],
  gone: readonly number[] = [],
): Step<readonly Change[]> {
  const id = encodeB64(journal);
  const changed = new Map<string, Map<number, StoredMessage>>();
  const rowWith = (seq: number): Map<number, StoredMessage> => {
    const name = messageRow(id, seq);
    const found = changed.get(name) ?? new Map<number, StoredMessage>();
    changed.set(name, found);
    return found;
  };
  for (const seq of gone) rowWith(seq);
  for (const { seq } of come) rowWith(seq);
  const rows = yield* read([...changed.keys()]);
  for (const one of messagesIn(vault, rows)) rowWith(one.seq).set(one.seq, one);
  for (const seq of gone) rowWith(seq).delete(seq);
  for (const one of come) rowWith(one.seq).set(one.seq, one);
  return [...changed].map(([name, all]) => {
    const messages = [...all.values()].sort((one, other) => one.seq - other.seq);
    return { name, value: messages.length === 0 ? null : vault.seal("message", concat(...messages.flatMap(encoded))) };
  });
}

/** Every message in these rows. Throws HomeError. */
export function* messagesIn(vault: Vault, rows: Rows): Iterable<StoredMessage> {
  for (const row of rows.values()) {
    const data = vault.open("message", row);
    let at = 0;
    const take = (size: number): Uint8Array => {
      at += size;
      return data.subarray(at - size, at);
    };
    while (at < data.length) {
      yield {
        seq: readInteger(take(U64)),
        entry: take(SIZES.ENTRY_ID),
        author: take(SIZES.ACCOUNT_ID),
        generation: readInteger(take(U32)),
        time: readInteger(take(U64)),
        hash: take(SIZES.HASH),
        message: take(readInteger(take(U32))),
      };
    }
  }
}

function encoded({ seq, entry, author, generation, time, hash, message }: StoredMessage): readonly Uint8Array[] {
  return [u64(seq), entry, author, u32(generation), u64(time), hash, u32(message.length), message];
}
