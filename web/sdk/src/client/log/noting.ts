/**
 * What a sync notes for my other devices: later keys of pinned accounts, and once a day how far each journal is verified.
 *
 * So another own device notices a server that shows it less, or another history. At most once a day, and never the day on
 * which a home begins: reading writes nothing. Spec: §4.6, documents §6
 */

import { SIZES } from "../../generated/constants.ts";
import { encodeB64, parseB64, readInteger, u64 } from "../../protocol/codec.ts";
import { isUnconfirmed } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver } from "./delivering.ts";
import { accountState } from "./folding.ts";
import { pinOf, putNote } from "./notes.ts";
import { waitingFor } from "./outbox.ts";
import { standingOf } from "./standing.ts";

const DAY = 24 * 3600; // seconds
const NOTED = "heads_noted"; // when the heads were noted last, or the home began

/** Notes what the account journal doesn't say yet, and sends what waits for it. Throws as `note`. */
export function* noteWhatIsNew(home: Home): Step<void> {
  yield* notePins(home);
  yield* noteHeads(home);
  const own = home.identity.accountJournal;
  if ((yield* waitingFor(home, own)).length > 0) yield* deliver(home, own);
}

function* notePins(home: Home): Step<void> {
  for (const [account, known] of (yield* accountState(home)).pins) {
    const chain = home.chains.get(parseB64(account, SIZES.ACCOUNT_ID));
    if (chain === undefined || chain.newest.generation <= Math.max(...known.keys())) continue;
    yield* putNote(home, { kind: "pin", body: pinOf(chain) });
  }
}

function* noteHeads(home: Home): Step<void> {
  const now = home.clock.now();
  const row = (yield* read([NOTED])).get(NOTED);
  if (row !== undefined) {
    if (now - readInteger(row) < DAY || (yield* isUnconfirmed())) return;
    for (const journal of (yield* accountState(home)).journals.keys()) {
      const { log, frozen } = yield* standingOf(parseB64(journal));
      if (log.seq === 0 || frozen !== null) continue;
      yield* putNote(home, { kind: "noted_head", body: { journal, seq: log.seq, head: encodeB64(log.head) } });
    }
  }
  yield* commit([{ name: NOTED, value: u64(now) }]);
}
