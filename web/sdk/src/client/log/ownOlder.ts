/**
 * Own entries of earlier generations: they count up to the place that the next rotation noted for each journal.
 *
 * A device that was revoked can write with the old keys until the roster names the new ones. Every own device quarantines
 * the entries behind the noted place, whenever it fetches them. Spec: §4.12
 */

import type { Placed } from "../../documents/journal.ts";
import { SIZES } from "../../generated/constants.ts";
import { sameBytes } from "../../protocol/bytes.ts";
import { encodeB64, encodeMessageJson, jsonObject, parseB64, readInteger, u32 } from "../../protocol/codec.ts";
import { encodeMessage } from "../../protocol/messages.ts";
import { commit, list, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import type { Change } from "../ports.ts";
import { accountState, forgetFolded, placedDocuments } from "./folding.ts";
import { messageChanges } from "./messageRows.ts";
import { faultName, writtenName } from "./names.ts";
import { waitingChange, waitingFor } from "./outbox.ts";
import { newestReceipt, standingOf } from "./standing.ts";
import { OWN_OLDER } from "./verifyAuthors.ts";

/** The newest rotation whose noted places this home has judged by: a row with its number. */
const JUDGED = "judged";

/** For each earlier generation of mine, the last seq in this journal up to which its entries count. */
export function* believedUntil(home: Home, journal: Uint8Array): Step<ReadonlyMap<number, number>> {
  const believed = new Map<number, number>();
  if (sameBytes(journal, home.identity.accountJournal)) {
    for (const { generation, accountHead } of home.identity.sets) {
      if (accountHead !== null) believed.set(generation - 1, accountHead.seq);
    }
    return believed;
  }
  const id = encodeB64(journal);
  for (const [generation, { heads }] of (yield* accountState(home)).rotated) {
    believed.set(generation - 1, heads?.find((head) => head.journal === id)?.seq ?? 0);
  }
  return believed;
}

/**
 * Quarantines own entries that this home verified before it learnt of a rotation, and that stand behind the places that the
 * rotation noted. Once for each rotation.
 */
export function* judgeAgain(home: Home): Step<void> {
  home.accountState = null; // the account journal has grown
  const { rotated } = yield* accountState(home);
  const newest = Math.max(0, ...rotated.keys());
  const row = (yield* read([JUDGED])).get(JUDGED);
  if (newest <= (row === undefined ? 0 : readInteger(row))) return;
  const changes: Change[] = [{ name: JUDGED, value: u32(newest) }];
  for (const name of (yield* list("log/")).keys()) {
    const journal = parseB64(name.slice("log/".length));
    if (!sameBytes(journal, home.identity.accountJournal)) changes.push(...(yield* lateEntries(home, journal)));
  }
  yield* commit(changes);
  forgetFolded(home);
}

function* lateEntries(home: Home, journal: Uint8Array): Step<readonly Change[]> {
  const believed = yield* believedUntil(home, journal);
  const mine = encodeB64(home.identity.account);
  const late = (yield* placedDocuments(home, journal)).filter(([{ author, seq, generation }]) => {
    return author === mine && seq > (believed.get(generation) ?? seq);
  });
  const fault = encodeMessageJson(jsonObject({ check: "entries.own_older", sentence: OWN_OLDER }));
  const seqs = late.map(([{ seq }]) => seq);
  const faults = seqs.map((seq) => ({ name: faultName(journal, seq), value: fault }));
  const gone = yield* messageChanges(home.vault, journal, [], seqs);
  return [...faults, ...gone, ...(yield* again(home, journal, late))];
}

/** The changes that put those of these documents that this home has written into the outbox again. */
function* again(home: Home, journal: Uint8Array, late: readonly Placed[]): Step<readonly Change[]> {
  const names = late.map(([{ entry }]) => writtenName(journal, parseB64(entry)));
  const rows = yield* read(names);
  const seen = yield* newestReceipt(journal);
  const { log, frozen } = yield* standingOf(journal);
  if (seen === null || frozen !== null || log.closed) return [];
  let number = (yield* waitingFor(home, journal)).at(-1)?.number ?? 0;
  return late
    .filter((_, at) => rows.has(names[at] ?? ""))
    .map(([{ document, seq }]) => {
      const message = encodeMessage({ document, seen, follows: null, refused: [seq], attachments: [] });
      const entry = home.random.bytes(SIZES.ENTRY_ID, "entry_id", document.kind);
      number++;
      return waitingChange(home, journal, { number, entry, digests: [], message });
    });
}
