/**
 * The binary form of pushes and pages: `application/vnd.duolog.v1`.
 *
 * A body is a sequence of frames, each behind its u32 length. A frame: kind u8 | seq u64 | rest. In a push every seq
 * is 0.
 *
 *     1 statement   statement (u32 length, bytes) | signatures u8 | (account 32 | signature 64) each
 *                   | grants u8 | (account 32 | grant 1168) each
 *     2 entry       header (u32 length, bytes) | blob (u32 length, bytes)
 *     3 gone entry  header (u32 length, bytes) | blob hash 32            (withdrawn or erased; in pages alone)
 *     4 receipt     receipt 112; its seq is the frame's                  (ends each push; in pages alone)
 *     5 end         nothing; seq is the newest of the journal            (ends each page: without it, a page is cut off)
 *
 * This module verifies nothing. Every error here is MalformedData. Spec: §6.7
 */

import { MalformedData } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { compareBytes, concat } from "../../protocol/bytes.ts";
import { readInteger, u8, u32, u64 } from "../../protocol/codec.ts";
import { IdMap } from "../../protocol/idMap.ts";
import { entryItem, type Item } from "../../protocol/log.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "../../protocol/receipts.ts";
import type { Signature } from "../../protocol/statements.ts";

export const PAGE_MEDIA_TYPE = "application/vnd.duolog.v1";

const KINDS = { statement: 1, entry: 2, gone: 3, receipt: 4, end: 5 } as const;
const HEAD = 4 + 1 + 8; // of a frame: length, kind, seq
const MAX_ITEMS = SIZES.MAX_PAGE_ITEMS + SIZES.MAX_PUSH_ITEMS; // a page ends with the push that fills it

/** An item at its seq; `grants` by account (all of them in a push, the caller's own in a page). */
export interface Placed {
  readonly seq: number;
  readonly item: Item;
  readonly grants: IdMap<Uint8Array>;
}

/** One push as pulled: its items and the receipt at its end. Nothing is verified. */
export interface PulledPush {
  readonly items: readonly Placed[];
  readonly receipt: Receipt;
}

/** Whole pushes, and the newest seq of the journal. */
export interface PulledPage {
  readonly pushes: readonly PulledPush[];
  readonly seq: number;
}

/** One statement, entry or gone entry as a frame: how it travels, and how a store keeps it. */
export function encodeItem({ seq, item, grants }: Placed): Uint8Array {
  if (item.type === "entry") {
    const header = prefixed(item.header);
    return item.blob === null
      ? frame(KINDS.gone, seq, ...header, item.hashOfBlob)
      : frame(KINDS.entry, seq, ...header, ...prefixed(item.blob));
  }
  const { statement, signatures } = item.signed;
  const inOrder = [...grants].sort(([one], [other]) => compareBytes(one, other));
  return frame(
    KINDS.statement,
    seq,
    ...prefixed(statement),
    u8(signatures.length),
    ...signatures.flatMap((one) => [one.account, one.signature]),
    u8(inOrder.length),
    ...inOrder.flat(),
  );
}

/** A push's body; the items' own seqs don't count. */
export function encodePush(items: readonly Placed[]): Uint8Array {
  return concat(...items.map((item) => encodeItem({ ...item, seq: 0 })));
}

/** A page's body, as a server sends it. */
export function encodePage(page: PulledPage): Uint8Array {
  const pushes = page.pushes.flatMap((push) => [
    ...push.items.map(encodeItem),
    frame(KINDS.receipt, push.receipt.seq, encodeReceipt(push.receipt)),
  ]);
  return concat(...pushes, frame(KINDS.end, page.seq));
}

/** A frame of these parts, which are copied once. */
function frame(kind: number, seq: number, ...rest: readonly Uint8Array[]): Uint8Array {
  const size = rest.reduce((sum, part) => sum + part.length, HEAD - 4);
  return concat(u32(size), u8(kind), u64(seq), ...rest);
}

function prefixed(part: Uint8Array): readonly [Uint8Array, Uint8Array] {
  return [u32(part.length), part];
}

/** Exactly one statement, entry or gone entry. */
export function parseItem(data: Uint8Array): Placed {
  const [first, ...more] = [...frames(data)];
  if (first === undefined || more.length > 0) throw new MalformedData("There is not exactly one frame.");
  return placed(first);
}

/** The header of a stored entry; null for a statement. The item was read whole before it was stored. */
export function headerOf(data: Uint8Array): Uint8Array | null {
  if (data[4] === KINDS.statement) return null;
  const end = HEAD + 4 + readInteger(data.subarray(HEAD, HEAD + 4));
  if (end > data.length) throw new MalformedData("A stored entry was cut off.");
  return data.subarray(HEAD + 4, end);
}

/** A page of whole pushes. */
export function parsePage(body: Uint8Array): PulledPage {
  const pushes: PulledPush[] = [];
  let items: Placed[] = [];
  let count = 0;
  let end: number | null = null;
  for (const one of frames(body)) {
    if (end !== null) throw new MalformedData("Something follows the end of a page.");
    if (one.kind === KINDS.receipt) {
      if (items.length === 0) throw new MalformedData("A page holds a push without items.");
      pushes.push({ items, receipt: pageReceipt(one) });
      items = [];
    } else if (one.kind === KINDS.end && one.rest.length === 0) {
      end = one.seq;
    } else {
      count++;
      if (count > MAX_ITEMS || items.length === SIZES.MAX_PUSH_ITEMS) {
        throw new MalformedData("A page holds more items than a page can have.");
      }
      items.push(placed(one));
    }
  }
  if (end === null || items.length > 0) throw new MalformedData("A page was cut off.");
  return { pushes, seq: end };
}

interface Frame {
  readonly kind: number;
  readonly seq: number;
  readonly rest: Uint8Array;
}

function* frames(body: Uint8Array): Generator<Frame, void> {
  for (let at = 0; at < body.length; ) {
    if (at + HEAD > body.length) throw new MalformedData("A frame was cut off.");
    const start = at + HEAD;
    const end = at + 4 + readInteger(body.subarray(at, at + 4));
    if (end > body.length || start > end) throw new MalformedData("A frame was cut off.");
    yield {
      kind: readInteger(body.subarray(at + 4, at + 5)),
      seq: readInteger(body.subarray(at + 5, start)),
      rest: body.subarray(start, end),
    };
    at = end;
  }
}

function pageReceipt({ seq, rest }: Frame): Receipt {
  const receipt = parseReceipt(rest);
  if (receipt.seq !== seq) throw new MalformedData("A receipt stands at another place than it says.");
  return receipt;
}

function placed({ kind, seq, rest }: Frame): Placed {
  const parts = new Parts(rest);
  const found = itemOf(kind, parts);
  parts.done();
  return { seq, ...found };
}

function itemOf(kind: number, parts: Parts): Omit<Placed, "seq"> {
  const grants = new IdMap<Uint8Array>();
  if (kind === KINDS.entry) {
    const header = parts.prefixed(SIZES.MAX_STATEMENT);
    return { item: entryItem(header, parts.prefixed(SIZES.MAX_BLOB)), grants };
  }
  if (kind === KINDS.gone) {
    const header = parts.prefixed(SIZES.MAX_STATEMENT);
    return { item: { type: "entry", header, hashOfBlob: parts.take(SIZES.HASH), blob: null }, grants };
  }
  if (kind !== KINDS.statement) throw new MalformedData("A frame of an unknown kind.");
  const statement = parts.prefixed(SIZES.MAX_STATEMENT);
  const signatures: readonly Signature[] = parts.list(() => ({
    account: parts.take(SIZES.ACCOUNT_ID),
    signature: parts.take(SIZES.SIGNATURE),
  }));
  const pairs = parts.list(() => [parts.take(SIZES.ACCOUNT_ID), parts.take(SIZES.SEALED_SEED)] as const);
  return { item: { type: "statement", signed: { statement, signatures } }, grants: new IdMap(pairs) };
}

/** Reads the rest of a frame, which a server may have cut anywhere. Its parts are views of the page: nothing is copied. */
class Parts {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  take(size: number): Uint8Array {
    const data = this.#data.subarray(this.#at, this.#at + size);
    if (data.length !== size) throw new MalformedData("A frame was cut off.");
    this.#at += size;
    return data;
  }

  prefixed(limit: number): Uint8Array {
    const size = readInteger(this.take(4));
    if (size > limit) throw new MalformedData("A part of a frame is too large.");
    return this.take(size);
  }

  /** Signatures or grants: one for each member at most. */
  list<T>(read: () => T): readonly T[] {
    const count = readInteger(this.take(1));
    if (count > SIZES.MAX_MEMBERS) {
      throw new MalformedData("A frame holds more signatures or grants than a journal has members.");
    }
    return Array.from({ length: count }, read);
  }

  done(): void {
    if (this.#at !== this.#data.length) throw new MalformedData("A frame holds more than it should.");
  }
}
