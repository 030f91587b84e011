/**
 * `promise`: what its owner does, makes visible or plans. It binds nobody else.
 *
 * No view calls one kept or not kept, and none counts marks. Spec: documents §8
 */

import type { Id } from "./applied.ts";
import { type Mark, madeBy, marksIn, type Thing, textAt } from "./things.ts";
import type { Text } from "./thingTexts.ts";

/** A promise at one time, for one reader. */
export interface PromiseView {
  readonly form: string;
  readonly owner: Id;
  readonly made: Text | null;
  /** When an offer ends, Unix seconds. */
  readonly until: number | null;
  readonly status: "held" | "ran_out" | "ended";
  readonly ended: Mark | null;
  /** Its owner's newest mark, for its owner alone. */
  readonly newestMark: Text | null;
}

/** A promise as `me` is shown it at `now`, Unix seconds. */
export function viewPromise(promise: Thing, me: Id, now: number): PromiseView {
  const until = promise.times.get("until") ?? null;
  const made = madeBy(promise);
  const ranOut = until !== null && now > until;
  return {
    form: made?.step.text("form") ?? "",
    owner: promise.owner,
    made,
    until,
    status: promise.standing !== "held" ? "ended" : ranOut ? "ran_out" : "held",
    ended: marksIn(promise, "ended").get(promise.owner) ?? null,
    newestMark: me === promise.owner ? textAt(promise, "mark") : null,
  };
}
