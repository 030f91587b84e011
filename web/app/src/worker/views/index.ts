/** The journal's half of what the page may ask: each call is a step over the opened home, and an error a refusal. */
import { closeJournal, declineProposal, keepText, proposals, type Step, withdraw } from "@duolog/sdk/client";
import { parseB64 } from "@duolog/sdk/protocol";
import { type Calls, isRefusal, type Reach, type Waiting } from "../../rpc.ts";
import type { Session } from "../session.ts";
import { decide, propose, viewBoundaries } from "./boundaries.ts";
import { begin, checkInPlace, giveAnswer, revealMine, setAside } from "./checkIns.ts";
import { daysIn, ownZone } from "./days.ts";
import { keepDraft, keepTyped, keptDraft, keptTyped } from "./drafts.ts";
import { wholeEntry } from "./entries.ts";
import { type Here, here } from "./here.ts";
import { NO_JOURNAL, viewJournal } from "./journal.ts";
import { hear, openedHere, openLetter, viewDisclosure } from "./letters.ts";
import { makePlain, takeIn, viewThings } from "./plainThings.ts";
import { refusalOf, refuse } from "./refusals.ts";
import { search } from "./search.ts";
import { pause, viewProposal, viewUs } from "./us.ts";
import { waitingIn } from "./waiting.ts";
import { answer, putDraft } from "./writing.ts";

/** What the Worker knows besides the journal. */
export interface Around {
  /** The reader's time zone. */
  readonly zone: string;
  reach(): Reach;
  /** What waits for me that stands in no journal: a sheet, a device. */
  waiting(): Promise<readonly Waiting[]>;
}

const NOTHING: Around = { zone: ownZone(), reach: () => "online", waiting: async () => [] };

export type JournalCalls = Pick<Calls, JournalMethod>;

type JournalMethod =
  | (
      | "journal"
      | "search"
      | "entry"
      | "draft"
      | "keepDraft"
      | "typed"
      | "keepTyped"
      | "put"
      | "answer"
      | "withdraw"
      | "keep"
    )
  | ("disclosure" | "read" | "hear" | "boundaries" | "propose" | "decide" | "things" | "make" | "take")
  | ("checkIn" | "beginCheckIn" | "answerCheckIn" | "setCheckInAside" | "revealCheckIn")
  | ("us" | "proposals" | "declineProposal" | "pause" | "leave");

/** The calls of the journal that is shown. */
export function journalCalls(session: Session, around: Partial<Around> = {}): JournalCalls {
  const { zone, reach, waiting } = { ...NOTHING, ...around };
  const day = daysIn(zone);
  const { home } = session;

  const refusing = async <T>(task: Promise<T>): Promise<T> => {
    try {
      return await task;
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };
  const run = <T>(step: Step<T>): Promise<T> => refusing(session.run(step));
  const ask = <T>(step: Step<T>): Promise<T> => refusing(session.ask(step));
  const look = async <T>(view: (found: Here) => T): Promise<T> => view((await run(here(home))) ?? refuse("no_journal"));
  const lookBy = async <T>(view: (found: Here) => Step<T>): Promise<T> => await run(await look(view));
  const act = async (step: (found: Here) => Step<void>): Promise<void> => {
    await run(
      (function* () {
        const found = (yield* here(home)) ?? refuse("no_journal");
        if (found.standing.log.closed) refuse("journal_closed");
        yield* step(found);
      })(),
    );
    session.changed();
  };

  return {
    async journal(older) {
      const also = await waiting();
      const found = await run(here(home));
      if (found === null) return { ...NO_JOURNAL, waiting: also, reach: reach() };
      return viewJournal(found, older, day, [...waitingIn(found, day), ...also], reach());
    },
    search: (text) => look((found) => search(found, text)),
    entry: (id) => look((found) => wholeEntry(found, id) ?? refuse("not_here")),
    draft: () => run(keptDraft(home)),
    keepDraft: (draft) => run(keepDraft(home, draft)),
    typed: () => run(keptTyped(home)),
    keepTyped: (texts) => run(keepTyped(home, texts)),
    put: (draft) => act((found) => putDraft(home, found, draft)),
    answer: (id, text) => act((found) => answer(home, found, id, text)),
    withdraw: (id) =>
      act(function* ({ journal }) {
        yield* withdraw(home, journal, parseB64(id));
      }),
    async keep(id) {
      const { journal } = await look((found) => found);
      try {
        await ask(keepText(home, journal, parseB64(id)));
      } catch (error) {
        if (!isRefusal(error) || error.code !== "offline") throw error; // it is kept here, and a sync tells the server
      }
      session.changed();
    },

    async disclosure(id) {
      const opened = await run(openedHere(home));
      return await look((found) => viewDisclosure(found, id, opened));
    },
    async read(id) {
      await lookBy((found) => openLetter(home, found, id));
      session.changed();
    },
    hear: (id, hearing) => act((found) => hear(home, found, id, hearing)),

    boundaries: async () => await run(here(home)).then((found) => (found === null ? [] : viewBoundaries(found))),
    propose: (wording) => act((found) => propose(home, found, wording)),
    things: async (kind) => await run(here(home)).then((found) => (found === null ? [] : viewThings(found, kind))),
    make: (form, filled, crossed) => act((found) => makePlain(home, found, form, filled, crossed)),
    take: (id, step, filled) => act((found) => takeIn(home, found, id, step, filled)),

    checkIn: () => lookBy((found) => checkInPlace(home, found)),
    beginCheckIn: (answer) => act((found) => begin(home, found, answer)),
    answerCheckIn: (id, answer) => act((found) => giveAnswer(home, found, id, answer)),
    setCheckInAside: (id) => act((found) => setAside(home, found, id)),
    revealCheckIn: (id) => act((found) => revealMine(home, found, id)),

    async proposals() {
      const found = await run(here(home));
      if (found === null || !found.mayWrite) return [];
      return (await ask(proposals(home, found.journal))).map((one) => viewProposal(found, one));
    },
    async declineProposal(id) {
      const { journal } = await look((found) => found);
      await ask(declineProposal(home, journal, parseB64(id)));
      session.changed();
    },
    us: () => lookBy((found) => viewUs(home, found)),
    pause: async (until, tell) => {
      await run(
        (function* () {
          yield* pause(home, yield* here(home), until, tell);
        })(),
      );
      session.changed();
    },
    async leave() {
      const { journal } = await look((found) => found);
      await ask(closeJournal(home, journal));
      session.changed();
    },

    decide: (id, decision) => act((found) => decide(home, found, id, decision)),
  };
}
