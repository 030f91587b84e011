/**
 * What a sync notes for all own devices: journals that this account founded, later keys of pinned accounts, and once a day how
 * far each journal is verified, so that other own devices notice a rollback. Spec: documents §6
 */

import type { DuologError } from "../../errors.ts";
import { encodeB64, parseB64, readInteger, u64 } from "../../protocol/codec.ts";
import { isUnconfirmed } from "../account/opening.ts";
import { commit, read, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { noteFounded } from "../pairing/founding.ts";
import { foreseen } from "./fetching.ts";
import { accountState } from "./folding.ts";
import { note, pinOf } from "./notes.ts";
import { standingOf } from "./standing.ts";

const ROW = "heads_noted";
const DAY = 24 * 3600; // seconds

/** Notes what is new; the notes that failed. `listed`: the journals that the server lists for me. */
export function* noteWhatIsNew(home: Home, listed: readonly Uint8Array[]): Step<readonly DuologError[]> {
  const failed: DuologError[] = [];
  for (const step of [noteFounded(home, listed), notePins(home), noteHeads(home)]) {
    try {
      yield* step;
    } catch (error) {
      failed.push(foreseen(error));
    }
  }
  return failed;
}

function* notePins(home: Home): Step<void> {
  for (const [account, known] of (yield* accountState(home)).pins) {
    const chain = home.chains.get(parseB64(account));
    if (chain !== undefined && chain.newest.generation > Math.max(...known.keys())) {
      yield* note(home, { kind: "pin", body: pinOf(chain) });
    }
  }
}

function* noteHeads(home: Home): Step<void> {
  const row = (yield* read([ROW])).get(ROW);
  const now = home.clock.now();
  if (row !== undefined) {
    const last = readInteger(row);
    if (now - last < DAY || (yield* isUnconfirmed())) return;
    for (const id of (yield* accountState(home)).journals.keys()) {
      const { log, frozen } = yield* standingOf(parseB64(id));
      if (log.seq === 0 || frozen !== null) continue;
      yield* note(home, { kind: "noted_head", body: { journal: id, seq: log.seq, head: encodeB64(log.head) } });
    }
  }
  yield* commit([{ name: ROW, value: u64(now) }]);
}
