/**
 * Sealed entries: how a message becomes a blob, and how a reader opens and verifies it.
 *
 * Rules
 * - Key and commitment derive from the epoch key and the whole header, so a blob opens only with its own header.
 * - Plaintext: u32 length | message | tags, 32 bytes each in the roster's order | zeros up to the Padmé length, at least
 *   256.
 * - A tag for each member, the author's own account included: HMAC under a key that only author and that member share.
 *   Each member knows who wrote; nobody can prove it to an outsider, since every reader could have made their own tag.
 * - A member whose X25519 key is invalid gets a tag of zeros: one member's fault must not stop the others from writing.
 * - Blob: nonce 24 | commitment 32 | ciphertext; associated data is header | commitment.
 *
 * A reader goes on where `checkEntry` (step 4) ends, in this order, each step with its own fault:
 * 5. the commitment, in constant time, before anything is decrypted;
 * 6. the AEAD, and the padding;
 * 7. the reader's own tag.
 * Step 8 judges the message itself; it needs the log, so the client does it.
 */

import { EntryFault, MalformedData, OpenError } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { allZero, concat, sameBytes } from "../protocol/bytes.ts";
import { encodeB64, hmacSha256, label, readInteger, sha256, u32 } from "../protocol/codec.ts";
import { encodeHeader, type Header } from "../protocol/entries.ts";
import { IdMap } from "../protocol/idMap.ts";
import { paddedLength } from "../protocol/padding.ts";
import type { Chains, Keys } from "../protocol/roster.ts";
import { type Roster, refuse } from "../protocol/rosterChanges.ts";
import type { Random } from "../random.ts";
import { sameSecret, xchachaSealed } from "../sodium.ts";
import { decrypt } from "./aead.ts";
import { hkdf } from "./derive.ts";
import type { EpochKey, GenerationSecret } from "./keys.ts";
import { Secret } from "./secret.ts";

const LENGTH = 4;
const COMMITMENT_END = SIZES.AEAD_NONCE + SIZES.COMMITMENT;

/** A member at one epoch, as tags name it: account, generation, and that generation's X25519 key. */
export interface Reader {
  readonly account: Uint8Array;
  readonly generation: number;
  readonly boxKey: Uint8Array;
}

function encodeReader(reader: Reader): Uint8Array {
  return concat(reader.account, u32(reader.generation), reader.boxKey);
}

/**
 * The readers who get a tag: all members, in the roster's order. `chains`: each member's verified chain.
 *
 * Throws RosterViolation: a member's chain is missing; ChainViolation: a generation is not in its chain. Spec: §6.2
 */
export function readersOf(roster: Roster, chains: Chains): readonly Reader[] {
  return roster.members.map(({ account, generation }) => {
    const keys: Keys | undefined = chains.get(account);
    if (keys === undefined) throw refuse("chain_missing", "A member's account is not known.");
    return { account, generation, boxKey: keys.generation(generation).boxKey };
  });
}

/** The blob of one entry. Throws MalformedData when the message is longer than 96 KiB. Spec: §6.2 */
export function sealEntry(
  header: Header,
  message: Uint8Array,
  epochKey: EpochKey,
  author: GenerationSecret,
  readers: readonly Reader[],
  random: Random,
): Uint8Array {
  if (message.length > SIZES.MAX_MESSAGE) throw new MalformedData("A message is longer than 96 KiB.");
  const bound = encodeHeader(header);
  const writer: Reader = { account: header.author, generation: header.generation, boxKey: author.boxKey };
  const tagged = taggedBytes(bound, message);
  const tags = readers.map((reader) => tagFor(author, writer, reader, tagged));
  const content = concat(u32(message.length), message, ...tags);
  const plaintext = new Uint8Array(paddedLength(content.length));
  plaintext.set(content);
  const { key, commitment } = epochKey.entryKeys(bound);
  const nonce = random.bytes(SIZES.AEAD_NONCE, "entry_nonce", encodeB64(header.entry));
  return concat(nonce, commitment, xchachaSealed(key, nonce, plaintext, concat(bound, commitment)));
}

function tagFor(secret: GenerationSecret, author: Reader, reader: Reader, tagged: Uint8Array): Uint8Array {
  let shared: Uint8Array;
  try {
    shared = secret.agree(reader.boxKey);
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return new Uint8Array(SIZES.TAG);
  }
  return hmacSha256(tagKey(shared, author, reader), tagged);
}

/**
 * Opens the entries at which the same epoch and roster are in force, for the reader `account`.
 *
 * It holds the tag key of each author that it has met, so that an entry costs no X25519. Throws OpenError: the reader is
 * not among the readers, or `secret` is of another generation.
 */
export class EntryOpener extends Secret {
  readonly #epochKey: EpochKey;
  readonly #secret: GenerationSecret;
  readonly #readers: IdMap<Reader>;
  readonly #self: Reader;
  readonly #place: number;
  readonly #tagKeys = new IdMap<Uint8Array>();

  constructor(epochKey: EpochKey, account: Uint8Array, secret: GenerationSecret, readers: readonly Reader[]) {
    super();
    this.#readers = new IdMap(readers.map((reader) => [reader.account, reader]));
    this.#self = this.#find(account);
    if (this.#self.generation !== secret.generation || !sameBytes(this.#self.boxKey, secret.boxKey)) {
      throw new OpenError("This entry was sealed to another generation of your keys than the one at hand.");
    }
    this.#place = readers.indexOf(this.#self);
    this.#epochKey = epochKey;
    this.#secret = secret;
  }

  /**
   * The verified message of one entry, as shipped.
   *
   * Throws EntryFault: `check` is entries.commitment (5), entries.aead, entries.padding (6) or entries.tag (7);
   * OpenError: the author is not among the readers. Spec: §6.9
   */
  open(header: Header, blob: Uint8Array): Uint8Array {
    const author = this.#find(header.author);
    const bound = encodeHeader(header);
    const { key, commitment } = this.#epochKey.entryKeys(bound);

    // 5. commitment
    if (!sameSecret(blob.slice(SIZES.AEAD_NONCE, COMMITMENT_END), commitment)) {
      throw new EntryFault("The entry does not fit the journal's key.", "entries.commitment");
    }

    // 6. AEAD and padding
    const plaintext = openedBlob(key, blob, bound);
    const { message, tags } = unpad(plaintext, this.#readers.size);

    // 7. own tag
    const own = tags.slice(this.#place * SIZES.TAG, (this.#place + 1) * SIZES.TAG);
    if (!sameSecret(own, hmacSha256(this.#tagKey(author), taggedBytes(bound, message)))) {
      throw new EntryFault("The entry was not written by the member whom it names.", "entries.tag");
    }
    return message;
  }

  #find(account: Uint8Array): Reader {
    const found = this.#readers.get(account);
    if (found === undefined) throw new OpenError("This entry was sealed for others.");
    return found;
  }

  #tagKey(author: Reader): Uint8Array {
    const known = this.#tagKeys.get(author.account);
    if (known !== undefined) return known;
    let shared: Uint8Array;
    try {
      shared = this.#secret.agree(author.boxKey);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      throw new EntryFault("The entry's author has keys that nobody can check.", "entries.tag", { cause: error });
    }
    const made = tagKey(shared, author, this.#self);
    this.#tagKeys.set(author.account, made);
    return made;
  }
}

function openedBlob(key: Uint8Array, blob: Uint8Array, header: Uint8Array): Uint8Array {
  const commitment = blob.subarray(SIZES.AEAD_NONCE, COMMITMENT_END);
  try {
    return decrypt(key, blob.subarray(0, SIZES.AEAD_NONCE), blob.subarray(COMMITMENT_END), concat(header, commitment));
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    throw new EntryFault("The entry was changed after it was sealed.", "entries.aead", { cause: error });
  }
}

function unpad(plaintext: Uint8Array, readers: number): { message: Uint8Array; tags: Uint8Array } {
  const messageEnd = LENGTH + readInteger(plaintext.subarray(0, LENGTH));
  const end = messageEnd + readers * SIZES.TAG;
  const endsWell =
    end <= plaintext.length && plaintext.length === paddedLength(end) && allZero(plaintext.subarray(end));
  if (!endsWell) throw new EntryFault("The entry's padding is not what the protocol says.", "entries.padding");
  return { message: plaintext.slice(LENGTH, messageEnd), tags: plaintext.slice(messageEnd, end) };
}

function taggedBytes(header: Uint8Array, message: Uint8Array): Uint8Array {
  return concat(label("tag"), header, sha256(message));
}

function tagKey(shared: Uint8Array, author: Reader, reader: Reader): Uint8Array {
  return hkdf(shared, concat(label("tag-key"), encodeReader(author), encodeReader(reader)), SIZES.TAG);
}
