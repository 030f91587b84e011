/** What this client knows of one journal before a page is verified. Spec: §6.9 */

import { sameBytes } from "../../protocol/bytes.ts";
import { acceptReceipt, type LogState } from "../../protocol/log.ts";
import { type Receipt, signerOf } from "../../protocol/receipts.ts";
import type { Chains } from "../../protocol/roster.ts";
import type { EpochKey } from "../../seal/keys.ts";
import { type EarlierKey, extended, keyAt } from "./earlierKeys.ts";

/** What `Known` is made of. */
export interface KnownFields {
  /** The origin of today's server, and its receipt keys, oldest first: one at least. */
  readonly origin: string;
  readonly receiptKeys: readonly Uint8Array[];
  readonly chains: Chains;
  /** The keys of the epochs that are open to me; null where a grant was bad. */
  readonly epochs: ReadonlyMap<number, EpochKey | null>;
  /** The digests that the server promised to this client, by seq. */
  readonly acknowledged: ReadonlyMap<number, Uint8Array>;
  /** For each earlier generation of mine, the last seq up to which its entries count. */
  readonly believed: ReadonlyMap<number, number>;
  /** Where receipts under other keys than today's newest end. */
  readonly earlier: readonly EarlierKey[];
}

/** It grows while a page is verified: by the epochs that begin in it, and by keys that the server has replaced. */
export class Known {
  readonly origin: string;
  readonly receiptKeys: readonly Uint8Array[];
  readonly chains: Chains;
  readonly epochs: Map<number, EpochKey | null>;
  readonly acknowledged: ReadonlyMap<number, Uint8Array>;
  readonly believed: ReadonlyMap<number, number>;
  earlier: readonly EarlierKey[];
  readonly #newestKey: Uint8Array;

  constructor(fields: KnownFields) {
    const newest = fields.receiptKeys.at(-1);
    if (newest === undefined) throw new RangeError("no receipt key is pinned");
    this.#newestKey = newest;
    this.origin = fields.origin;
    this.receiptKeys = fields.receiptKeys;
    this.chains = fields.chains;
    this.epochs = new Map(fields.epochs);
    this.acknowledged = fields.acknowledged;
    this.believed = fields.believed;
    this.earlier = fields.earlier;
  }

  /** The receipt keys that vouch for a seq: all of today's server, or an earlier one's. */
  keysAt(seq: number): readonly Uint8Array[] {
    const key = keyAt(this.earlier, this.#newestKey, seq);
    return this.#placeOf(key) >= 0 ? this.receiptKeys : [key];
  }

  /** Whether another server than today's accepted the item at a seq. */
  isEarlier(seq: number): boolean {
    return this.keysAt(seq) !== this.receiptKeys;
  }

  /**
   * The state after a receipt. A server's keys follow each other: after a newer one an older one counts no more.
   *
   * Throws as `acceptReceipt`.
   */
  accept(state: LogState, receipt: Receipt): LogState {
    const lastEarlier = this.earlier.at(-1);
    if (lastEarlier !== undefined && receipt.seq <= lastEarlier.until) {
      return acceptReceipt(state, receipt, keyAt(this.earlier, this.#newestKey, receipt.seq));
    }
    const place = state.key === null ? -1 : this.#placeOf(state.key);
    const keys = place < 0 ? this.receiptKeys : this.receiptKeys.slice(place);
    const key = (keys.length > 1 ? signerOf(receipt, state.journal, keys) : null) ?? this.#newestKey;
    // one clock for all keys of a server
    const after = acceptReceipt(place < 0 ? state : { ...state, key }, receipt, key);
    if (!sameBytes(key, this.#newestKey)) {
      this.earlier = extended(this.earlier, { until: receipt.seq, origin: this.origin, key });
    }
    return after;
  }

  #placeOf(key: Uint8Array): number {
    return this.receiptKeys.findIndex((item) => sameBytes(item, key));
  }
}
