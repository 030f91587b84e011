/**
 * A journal as it will be once the outbox is sent: the documents that wait here follow those of the log.
 *
 * Only views read it. What may be written is judged by the journal as it is (`outbox`), and nothing of this is stored.
 */

import { type AppliedDocument, expectedReceipt } from "../../documents/applied.ts";
import { applyAll } from "../../documents/journal.ts";
import type { JournalState } from "../../documents/journalState.ts";
import { encodeB64 } from "../../protocol/codec.ts";
import { messageHash, parseMessage } from "../../protocol/messages.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { type Folded, folded, membershipOf } from "./folding.ts";
import { waitingFor } from "./outbox.ts";
import { newestReceipt, type Standing, standingOf } from "./standing.ts";

/** A journal for its views. */
export interface Expected {
  readonly standing: Standing;
  /** What stands in the log. */
  readonly log: Folded;
  /** With what waits here, whose places come behind every place of the log. */
  readonly state: JournalState;
  /** What waits here, in order. */
  readonly waiting: readonly AppliedDocument[];
}

export function* expected(home: Home, journal: Uint8Array): Step<Expected> {
  const standing = yield* standingOf(journal);
  const log = yield* folded(home, journal);
  const { roster } = standing.log;
  const rows = yield* waitingFor(home, journal);
  if (roster === null || rows.length === 0) return { standing, log, state: log.state, waiting: [] };
  const me = encodeB64(home.identity.account);
  const newest = (yield* newestReceipt(journal))?.time ?? 0;
  const received = expectedReceipt(home.clock.now(), newest, log.state.timeline.lastOf(me));
  const waiting = rows.map(({ entry, message }, at): AppliedDocument => {
    const { document, refused } = parseMessage(message);
    const place = { entry: encodeB64(entry), seq: log.seq + 1 + at, author: me };
    const hash = encodeB64(messageHash(message));
    return { ...place, message: hash, document, received, refused, generation: home.identity.generation, keySince: 0 };
  });
  const membership = membershipOf(roster);
  const state = applyAll(
    log.state,
    waiting.map((applied) => [applied, membership] as const),
  );
  return { standing, log, state, waiting };
}
