/**
 * Sealed attachments: how a content becomes stored bytes, and how a reader verifies and opens them. Always in a stream.
 *
 * Rules
 * - Each attachment has a random key of its own, which stands in the message. A rotation doesn't touch it.
 * - Stored bytes: the header of libsodium's secretstream | chunks of 64 KiB of the padded content. The last chunk alone
 *   has the tag FINAL. The associated data of each chunk names journal and attachment.
 * - A reader verifies the size and the digest of all stored bytes before it opens the first chunk. Then each chunk, the
 *   end of the stream and the padding are verified on the way: a faulty one is its author's fault, and names its chunk.
 * - Bytes come in pieces of any size; nothing here holds more than a chunk and a piece.
 *
 * This module knows no files, no network and no message. Spec: §6.12
 */

import { AttachmentFault, MalformedData } from "../errors.ts";
import { type Check, SIZES } from "../generated/constants.ts";
import { chunkCount, paddedSize, storedSize } from "../protocol/attachments.ts";
import { allZero, concat, sameBytes } from "../protocol/bytes.ts";
import { label } from "../protocol/codec.ts";
import type { Attachment } from "../protocol/messages.ts";
import type { Random } from "../random.ts";
import { SecretStream, Sha256, STREAM_TAGS } from "../sodium.ts";

const CHANGED = "The file was changed while it was sealed. Try again.";

/** Collects pieces, and gives them back in the sizes that are asked for. Tiny pieces cost no more than large ones. */
class Pieces {
  #parts: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(piece: Uint8Array): void {
    this.#parts.push(piece);
    this.#size += piece.length;
  }

  /** The next `size` bytes, or what there is. */
  take(size: number): Uint8Array {
    const whole = concat(...this.#parts);
    const taken = whole.slice(0, size);
    this.#parts = [whole.subarray(size)];
    this.#size -= taken.length;
    return taken;
  }
}

/** What is to be sealed: the content's size in bytes, the attachment's key (32) and id (16), and its journal. */
export interface AttachmentPlace {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly size: number;
  readonly journal: Uint8Array;
}

/**
 * Seals a content of exactly `size` bytes. The key is fresh for this attachment.
 *
 * `header` is what the stored bytes begin with. Throws MalformedData: the content is longer than an attachment can be, or
 * has another size than was said.
 */
export class AttachmentSealer {
  /** The first 24 stored bytes. */
  readonly header: Uint8Array;
  readonly #stream: SecretStream;
  readonly #bound: Uint8Array;
  readonly #pieces = new Pieces();
  #left: number;
  #padding: number;
  #chunks: number;

  constructor(place: AttachmentPlace, random: Random) {
    storedSize(place.size); // refuses what no attachment can hold
    this.header = random.bytes(SIZES.STREAM_HEADER, "attachment_header");
    this.#stream = new SecretStream(place.key, this.header);
    this.#bound = boundTo(place.journal, place.id);
    this.#left = place.size;
    this.#padding = paddedSize(place.size) - place.size;
    this.#chunks = chunkCount(place.size);
  }

  /** The sealed chunks that this piece of the content completes. */
  push(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.add(piece);
    if (this.#pieces.size > this.#left) throw new MalformedData(CHANGED);
    const sealed: Uint8Array[] = [];
    while (this.#chunks > 1 && this.#pieces.size >= SIZES.STREAM_CHUNK) {
      sealed.push(this.#next());
    }
    return sealed;
  }

  /** The chunks that are left: the last of the content, and padding. */
  finish(): readonly Uint8Array[] {
    if (this.#pieces.size !== this.#left) throw new MalformedData(CHANGED);
    const sealed: Uint8Array[] = [];
    while (this.#chunks > 0) sealed.push(this.#next());
    return sealed;
  }

  #next(): Uint8Array {
    const content = this.#pieces.take(SIZES.STREAM_CHUNK);
    const zeros = Math.min(this.#padding, SIZES.STREAM_CHUNK - content.length);
    this.#left -= content.length;
    this.#padding -= zeros;
    this.#chunks--;
    const tag = this.#chunks === 0 ? STREAM_TAGS.final : STREAM_TAGS.message;
    return this.#stream.seal(concat(content, new Uint8Array(zeros)), this.#bound, tag);
  }
}

/**
 * Checks all stored bytes against the size and the digest that the message names.
 *
 * Throws AttachmentFault: `check` is attachments.size or attachments.digest; MalformedData: no attachment has the size
 * that the message names.
 */
export class StoredVerifier {
  readonly #named: Attachment;
  readonly #expected: number;
  readonly #hash = new Sha256();
  #size = 0;

  constructor(named: Attachment) {
    this.#named = named;
    this.#expected = storedSize(named.size);
  }

  push(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.#expected) throw otherSize();
    this.#hash.update(piece);
  }

  finish(): void {
    if (this.#size !== this.#expected) throw otherSize();
    if (!sameBytes(this.#hash.digest(), this.#named.digest)) {
      throw new AttachmentFault(
        "The server sent another attachment than its author sealed, or changed it.",
        "attachments.digest",
      );
    }
  }
}

function otherSize(): AttachmentFault {
  return new AttachmentFault(
    "The server sent an attachment of another size than its author named.",
    "attachments.size",
  );
}

/**
 * Opens stored bytes that a `StoredVerifier` has verified, from their beginning.
 *
 * Nothing of the content counts before `finish`: its faults show at the end. Throws AttachmentFault: `check` is
 * attachments.chunk, .end, .padding or .trailing; `chunk` is its number.
 */
export class AttachmentOpener {
  readonly #key: Uint8Array;
  readonly #bound: Uint8Array;
  readonly #last: number;
  readonly #pieces = new Pieces();
  #stream: SecretStream | null = null;
  #left: number;
  #padded: number;
  #number = 1; // of the next chunk

  constructor(named: Attachment, journal: Uint8Array) {
    this.#key = named.key;
    this.#bound = boundTo(journal, named.id);
    this.#last = chunkCount(named.size);
    this.#left = named.size;
    this.#padded = paddedSize(named.size);
  }

  /** The parts of the content that this piece of the stored bytes completes. */
  push(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.add(piece);
    const opened: Uint8Array[] = [];
    if (this.#stream === null) {
      if (this.#pieces.size < SIZES.STREAM_HEADER) return opened;
      this.#stream = new SecretStream(this.#key, this.#pieces.take(SIZES.STREAM_HEADER));
    }
    while (this.#number <= this.#last && this.#pieces.size >= this.#chunkSize) {
      const content = this.#open(this.#stream, this.#pieces.take(this.#chunkSize));
      if (content.length > 0) opened.push(content);
    }
    return opened;
  }

  /** Checks that the stored bytes ended where they must. */
  finish(): void {
    if (this.#number <= this.#last) throw fault("is cut off", "attachments.chunk", this.#number);
    if (this.#pieces.size > 0) throw fault("goes on behind its end", "attachments.trailing", this.#last);
  }

  get #chunkSize(): number {
    return Math.min(this.#padded, SIZES.STREAM_CHUNK) + SIZES.STREAM_TAG;
  }

  #open(stream: SecretStream, sealed: Uint8Array): Uint8Array {
    const number = this.#number++;
    const chunk = stream.open(sealed, this.#bound);
    if (chunk === null) throw fault("does not open", "attachments.chunk", number);
    if (chunk.tag !== (number === this.#last ? STREAM_TAGS.final : STREAM_TAGS.message)) {
      throw fault("ends elsewhere than its author said", "attachments.end", number);
    }
    const content = chunk.content.slice(0, this.#left);
    if (!allZero(chunk.content.subarray(this.#left))) {
      throw fault("is not padded as the protocol says", "attachments.padding", number);
    }
    this.#padded -= chunk.content.length;
    this.#left -= content.length;
    return content;
  }
}

function boundTo(journal: Uint8Array, attachment: Uint8Array): Uint8Array {
  return concat(label("attachment"), journal, attachment);
}

function fault(what: string, check: Check, chunk: number): AttachmentFault {
  return new AttachmentFault(`The attachment ${what} (at its part ${chunk}).`, check, chunk);
}
