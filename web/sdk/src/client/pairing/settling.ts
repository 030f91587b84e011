/** Settling: a statement is made and pushed, until there is none left to make in the roster in force. Spec: §5.4 */

import { ServerRefused, TransportError } from "../../errors.ts";
import { refreshAccount } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { pushStatement } from "../log/delivering.ts";
import { pull } from "../log/pulling.ts";
import type { Made } from "../log/statements.ts";

const TRIES = 8;
const MOVED = new Set(["roster_moved", "epoch_stale", "epoch_moved", "generation_moved"]);

/**
 * `make`: the statement that is due; null where there is none.
 *
 * Throws as `make` and `pushStatement`; TransportError where others keep changing the journal.
 */
export function* settle(
  home: Home,
  journal: Uint8Array,
  make: () => Step<Pick<Made, "signed" | "grants"> | null>,
): Step<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const made = yield* make();
    if (made === null) return;
    try {
      yield* pushStatement(home, journal, made.signed, made.grants);
    } catch (error) {
      if (!(error instanceof ServerRefused && MOVED.has(error.code))) throw error;
      if (error.code === "generation_moved") yield* refreshAccount(home);
      yield* pull(home, journal);
    }
  }
  throw new TransportError("Others keep changing this journal just now. Try again in a moment.");
}
