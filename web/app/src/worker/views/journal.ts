/** The journal's pages: days, what waits for the reader, and where the journal stands. */
import type { Day, Entry, Journal, Person, Reach, Waiting } from "../../rpc.ts";
import { places, viewEntry } from "./entries.ts";
import type { Here } from "./here.ts";

/** Entries of a page, and the pages that are shown together at most: behind those the newest are left out. */
export const PAGE = 50;
export const MOST_PAGES = 10;

/** What the page is shown before there is a journal. */
export const NO_JOURNAL: Journal = {
  id: "",
  name: "",
  partner: null,
  state: "alone",
  days: [],
  older: false,
  newer: false,
  waiting: [],
  reach: "online",
  undelivered: 0,
};

/** The journal with its newest entries, or older ones. `day`: of a time, in the reader's zone. */
export function viewJournal(
  here: Here,
  older: number,
  day: (seconds: number) => string,
  waiting: readonly Waiting[],
  reach: Reach,
): Journal {
  const left = Math.max(older + 1 - MOST_PAGES, 0) * PAGE;
  const end = (Math.max(Math.floor(older), 0) + 1) * PAGE;
  const shown: Entry[] = [];
  let count = 0;
  for (const place of places(here)) {
    if (count >= left && count < end) shown.push(viewEntry(here, place));
    if (++count > end) break;
  }
  const partner = partnerIn(here);
  return {
    id: here.id,
    name: here.own.journals.get(here.id)?.name ?? partner?.name ?? "",
    partner,
    state: stateOf(here, partner),
    days: daysOf(shown, day),
    older: count > end,
    newer: left > 0,
    waiting,
    reach,
    undelivered: here.waiting.length,
  };
}

/** The other partner, or null. */
export function partnerIn(here: Here): Person | null {
  const other = [...(here.membership?.partners ?? [])].find((id) => id !== here.me);
  return other === undefined ? null : here.person(other);
}

function stateOf(here: Here, partner: Person | null): Journal["state"] {
  if (here.standing.frozen !== null) return "held";
  if (here.standing.log.closed || here.membership === null) return "closed";
  return partner === null ? "alone" : "open";
}

/** Entries under the days on which they came; a day stands once, where its first entry does. */
function daysOf(entries: readonly Entry[], day: (seconds: number) => string): readonly Day[] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const date = day(entry.at);
    const known = days.get(date);
    if (known === undefined) days.set(date, [entry]);
    else known.push(entry);
  }
  return [...days].map(([date, found]) => ({ date, entries: found }));
}
