/**
 * The receipt keys under which a journal's items were accepted before: of the servers that held it, and of today's
 * server before it replaced its key.
 *
 * Rules
 * - A receipt, and a `seen`, is verified under the key of its seq: the key of the server that accepted it.
 * - Times are compared within one stretch of receipts under one key: each server has a clock of its own.
 *
 * Spec: §6.6, §13.3
 */

import { sameBytes } from "../../protocol/bytes.ts";

/** A server that signed the receipts up to the seq `until`, behind those of the one before it. */
export interface EarlierKey {
  readonly until: number;
  readonly origin: string;
  readonly key: Uint8Array;
}

/** The receipt key of a seq. 32 bytes. */
export function keyAt(earlier: readonly EarlierKey[], newest: Uint8Array, seq: number): Uint8Array {
  return earlier.find((item) => seq <= item.until)?.key ?? newest;
}

/** The list after a receipt of `last` at its seq, which may continue the newest stretch. */
export function extended(known: readonly EarlierKey[], last: EarlierKey): readonly EarlierKey[] {
  const newest = known.at(-1);
  const isSame = newest !== undefined && newest.origin === last.origin && sameBytes(newest.key, last.key);
  return [...(isSame ? known.slice(0, -1) : known), last];
}

/** The first seq of the stretch of receipts under one key that this seq belongs to. */
export function keySince(earlier: readonly EarlierKey[], newest: Uint8Array, seq: number): number {
  let since = 1;
  let key = keyAt(earlier, newest, 1);
  for (const { until } of earlier) {
    if (until >= seq) break;
    const after = keyAt(earlier, newest, until + 1);
    if (sameBytes(after, key)) continue;
    since = until + 1;
    key = after;
  }
  return since;
}
