/**
 * `pause`: a time-out of its owner, with a planned return. It blocks nobody.
 *
 * A client says nothing of one after the day of its return, and never how many or how long. Spec: documents §9
 */

import type { Id } from "./applied.ts";
import type { Look } from "./looks.ts";
import { type Mark, madeBy, marksIn, type Thing } from "./things.ts";

/** A pause at one time. */
export interface PauseView {
  readonly owner: Id;
  /** When its owner plans to be back, Unix seconds. */
  readonly until: number;
  /** The owner's note for the other. */
  readonly words: string | null;
  /** Whether its owner is on it. */
  readonly runs: boolean;
  readonly extended: boolean;
  readonly returned: Mark | null;
  /** Whether it is told at all: while it runs, and until the end of the day of its return. */
  readonly told: boolean;
}

/** A pause as it is for a reader. */
export function viewPause(pause: Thing, look: Look): PauseView {
  const until = pause.times.get("until") ?? 0;
  const called = pause.standing === "called";
  const runs = called && look.now <= until;
  return {
    owner: pause.owner,
    until,
    words: madeBy(pause)?.step.text("words") ?? null,
    runs,
    extended: pause.points.has("extended"),
    returned: marksIn(pause, "returned").get(pause.owner) ?? null,
    told: runs || (called && look.day(until) === look.day(look.now)),
  };
}
