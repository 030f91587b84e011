/**
 * Taking texts out of a state, as if they had never been opened here.
 *
 * A text that was withdrawn or erased leaves the home, and the state is the one that the rest of the log makes. Where
 * that may differ in more than the text itself, nothing is guessed: the caller folds the log anew. Spec: §9
 */

import type { Id } from "./applied.ts";
import type { JournalState } from "./journalState.ts";
import { isStep, KINDS } from "./kinds.ts";
import { readOrNull } from "./lookBack.ts";
import { type Item, Timeline } from "./timeline.ts";

/**
 * The state without the texts at these seqs. Null where the log has to be folded anew to know it.
 *
 * That is so for a step; where the roster changed at one of the texts; and where a later document was refused because
 * of one of them, or says that it could not open something.
 */
export function without(state: JournalState, seqs: ReadonlySet<number>): JournalState | null {
  const gone = state.timeline.items.filter(({ applied }) => seqs.has(applied.seq));
  const [first] = gone;
  if (first === undefined) return state;
  const rest = state.timeline.items.filter(({ applied }) => !seqs.has(applied.seq));
  const entries = new Set(gone.map(({ applied }) => applied.entry));
  const steps = gone.some(({ applied }) => isStep(applied.document.kind));
  const rosters = state.contexts.some(([seq]) => seqs.has(seq));
  const depending = rest.some((item) => item.applied.seq > first.applied.seq && depends(item, entries));
  return steps || rosters || depending ? null : { ...state, timeline: new Timeline(rest) };
}

/** Whether a document would perhaps be judged otherwise without these entries. */
function depends({ applied, skipped }: Item, entries: ReadonlySet<Id>): boolean {
  if (applied.refused.length > 0) return true;
  const kind = KINDS.get(applied.document.kind);
  if (skipped === null || kind?.names === undefined) return false;
  const body = readOrNull(kind, applied);
  const named = body === null ? null : kind.names(body);
  return named !== null && entries.has(named.entry);
}
