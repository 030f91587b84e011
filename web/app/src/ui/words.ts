/** The interface's own words. A message is a function that was compiled from `messages/<language>.json` when the page was built. */
import german from "./messages/de.json";
import english from "./messages/en.json";

export type Key = keyof typeof english;
export type Values = Record<string, string | number>;
type Compiled = Record<Key, (values: Values) => string>;

/** Languages and their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const COMPILED = { en: english, de: german } as unknown as Record<Language, Compiled>;

/** A language's messages, dates and numbers. */
export interface Voice {
  readonly language: Language;
  readonly direction: "ltr" | "rtl";
  say(key: Key, values?: Values): string;
  day(seconds: number): string;
  moment(seconds: number): string;
}

const PSEUDO: Record<string, string> = { a: "á", e: "é", i: "ï", o: "ö", u: "ü", n: "ñ", c: "ç", s: "š" };

/** Longer by a third, with marks on its letters: a text that shows plain letters was never given to a translator. */
export function pseudo(text: string): string {
  const marked = [...text].map((letter) => PSEUDO[letter] ?? letter).join("");
  return `${marked}${" ·".repeat(Math.ceil(text.length / 6))}`;
}

/** `mirrored`: a made-up language, long and from right to left, that shows what breaks. `zone`: the user's own, unless a test names one. */
export function voiceOf(language: Language, mirrored = false, zone?: string): Voice {
  const compiled = COMPILED[language];
  const options = zone === undefined ? {} : { timeZone: zone };
  const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", ...options });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", ...options });
  return {
    language,
    direction: mirrored ? "rtl" : "ltr",
    say: (key, values = {}) => (mirrored ? pseudo(compiled[key](values)) : compiled[key](values)),
    day: (seconds) => day.format(seconds * 1000),
    moment: (seconds) => moment.format(seconds * 1000),
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
