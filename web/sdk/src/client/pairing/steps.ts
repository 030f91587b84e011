/** The next steps of a pairing, on either side. Each is durable before the next is taken, and may be repeated. Spec: §7.3 */

import type { Step } from "../core/effects.ts";
import type { Home } from "../core/home.ts";
import { standingOf } from "../log/standing.ts";
import { goOnAsFounder } from "./admitting.ts";
import { goOnAsNewcomer } from "./answering.ts";
import { goOnVerifying } from "./comparing.ts";
import { progressOf } from "./progress.ts";

/** Takes the next steps of a pairing that are due. Throws as `goOnAsFounder`, `goOnAsNewcomer` and `settle`. */
export function* goOn(home: Home, journal: Uint8Array): Step<void> {
  const before = yield* progressOf(home, journal);
  if (before === null || before.done || before.end !== null) return;
  if ((yield* standingOf(journal)).log.closed) return;
  const progress = yield* before.role === "founder" ? goOnAsFounder(home, before) : goOnAsNewcomer(home, before);
  if (progress.end === null) yield* goOnVerifying(home, progress);
}
