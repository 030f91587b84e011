/**
 * Taking a text of mine back, within a day of its receipt.
 *
 * Rules
 * - It goes through the outbox, in its order, and is durable before it is sent. The same again writes it once.
 * - Only texts are taken back, never a step: agreements rest on steps.
 * - By this machine's clock and by the newest receipt no more than a day has passed. The clock counts less by what it is
 *   known to be ahead of the server's.
 *
 * Spec: §9
 */

import { makeDocument } from "../../documents/writing.ts";
import { NotAllowed } from "../../errors.ts";
import { SIZES } from "../../generated/constants.ts";
import { encodeB64, jsonObject } from "../../protocol/codec.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { journalState } from "../log/folding.ts";
import { post, waitsAs } from "../log/outbox.ts";
import { standingOf } from "../log/standing.ts";

/**
 * Puts the withdrawal of a text of mine into the outbox, durably and once; its entry id, 16 bytes. `deliver` sends it.
 *
 * Throws NotAllowed: the text isn't here, isn't mine, is a step, is older than a day, or another server accepted it;
 * JournalFrozen: the journal is read-only. Nothing was stored then.
 */
export function* withdraw(home: Home, journal: Uint8Array, entry: Uint8Array): Step<Uint8Array> {
  const item = (yield* journalState(home, journal)).timeline.find(encodeB64(entry));
  if (item === null) throw new NotAllowed("There is no such text here.");
  const { log, earlier } = yield* standingOf(journal);
  const { seq, received, message } = item.applied;
  if (earlier.some(({ until }) => seq <= until)) {
    throw new NotAllowed("It was written at another server. You can erase it for yourself.");
  }
  requireInTime(home, received + SIZES.WITHDRAW_WINDOW, log.time);
  const now = home.clock.now();
  const body = jsonObject({ answers: jsonObject({ entry: encodeB64(entry), message }) });
  const document = makeDocument("withdrawn", body, now);
  return (yield* waitsAs(home, journal, document)) ?? (yield* post(home, journal, document));
}

function requireInTime(home: Home, latest: number, byServer: number): void {
  if (byServer > latest) throw new NotAllowed("It was written more than a day ago. You can erase it for yourself.");
  const ahead = home.clockAhead > SIZES.CLOCK_TOLERANCE ? home.clockAhead : 0;
  if (home.clock.now() - ahead > latest) {
    throw new NotAllowed(
      "By this machine's clock it was written more than a day ago. If that is so, you can erase it for yourself. If " +
        "not, set the clock, and try again.",
    );
  }
}
