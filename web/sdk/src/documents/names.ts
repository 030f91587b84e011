/**
 * Names of people: which names are shown, so that none passes for another person or for the app's own words.
 *
 * Rules
 * - A name is one line of at most 80 characters that can be seen. It neither is nor looks like a word that Duolog uses
 *   for people, in any of its languages, and it has no word that begins a sentence of Duolog's.
 * - Brackets, colons and asterisks belong to Duolog.
 * - A name that breaks these rules counts, but a neutral word is shown instead, and why.
 * - Names of two people that look alike are both shown with the beginning of their account's id, in brackets.
 *
 * Looks are compared without letter case, accents, spaces and punctuation, by Unicode's table of confusable characters.
 * The tables move, so no reducer uses these rules. Spec: documents §2
 */

import { NotAllowed } from "../errors.ts";
import { LETTERS, LOOK_ALIKES, OUR_WORDS, RESERVED } from "../generated/unicode.ts";
import { characters } from "../protocol/bytes.ts";
import { parseB64 } from "../protocol/codec.ts";
import type { Id } from "./applied.ts";
import { cleanLine, hasLines } from "./safeText.ts";

export const MAX_NAME = 80; // characters, as a profile holds them
const SUFFIX = 8; // hexadecimal digits of an account's id, or more where two begin alike

const BLANK = "\\u2800\\u{1d159}\\u{13441}\\u{13442}"; // letters and symbols that are drawn as nothing
const SEEN = new RegExp(`(?![${BLANK}])[\\p{L}\\p{N}\\p{S}]`, "u");
const NOT_COMPARED = new RegExp(`[\\p{M}\\p{P}\\p{Z}\\p{Default_Ignorable_Code_Point}${BLANK}]`, "gu");
const BETWEEN = [
  new RegExp(`[\\p{White_Space}\\u001c-\\u001f\\p{Z}${BLANK}]+`, "u"),
  new RegExp(`[\\p{White_Space}\\u001c-\\u001f\\p{Z}${BLANK}\\p{P}\\p{S}]+`, "u"),
];
const OURS = new Set("()[]{}<>:*");

const LOOKS = lookAlikes();
const PLAIN = new Map(LETTERS.flatMap(([letter, all]) => [...all].map((one) => [one, letter] as const)));

/** For a character the text that it looks like. */
function lookAlikes(): ReadonlyMap<string, string> {
  const texts = LOOK_ALIKES.texts.split("\n");
  const found = new Map<string, string>();
  let point = 0;
  for (const [at, step] of LOOK_ALIKES.steps.split(" ").entries()) {
    point += Number.parseInt(step, 36);
    found.set(String.fromCodePoint(point), texts[at] ?? "");
  }
  return found;
}

/** Why a name isn't shown, in a sentence for its owner, or null for a name that is. */
export function nameFault(name: string): string | null {
  const shown = cleanLine(name);
  if (hasLines(name) || /[\ufffc\ufffd]/.test(shown)) {
    return "A name is one line, of characters that can be seen.";
  }
  if (!SEEN.test(shown)) return "A name needs a letter, a number or a symbol that can be seen.";
  if (characters(name) > MAX_NAME) return `A name has at most ${MAX_NAME} characters.`;
  if ([...shown].some((one) => OURS.has(one) || [...skeleton(one.normalize("NFKC"))].some((look) => OURS.has(look)))) {
    return "Brackets, colons and asterisks stand for something else here: a name has none.";
  }
  const ours = looksOfOurs();
  if (meet(looksOf(shown), ours.reserved)) {
    return `Duolog itself uses that word for people: \u201c${shown}\u201d would be mistaken for somebody.`;
  }
  if (meet(looksOfWords(shown), ours.words)) {
    return `Duolog itself says \u201cyou\u201d and its own name: \u201c${shown}\u201d would speak in its place.`;
  }
  return null;
}

/** Checks before writing that others will be shown a name. Throws NotAllowed. */
export function requireName(name: string): void {
  const fault = nameFault(name);
  if (fault !== null) throw new NotAllowed(`${fault} Choose another.`);
}

/** The shown name of each account: safe to show, no two alike, faulty names left out. */
export function shownNames(given: ReadonlyMap<Id, string>): ReadonlyMap<Id, string> {
  const names = [...given].filter(([, name]) => nameFault(name) === null);
  const shown = names.map(([account, name]) => ({ account, name: cleanLine(name), looks: looksOf(cleanLine(name)) }));
  return new Map(
    shown.map(({ account, name, looks }) => {
      const alike = shown.filter((other) => other.account !== account && meet(other.looks, looks));
      const others = alike.map((other) => other.account);
      return [account, others.length > 0 ? `${name} (${toldApart(account, others)})` : name];
    }),
  );
}

/** The looks of a name. Two names that have one in common look alike. */
export function looksOf(name: string): ReadonlySet<string> {
  return new Set(waysOf(name).map((way) => way.replace(NOT_COMPARED, "") || way));
}

/** The looks of each word in a name. */
function looksOfWords(name: string): ReadonlySet<string> {
  const words = waysOf(name).flatMap((way) => BETWEEN.flatMap((between) => way.split(between)));
  return new Set(words.map((word) => word.replace(NOT_COMPARED, "")));
}

let ours: { readonly reserved: ReadonlySet<string>; readonly words: ReadonlySet<string> } | null = null;

/** The looks of Duolog's own words, made once. */
function looksOfOurs() {
  ours ??= { reserved: looksOfAll(RESERVED), words: looksOfAll(OUR_WORDS) };
  return ours;
}

/** The looks of all words, also in capitals, since some capitals look like numbers. */
function looksOfAll(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => [word, word.toUpperCase()].flatMap((way) => [...looksOf(way)])));
}

function waysOf(name: string): readonly string[] {
  const whole = name.normalize("NFKC");
  return [folded(skeleton(folded(whole))), folded(skeleton(whole))];
}

/** The skeleton of UTS 39: each character is replaced by the one that stands for all that look like it. */
function skeleton(text: string): string {
  const alike = [...text.normalize("NFD")].map((one) => LOOKS.get(one) ?? one).join("");
  return [...alike]
    .map((one) => PLAIN.get(one) ?? one)
    .join("")
    .normalize("NFD");
}

/** Without letter case: one character after the other, so that no ending has a form of its own. */
function folded(text: string): string {
  return [...text].map((one) => one.toUpperCase().toLowerCase()).join("");
}

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((item) => other.has(item));
}

function toldApart(account: Id, others: readonly Id[]): string {
  const text = hex(account);
  let size = SUFFIX;
  while (size < text.length && others.some((other) => hex(other).slice(0, size) === text.slice(0, size))) size += 4;
  return text.slice(0, size);
}

function hex(id: Id): string {
  return [...parseB64(id)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
