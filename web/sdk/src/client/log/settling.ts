/** Settling: a statement is made and pushed, until there is none left to make of the newest log. Spec: §5.4 */

import { ServerRefused, TransportError } from "../../errors.ts";
import { refreshAccount } from "../account/opening.ts";
import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { MOVED, pushStatement } from "./delivering.ts";
import { pull } from "./pulling.ts";
import type { Made } from "./statements.ts";

const TRIES = 8;

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
    try {
      const made = yield* make(); // it may propose, and find that the roster has moved
      if (made === null) return;
      yield* pushStatement(home, journal, made.signed, made.grants);
    } catch (error) {
      if (!(error instanceof ServerRefused && (MOVED.has(error.code) || error.code === "journal_closed"))) throw error;
      if (error.code === "generation_moved") yield* refreshAccount(home);
      yield* pull(home, journal);
    }
  }
  throw new TransportError("Others keep changing this journal just now. Try again in a moment.");
}
