/** The journal's half of what the page may ask: each call is a step over the opened home, and an error a refusal. */
import type { Home, Step } from "@duolog/sdk/client";
import type { Calls, Waiting } from "../../rpc.ts";
import type { Session } from "../session.ts";
import { daysIn, ownZone } from "./days.ts";
import { keepDraft, keptDraft } from "./drafts.ts";
import { wholeEntry } from "./entries.ts";
import { type Here, here } from "./here.ts";
import { NO_JOURNAL, viewJournal } from "./journal.ts";
import { refusalOf, refuse } from "./refusals.ts";
import { search } from "./search.ts";
import { answer, putDraft } from "./writing.ts";

/** What the Worker knows besides the journal. */
export interface Around {
  /** The reader's time zone. */
  readonly zone: string;
  isOffline(): boolean;
  /** What waits for me that stands in no journal: a sheet, a device. */
  waiting(): Promise<readonly Waiting[]>;
}

const NOTHING: Around = { zone: ownZone(), isOffline: () => false, waiting: async () => [] };

export type JournalCalls = Pick<Calls, "journal" | "search" | "entry" | "draft" | "keepDraft" | "put" | "answer">;

/** The calls of the journal that is shown. */
export function journalCalls(session: Session, around: Partial<Around> = {}): JournalCalls {
  const { zone, isOffline, waiting } = { ...NOTHING, ...around };
  const day = daysIn(zone);
  const { home } = session;

  const run = async <T>(step: Step<T>): Promise<T> => {
    try {
      return await session.run(step);
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };
  const look = <T>(view: (found: Here) => T): Promise<T> =>
    run(
      (function* () {
        return view((yield* here(home)) ?? refuse("no_journal"));
      })(),
    );
  const act = async (step: (home: Home, found: Here) => Step<void>): Promise<void> => {
    await run(
      (function* () {
        yield* step(home, (yield* here(home)) ?? refuse("no_journal"));
      })(),
    );
    session.changed();
  };

  return {
    async journal(older) {
      const also = await waiting();
      const found = await run(here(home));
      if (found === null) return { ...NO_JOURNAL, waiting: also, offline: isOffline() };
      return viewJournal(found, older, day, also, isOffline());
    },
    search: (text) => look((found) => search(found, text)),
    entry: (id) => look((found) => wholeEntry(found, id) ?? refuse("not_here")),
    draft: () => run(keptDraft(home)),
    keepDraft: (draft) => run(keepDraft(home, draft)),
    put: (draft) => act((_, found) => putDraft(home, found, draft)),
    answer: (id, text) => act((_, found) => answer(home, found, id, text)),
  };
}
