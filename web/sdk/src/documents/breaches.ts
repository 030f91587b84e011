/**
 * `breach`: two accounts of one event, side by side. Neither is a verdict.
 *
 * A view says whose accounts are here and for whom it is closed. It doesn't say who gave none. Spec: documents §10
 */

import type { Id } from "./applied.ts";
import { type Marks, madeBy, marksIn, type Thing, textOf } from "./things.ts";
import type { Text } from "./thingTexts.ts";

/** A breach, for one reader. */
export interface BreachView {
  readonly owner: Id;
  /** Whether its owner wrote about what they did (`own`) or saw (`saw`). */
  readonly as: string;
  /** The day on which it happened. */
  readonly happened: string | null;
  /** The accounts that are here, its owner's first. The words of each are a note. */
  readonly accounts: readonly Text[];
  /** For whom it is closed, with their words. */
  readonly closed: Marks;
  /** The day on which the reader looks at it again, if they set one. Nobody else is told of it. */
  readonly lookAgain: string | null;
}

/** A breach as `me` is shown it. */
export function viewBreach(breach: Thing, me: Id): BreachView {
  const opened = madeBy(breach)?.step ?? null;
  const ordered = [breach.owner, ...breach.between.filter((one) => one !== breach.owner)];
  const accounts = ordered.map((one) => textOf(breach, "accounts", one)).filter((text) => text !== null);
  return {
    owner: breach.owner,
    as: opened?.text("as") ?? "",
    happened: opened?.text("happened") ?? null,
    accounts,
    closed: marksIn(breach, "closed"),
    lookAgain: textOf(breach, "accounts", me)?.step.text("look_again") ?? null,
  };
}
