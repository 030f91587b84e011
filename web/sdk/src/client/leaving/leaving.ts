/**
 * Leaving a journal as its confidant, at once and alone. This home keeps all that it has read.
 *
 * Rules
 * - That I leave is durable before the server hears of it, and a sync finishes it: the answer may be lost, and what isn't
 *   listed afterwards is my own doing.
 * - What waits here is sent before, as far as the server takes it.
 *
 * Spec: §5.3, documents §6
 */

import { NotAllowed, ServerRefused } from "../../errors.ts";
import { encodeB64, parseB64 } from "../../protocol/codec.ts";
import { findMember } from "../../protocol/rosterChanges.ts";
import { commit, list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { deliver } from "../log/delivering.ts";
import { accountState } from "../log/folding.ts";
import { note } from "../log/notes.ts";
import { settle } from "../log/settling.ts";
import { requireOpen, standingOf } from "../log/standing.ts";
import { type Made, makeLeave } from "../log/statements.ts";

const MARK = "leaving/";
const FULL = ["daily_limit", "quota_reached"];

/**
 * Leaves a journal. Leave it again to go on.
 *
 * Throws NotAllowed: I am a partner there, who closes it instead, or no member; TransportError, ServerRefused: not now.
 */
export function* leaveJournal(home: Home, journal: Uint8Array): Step<void> {
  const id = encodeB64(journal);
  if ((yield* accountState(home)).left.has(id)) return;
  yield* leaving(home, journal); // it may be left
  yield* commit([{ name: MARK + id, value: new Uint8Array() }]);
  try {
    yield* deliverWhatMayGo(home, journal);
    yield* settle(home, journal, () => leaving(home, journal));
  } catch (error) {
    if (!(error instanceof ServerRefused)) throw error;
    if (error.code !== "not_found") {
      yield* commit([{ name: MARK + id, value: null }]);
      throw error;
    } // else I am no member any more: nothing of it can be fetched
  }
  yield* note(home, { kind: "left_journal", body: { journal: id } });
  yield* commit([{ name: MARK + id, value: null }]);
}

/** Finishes what was cut off here. Part of each sync. Throws as `leaveJournal`. */
export function* finishLeaving(home: Home): Step<void> {
  for (const name of (yield* list(MARK)).keys()) yield* leaveJournal(home, parseB64(name.slice(MARK.length)));
}

function* leaving(home: Home, journal: Uint8Array): Step<Made> {
  const roster = requireOpen(yield* standingOf(journal));
  const me = findMember(roster, home.identity.account);
  if (me === null) throw new NotAllowed("You are not a member of this journal.");
  if (me.role === "partner") {
    throw new NotAllowed("Partners don't leave a journal. You can close it, alone and at any time.");
  }
  return makeLeave(home, roster);
}

function* deliverWhatMayGo(home: Home, journal: Uint8Array): Step<void> {
  try {
    yield* deliver(home, journal);
  } catch (error) {
    if (!(error instanceof ServerRefused && FULL.includes(error.code))) throw error;
  }
}
