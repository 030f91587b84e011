/**
 * Text that somebody else wrote, made safe to show.
 *
 * Rules
 * - A run of characters that would steer a screen, or have no picture of their own, is shown as one U+FFFD: controls,
 *   line and paragraph separators, direction overrides, annotations, private use, characters that nobody has assigned.
 * - Characters that are invisible by design are left out where they do nothing: zero-width spaces, fillers, direction
 *   marks, tags, and variation selectors and joiners that have nothing to vary or to join.
 * - Writing survives: joiners in Arabic and Indic scripts, emoji families, their variation selectors, right-to-left
 *   text, and combining marks up to 8 in a row.
 *
 * The tables of Unicode are those of the engine and `generated/unicode`, and they move. So no reducer depends on them.
 * Spec: documents §1.8
 */

import { JOINING, PREPENDED, STRONG_MARKS, VIRAMA } from "../generated/unicode.ts";

const IGNORABLE = "\\p{Default_Ignorable_Code_Point}";
const JOINERS = "[\\u200c\\u200d]";
// A joiner has an effect after a letter that joins, beside a virama, and between two emoji. Each pattern begins with the
// joiner itself: one that looked back first would look at every place of a text, and take the square of its length.
const JOINER = [
  `${JOINERS}(?<=[${JOINING}]\\p{M}*${JOINERS})`,
  `${JOINERS}(?<=[${VIRAMA}]${JOINERS})`,
  `${JOINERS}(?=[${VIRAMA}])`,
  "\\u200d(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}]\\ufe0f?\\u200d)(?=\\p{Extended_Pictographic})",
];
// A variation selector has an effect after a character with variants: emoji, keycaps, Han, Mongolian.
const VARIATION = [
  "(?<=\\p{Emoji}\\p{Emoji_Modifier}?)[\\ufe0e\\ufe0f]",
  "(?<=\\p{Script=Han})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]",
  "(?<=\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]",
];
const STEERS = `(?![\\n\\t${PREPENDED}${IGNORABLE}])[\\p{C}\\p{Zl}\\p{Zp}]|(?![${STRONG_MARKS}])\\p{Bidi_Control}`;

const UNSAFE = new RegExp(
  `(?<kept>${[...JOINER, ...VARIATION].join("|")})|(?<steers>(?:${STEERS})+)|(?<hidden>${IGNORABLE})`,
  "gu",
);
const MARKS = /(?<shown>(?:\p{M}[\u200c\u200d]?){8})(?<more>[\p{M}\u200c\u200d]+)/gu;
const SPACE = /[\p{White_Space}\u001c-\u001f]+/gu;
const BLANK = /[\p{White_Space}\u001c-\u001f]/u;
const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/;

/** A text, safe to show. It may have several lines, each ended by U+000A. */
export function clean(text: string): string {
  return withoutUnsafe(text.replaceAll("\r\n", "\n")).replace(MARKS, "$<shown>");
}

/**
 * The characters, each once, that `clean` leaves out of a text or replaces, so that no reader sees them.
 *
 * U+000D doesn't count: it ends lines in some files.
 */
export function hiddenIn(text: string): readonly string[] {
  const whole = text.replaceAll("\r", "");
  const unsafe = [...whole.matchAll(UNSAFE)].filter(({ groups }) => groups?.kept === undefined);
  const marks = [...withoutUnsafe(whole).matchAll(MARKS)].map(({ groups }) => groups?.more ?? "");
  return [...new Set([...unsafe.map(([found]) => found), ...marks].join(""))];
}

/** A text, safe to show, on one line: for names and titles. Each run of white space becomes one space. */
export function cleanLine(text: string): string {
  return oneLine(clean(oneLine(text))); // between two spaces there may have been nothing to show
}

/** A text on one line, otherwise unchanged: not safe to show yet. */
export function oneLine(text: string): string {
  return text.replace(SPACE, " ").replace(/^ | $/g, "");
}

/** The lines of a text by every line end that Unicode knows, so that each can be indented: not safe to show yet. */
export function linesOf(text: string): readonly string[] {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start++;
  while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end).split(LINE_END);
}

/** Whether a text is more than one line, by every line end that Unicode knows. */
export function hasLines(text: string): boolean {
  const [, ...rest] = text.split(LINE_END);
  return rest.length > 1 || (rest[0] ?? "") !== "";
}

function withoutUnsafe(text: string): string {
  return text.replace(UNSAFE, (found, ...rest) => {
    const groups = rest.at(-1) as { readonly kept?: string; readonly steers?: string };
    if (groups.kept !== undefined) return found;
    return groups.steers === undefined ? "" : "\ufffd";
  });
}
