/** Things of a journal as the page gets them: letters, boundaries, check-ins; and what may be done in one. */
import type { Person, Sending } from "./rpc.ts";

/** One step of a letter. `step`: as its kind names it. `text`: its words, safe to show. */
export interface LetterStep {
  readonly step: string;
  readonly by: Person;
  readonly at: number;
  readonly text: string;
  readonly sending: Sending;
}

/**
 * Something to hear. It is told, the reader may say that they have it, says what they hear, the writer says whether that is right
 * (*heard* or *not quite*), and then the reader may respond.
 */
export interface Disclosure {
  readonly id: string;
  readonly author: Person;
  readonly reader: Person;
  readonly at: number;
  readonly form: string;
  /** The line that is read before it is opened. */
  readonly about: string;
  /** Whether its words are shown: the reader opened it on this device, and nobody was told. */
  readonly opened: boolean;
  readonly stage: "told" | "read" | "reflected" | "again" | "heard" | "answered";
  /** Who has set it aside. */
  readonly aside: readonly Person[];
  /** What was said, oldest first; nothing before it was opened. */
  readonly said: readonly LetterStep[];
  readonly may: readonly Hearing["act"][];
}

export type Hearing =
  | { readonly act: "acknowledge" | "heard" | "set_aside" }
  | { readonly act: "reflect" | "not_quite" | "respond"; readonly text: string };

export const TOPICS = ["communication", "friendships", "social_media", "time", "money", "closeness", "other"] as const;

/** What a boundary says. `binds`: `me` is whoever writes it. `review`: the day to look at it again, as `2026-11-18`. */
export interface Wording {
  readonly topic: (typeof TOPICS)[number];
  readonly text: string;
  readonly binds: "both" | "me";
  readonly why: string;
  readonly fine: string;
  readonly notFine: string;
  readonly ifCompromised: string;
  readonly review: string | null;
}

/** A text of a boundary; or an ask to end it, whose reason is the `text`. */
export interface BoundaryText {
  readonly message: string;
  readonly by: Person;
  readonly at: number;
  readonly asksToEnd: boolean;
  readonly topic: string;
  readonly text: string;
  readonly why: string;
  readonly fine: string;
  readonly notFine: string;
  readonly ifCompromised: string;
  readonly review: string | null;
  /** Whether all of it can be shown: otherwise nobody can agree to it here. */
  readonly isWhole: boolean;
}

export interface Boundary {
  readonly id: string;
  readonly state: "in force" | "proposed to me" | "mine that waits" | "contested" | "over";
  readonly binds: readonly Person[];
  /** What waits, an ask to end it too; else what is agreed, or was said last. */
  readonly text: BoundaryText;
  /** The text to which both agreed, or the one before, where another one waits. */
  readonly before: BoundaryText | null;
  readonly consents: readonly { readonly by: Person; readonly at: number }[];
  /** For whom the agreed text no longer holds, in their words. */
  readonly contests: readonly { readonly by: Person; readonly at: number; readonly words: string }[];
  readonly waitsUntil: number | null;
  /** Whether the day to look at it again has come. */
  readonly reviewDue: boolean;
  /** Whether a step of mine in it waits on this device. */
  readonly waitsHere: boolean;
  readonly may: readonly BoundaryAct["act"][];
}

/** What a check-in asks, by its form: texts, and in a week three lines from 0 to 10, each in one's own measure. */
export const QUESTIONS = {
  week: ["appreciation", "went_well", "issue", "need", "ownership", "struggle"],
  review: ["summary", "keep", "change"],
} as const;
export const SLIDERS = ["closeness", "trust", "stress"] as const;

/** An answer: texts by the names in `QUESTIONS`, numbers by those in `SLIDERS`. What is left out wasn't answered. */
export interface CheckInAnswer {
  readonly texts: { readonly [question: string]: string };
  readonly numbers: { readonly [slider: string]: number };
  readonly feelings: readonly string[];
}

/**
 * Two answers that open together. `passed`: its time is over, and nothing opened. `problem`: an answer that can't be opened, whose
 * owner's text is missing beside it.
 */
export interface CheckIn {
  readonly id: string;
  readonly form: "week" | "review";
  readonly by: Person;
  readonly until: number;
  readonly talkOn: string | null;
  readonly step: "to answer" | "waits for the other" | "open" | "not revealed" | "aside" | "passed";
  readonly mine: CheckInAnswer | null;
  readonly theirs: CheckInAnswer | null;
  readonly problem: boolean;
  /** Both have answered, long ago: mine opens only when I say so. */
  readonly mayReveal: boolean;
  readonly maySetAside: boolean;
}

/** The check-in that is shown, and whether I may begin one of the week. */
export interface CheckInPlace {
  readonly now: CheckIn | null;
  readonly mayBegin: boolean;
}

/** `message`: of the text that was shown. */
export type BoundaryAct = { readonly message: string } & (
  | { readonly act: "accept" | "decline" | "take back" | "retire" }
  | { readonly act: "other words"; readonly wording: Wording }
  | { readonly act: "contest"; readonly words: string }
);
