/** What verification makes of a page: each item with the state at its place, and its fault where it has one. */

import type { Check } from "../../generated/constants.ts";
import type { Header } from "../../protocol/entries.ts";
import type { LogState } from "../../protocol/log.ts";
import type { Message } from "../../protocol/messages.ts";
import type { Receipt } from "../../protocol/receipts.ts";
import type { Roster } from "../../protocol/rosterChanges.ts";
import type { Placed } from "../server/pages.ts";

/**
 * Why an entry isn't shown. `closed`: an epoch without a grant for me, which is nobody's fault; `bad_grant`: my grant did
 * not open, the fault of the member who made the epoch. Each other one is a check that its author broke.
 */
export interface Fault {
  readonly check: Check | "closed" | "bad_grant";
  readonly sentence: string;
}

/** An item after its steps. `roster`: in force at its place, after its own change. `time`: of its push's receipt. */
export interface Judged {
  readonly placed: Placed;
  readonly head: Uint8Array;
  readonly roster: Roster;
  time: number;
  header: Header | null;
  message: Uint8Array | null;
  parsed: Message | null;
  fault: Fault | null;
  /** Whether no earlier entry of this journal has its id, whatever else is wrong with it. */
  isNew: boolean;
}

/** One push, verified: the state after it, and its items. */
export interface JudgedPush {
  readonly state: LogState;
  readonly receipt: Receipt;
  readonly items: readonly Judged[];
}
