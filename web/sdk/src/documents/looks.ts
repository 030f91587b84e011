/** One reader who looks at one time. Views are for a look; no reducer has one. */

import type { Id } from "./applied.ts";

/** A reader and their time. */
export interface Look {
  readonly me: Id;
  /** Unix seconds. */
  readonly now: number;
  /** The reader's own day at a time, as `2026-11-23`. `utcDay` gives it for a reader in UTC. */
  readonly day: (seconds: number) => string;
}

/** Whether a day is the reader's today. */
export function isToday(day: string | null, look: Look): boolean {
  return day !== null && day === look.day(look.now);
}
