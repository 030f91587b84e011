/**
 * The receipt keys of one server: the ones that it lists, as far as they are linked with those that are trusted.
 *
 * Rules
 * - Where a key replaces another, both sign the two of them. So who trusts one of a server's keys knows its later keys by
 *   the old keys' signatures, and its earlier ones by the new keys' too.
 * - A later key without its link is refused. An earlier one without its link is left out, and its receipts count for
 *   nothing: anybody can sign that their own key was replaced by another's.
 *
 * Spec: §6.6
 */

import { BadSignature, NotAllowed, PinMismatch } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { verifyFormerKey, verifyReceiptKey } from "../../protocol/receipts.ts";
import type { Step } from "../core/effects.ts";
import type { ReceiptKey } from "./bodies.ts";
import type { Connection } from "./connection.ts";

/**
 * The keys of the server behind a connection, linked with those that are trusted.
 *
 * Throws NotAllowed: the server calls itself by another origin; PinMismatch; and as a `Connection`. Spec: §4.8
 */
export function* pinServer(connection: Connection, trusted: readonly Uint8Array[]): Step<readonly Uint8Array[]> {
  const info = yield* connection.serverInfo();
  if (info.origin !== connection.origin) {
    throw new NotAllowed(
      "The server goes by another address than the one you gave. Use the address it was set up with.",
    );
  }
  return linkedKeys(info.receiptKeys, trusted);
}

/**
 * A server's receipt keys that count, oldest first, 32 bytes each. `listed`: as the server lists them, one at least.
 *
 * `trusted`: those that count already, oldest first; none at first contact, where the newest is believed.
 *
 * Throws PinMismatch: the newest listed key isn't linked with the newest trusted one, or there are too many.
 */
export function linkedKeys(listed: readonly ReceiptKey[], trusted: readonly Uint8Array[]): readonly Uint8Array[] {
  const known = trusted.length > 0 ? trusted : listed.slice(-1).map((item) => item.key);
  const placeOf = (key: Uint8Array | undefined): number =>
    key === undefined ? -1 : listed.findIndex((item) => sameBytes(item.key, key));
  const newest = placeOf(known.at(-1));
  const later = newest < 0 ? [] : listed.slice(newest);
  if (later.length === 0 || !pairs(later).every(([old, following]) => handsOver(old, following))) {
    throw new PinMismatch(
      "The server signs with another key than before. Ask who runs it; do not go on until you know why.",
      "client.receipt_key",
    );
  }
  const earlier: Uint8Array[] = [];
  for (const [old, following] of [...pairs(listed.slice(0, placeOf(known[0]) + 1))].reverse()) {
    if (!handsOver(old, following) || !takesOver(old, following)) break;
    earlier.unshift(old.key);
  }
  const chain = [...earlier, ...known, ...later.slice(1).map((item) => item.key)];
  if (chain.length > SIZES.MAX_SERVERS) {
    throw new PinMismatch(
      "The server has replaced its key more often than a server can. Ask who runs it.",
      "client.receipt_keys_count",
    );
  }
  return chain;
}

/** Each item with the one behind it. */
function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.slice(1).map((item, at) => [items[at] ?? item, item] as const);
}

function handsOver(old: ReceiptKey, following: ReceiptKey): boolean {
  return holds(() => verifyReceiptKey(old.key, following.key, following.signature ?? new Uint8Array()));
}

function takesOver(old: ReceiptKey, following: ReceiptKey): boolean {
  return holds(() => verifyFormerKey(old.key, following.key, following.countersignature ?? new Uint8Array()));
}

function holds(verify: () => void): boolean {
  try {
    verify();
  } catch (error) {
    if (!(error instanceof BadSignature)) throw error;
    return false;
  }
  return true;
}
