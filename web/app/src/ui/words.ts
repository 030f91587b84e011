/**
 * The interface's own words. A message is a function that was compiled from `messages/<language>.json` when the page was built.
 * A page loads the one language that it speaks, with its page of help (`speech/`); the words of screens that are loaded when somebody goes
 * there (`messages/<language>.later.json`) come with them.
 */
import type english from "./messages/en.json";
import type laterEnglish from "./messages/en.later.json";
import type * as Speech from "./speech/en.ts";

export type Key = keyof typeof english | keyof typeof laterEnglish;
export type Values = Record<string, string | number>;
export type Help = typeof Speech.help;
/** Sentences of the rules in another language: English is their own. */
type Reasons = Readonly<Record<string, string>>;
type Compiled = Record<Key, (values: Values) => string>;

/** Languages and their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const SPEECHES = { en: () => import("./speech/en.ts"), de: () => import("./speech/de.ts") };
const LATER = { en: () => import("./messages/en.later.json"), de: () => import("./messages/de.later.json") };
interface Spoken {
  readonly messages: Compiled;
  readonly help: Help;
  readonly reasons: Reasons;
}

const loaded = new Map<Language, Spoken>();

/** Loads a language, which `voiceOf` and `helpIn` need. */
export async function load(language: Language): Promise<void> {
  const { messages, help, reasons } = await SPEECHES[language]();
  loaded.set(language, { messages: { ...(messages as unknown as Compiled) }, help, reasons });
}

/** Loads the rest of a language's words, for the screens that need them. */
export async function loadRest(language: Language): Promise<void> {
  Object.assign(spokenIn(language).messages, (await LATER[language]()).default);
}

function spokenIn(language: Language): Spoken {
  const speech = loaded.get(language);
  if (speech === undefined) throw new RangeError(`${language} was not loaded`);
  return speech;
}

/** The page of help. */
export function helpIn(language: Language): Help {
  return spokenIn(language).help;
}

/** The message of this name, where there is one. */
export function keyOf(name: string): Key | null {
  return [...loaded.values()].some(({ messages }) => Object.hasOwn(messages, name)) ? (name as Key) : null;
}

/** A language's messages, dates and numbers. */
export interface Voice {
  readonly language: Language;
  readonly direction: "ltr" | "rtl";
  say(key: Key, values?: Values): string;
  /** A sentence of the rules, as a refusal or an entry has it. */
  reason(sentence: string): string;
  day(seconds: number): string;
  moment(seconds: number): string;
  hour(seconds: number): string;
  /** A day that somebody named, as `2026-11-18`: the same in every zone. */
  date(day: string): string;
}

const PSEUDO: Record<string, string> = { a: "á", e: "é", i: "ï", o: "ö", u: "ü", n: "ñ", c: "ç", s: "š" };

/** Longer by a third, with marks on its letters: a text that shows plain letters was never given to a translator. */
export function pseudo(text: string): string {
  const marked = [...text].map((letter) => PSEUDO[letter] ?? letter).join("");
  return `${marked}${" ·".repeat(Math.ceil(text.length / 6))}`;
}

/** How a person has set up their browser: the languages they read, best first, and their time zone. */
export interface Habits {
  readonly languages: readonly string[];
  readonly zone: string;
}

/** `mirrored`: a made-up language, long and from right to left, that shows what breaks. Dates are those of the person's own country. */
export function voiceOf(language: Language, habits: Habits, mirrored = false): Voice {
  const compiled = spokenIn(language).messages;
  const locale = habits.languages.find((one) => one.slice(0, 2).toLowerCase() === language) ?? language;
  const options = { timeZone: habits.zone };
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", ...options });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", ...options });
  const hour = new Intl.DateTimeFormat(locale, { timeStyle: "short", ...options });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeZone: "UTC" });
  return {
    language,
    direction: mirrored ? "rtl" : "ltr",
    say: (key, values = {}) => (mirrored ? pseudo(compiled[key](values)) : compiled[key](values)),
    reason: (sentence) => {
      const said = spokenIn(language).reasons[sentence] ?? sentence;
      return mirrored ? pseudo(said) : said;
    },
    day: (seconds) => day.format(seconds * 1000),
    moment: (seconds) => moment.format(seconds * 1000),
    hour: (seconds) => hour.format(seconds * 1000),
    date: (named) => date.format(Date.parse(named)),
  };
}

/** The language that the browser asks for, if there is one of it here. */
export function spoken(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const language = one.slice(0, 2).toLowerCase();
    if (language in LANGUAGES) return language as Language;
  }
  return "en";
}
