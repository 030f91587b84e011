/** The steps that were taken in things, and count: oldest first, with their words. */
import { type Id, thingOf } from "@duolog/sdk/documents";
import type { TakenStep } from "../../rpc.ts";
import { viewEntry } from "./entries.ts";
import type { Here } from "./here.ts";

/** Those of a kind, by the thing. */
export function takenIn(here: Here, kind: string): ReadonlyMap<Id, readonly TakenStep[]> {
  const found = new Map<Id, TakenStep[]>();
  for (const item of here.state.timeline.items) {
    const { applied, skipped } = item;
    if (applied.document.kind !== kind || skipped !== null) continue;
    const thing = thingOf(here.state.parts, applied);
    if (thing === null) continue;
    const place = { at: applied, item, waits: applied.seq > here.log.seq };
    const { author, at, text, step, sending } = viewEntry(here, place, true);
    const taken = { entry: applied.entry, step, by: author, at, text, sending };
    const before = found.get(thing.entry);
    if (before === undefined) found.set(thing.entry, [taken]);
    else before.push(taken);
  }
  return found;
}
