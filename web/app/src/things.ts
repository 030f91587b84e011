/** Things of a journal as the page gets them: letters, boundaries, promises, breaches, check-ins; and what may be done in one. */
import type { Person, Sending } from "./rpc.ts";

/** One step that was taken in a thing. `step`: as its kind names it. `text`: its words, safe to show. */
export interface TakenStep {
  readonly entry: string;
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
  readonly said: readonly TakenStep[];
  readonly may: readonly Hearing["act"][];
}

export type Hearing =
  | { readonly act: "acknowledge" | "heard" | "set_aside" }
  | { readonly act: "reflect" | "not_quite" | "respond"; readonly text: string };

/** Kinds whose things are shown in one way: promises, and two accounts of one event. */
export const PLAIN_THINGS = ["promise", "breach"] as const;
export type PlainKind = (typeof PLAIN_THINGS)[number];

/** What each is made as. A promise: a habit, an offer until a day, a plan. A breach: what I did (`own`), how I saw a boundary crossed (`saw`). */
export const FORMS = { promise: ["habit", "offer", "plan"], breach: ["own", "saw"] } as const;
export type Form = (typeof FORMS)[PlainKind][number];

/** The parts of a promise behind its text; the last five are a plan's. */
export const PARTS = ["rhythm", "why", "triggers", "early_signs", "first_step", "calls", "tell_when"] as const;

/** A promise or a breach. */
export interface PlainThing {
  readonly id: string;
  readonly form: Form;
  readonly owner: Person;
  /** Its texts: a promise with its end and, for its owner, the newest mark; a breach's accounts, its owner's first. */
  readonly said: readonly TakenStep[];
  readonly parts: readonly { readonly part: (typeof PARTS)[number]; readonly text: string }[];
  /** The last time of an offer, Unix seconds, and whether it has passed. */
  readonly until: number | null;
  readonly ranOut: boolean;
  /** Days, as `2026-11-18`: when it happened, and when I want to look at it again. */
  readonly happened: string | null;
  readonly lookAgain: string | null;
  /** For whom it is closed, with their words; a promise is its owner's alone. */
  readonly closed: readonly { readonly by: Person; readonly at: number; readonly words: string }[];
  readonly isOver: boolean;
  /** Whether a step of mine in it waits on this device. */
  readonly waitsHere: boolean;
  readonly may: readonly PlainStep[];
}

/** What may be done in one, and what makes it. */
export const PLAIN_STEPS = ["mark", "renew", "end", "account", "close", "reopen"] as const;
export type PlainStep = (typeof PLAIN_STEPS)[number];

/** What somebody filled in: texts and days by the names of the fields, times in Unix seconds. What is empty is left out. */
export type Filled = Readonly<Record<string, string | number>>;

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
  readonly text: BoundaryText;
  readonly before: BoundaryText | null;
  readonly consents: readonly { readonly by: Person; readonly at: number }[];
  /** For whom the agreed text no longer holds, in their words. */
  readonly contests: readonly { readonly by: Person; readonly at: number; readonly words: string }[];
  readonly waitsUntil: number | null;
  /** Whether the day to look at it again has come. */
  readonly reviewDue: boolean;
  /** Whether a step of mine in it waits on this device. */
  readonly waitsHere: boolean;
  /** The text of which I may say how I saw it crossed: both agreed to it, and it binds the other. */
  readonly mayTell: { readonly message: string; readonly text: string } | null;
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
