/** The state of a journal after its documents: the timeline, and what each kind keeps. Spec: documents §1 */

import { SIZES } from "../generated/constants.ts";
import type { MovedBody, ProfileBody, WentOnBody, WordsDifferBody } from "../generated/documents.ts";
import type { Id, Membership } from "./applied.ts";
import { RULES } from "./rules.ts";
import { Things } from "./things.ts";
import { Timeline } from "./timeline.ts";

/** A withdrawal that counts, as far as this client can tell. */
export interface Withdrawal {
  /** The hash of the message that it names. */
  readonly message: Id;
  readonly received: number;
  /** The first seq whose receipt is by the same clock. */
  readonly keySince: number;
}

/** An author's newest `moved`, and its place in the log. */
export interface Move {
  readonly seq: number;
  readonly said: MovedBody;
}

/** What the kinds keep. It changes only while documents are folded in. */
export class Parts {
  /** The things of each kind with steps. */
  readonly things: Map<string, Things>;
  /** Each account's newest profile. */
  readonly profiles: Map<Id, ProfileBody>;
  readonly moves: Map<Id, Move>;
  /** Withdrawals by entry and author. */
  readonly withdrawals: Map<Id, ReadonlyMap<Id, Withdrawal>>;
  readonly differing: Map<Id, WordsDifferBody>;
  readonly goneOn: Map<Id, WentOnBody>;

  constructor(other?: Parts) {
    this.things = new Map(RULES.map(({ kind }) => [kind, new Things(other?.things.get(kind))]));
    this.profiles = new Map(other?.profiles ?? []);
    this.moves = new Map(other?.moves ?? []);
    this.withdrawals = new Map(other?.withdrawals ?? []);
    this.differing = new Map(other?.differing ?? []);
    this.goneOn = new Map(other?.goneOn ?? []);
  }

  /** A copy that changes by itself. */
  copy(): Parts {
    return new Parts(this);
  }

  /** The things of a kind with steps. */
  of(kind: string): Things {
    return this.things.get(kind) ?? new Things();
  }
}

/** The state of a journal. */
export interface JournalState {
  readonly timeline: Timeline;
  /** The roster from a seq on, whenever it changed. */
  readonly contexts: readonly (readonly [number, Membership])[];
  readonly parts: Parts;
}

export const EMPTY: JournalState = { timeline: new Timeline(), contexts: [], parts: new Parts() };

/** Whether its author withdrew an entry within the day, by one server's clock. `received`: of the entry. Spec: §9 */
export function isWithdrawn(parts: Parts, entry: Id, author: Id, seq: number, received: number): boolean {
  const found = parts.withdrawals.get(entry)?.get(author);
  if (found === undefined || seq < found.keySince) return false;
  return found.received - received <= SIZES.WITHDRAW_WINDOW;
}
