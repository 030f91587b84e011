/**
 * Lifting: where a journal's roster names older keys of mine than my newest, any own device names the newest.
 *
 * It is a `rotate` where I may write, and a `refresh` where I may only read. A push of waiting entries begins with a `rotate`
 * of its own, so a journal with waiting entries is left to the outbox. No list is needed: the next device that syncs finishes
 * what another one began. Spec: §4.12
 */

import { parseB64 } from "../../protocol/codec.ts";
import { findMember, type Roster } from "../../protocol/rosterChanges.ts";
import { list, type Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { foreseen } from "./fetching.ts";
import { accountState } from "./folding.ts";
import { waitingFor } from "./outbox.ts";
import { settle } from "./settling.ts";
import { standingOf } from "./standing.ts";
import { isBehind, type Made, makeRefresh, makeRotate } from "./statements.ts";
import type { Problem } from "./syncing.ts";

/** The journals that name older keys of mine and can be lifted, by the order of their ids. */
export function* behind(home: Home): Step<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  const { left } = yield* accountState(home);
  for (const name of [...(yield* list("log/")).keys()].sort()) {
    if (left.has(name.slice("log/".length))) continue; // it can't be fetched any more
    const journal = parseB64(name.slice("log/".length));
    if ((yield* due(home, journal)) !== null) found.push(journal);
  }
  return found;
}

/** Lifts every journal where that is due; what went wrong, for each journal by itself. */
export function* liftAll(home: Home): Step<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const journal of yield* behind(home)) {
    if ((yield* waitingFor(home, journal)).length > 0) continue;
    try {
      yield* settle(home, journal, () => lifted(home, journal));
    } catch (error) {
      problems.push({ journal, error: foreseen(error) });
    }
  }
  return problems;
}

/** The statement that names my newest keys; null where none is due. */
function* lifted(home: Home, journal: Uint8Array): Step<Made | null> {
  const roster = yield* due(home, journal);
  if (roster === null) return null;
  const mayWrite = findMember(roster, home.identity.account)?.rights === "write";
  return mayWrite ? makeRotate(home, roster) : makeRefresh(home, roster);
}

/** The roster of an open journal that names older keys of mine; null where nothing is due. */
function* due(home: Home, journal: Uint8Array): Step<Roster | null> {
  const { log, frozen } = yield* standingOf(journal);
  return log.roster !== null && frozen === null && !log.closed && isBehind(home, log.roster) ? log.roster : null;
}
