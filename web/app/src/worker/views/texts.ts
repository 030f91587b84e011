/** What people wrote in a document, safe to show: the texts of its body in their order. No kind is named but `copy`. */
import { type Body, clean, cleanLine, copiedBody, hasLines, type Item, type Shape } from "@duolog/sdk/documents";

/** A field with a text that is no word of its author's for a reader. */
const NO_WORDS = ["colour"];

/** The texts of a body, a line for each, as they were written: for a search. */
export function rawText(kind: string, body: Body): string {
  const whole = kind === "copy" ? copiedBody(body) : body;
  return whole === null ? "" : [...texts(whole.shape, whole.json)].join("\n");
}

/** The texts of a body, cleaned. */
export function shownText(kind: string, body: Body): string {
  return clean(rawText(kind, body));
}

/** The words in a note. */
export function wordsOf(note: Item): string {
  const text = note.applied.document.body.get("text");
  return typeof text === "string" ? clean(text) : "";
}

/** The first line of a text, shortened: for a title. */
export function titleOf(text: string): string {
  const [first = ""] = text.trim().split("\n");
  return hasLines(text) || first.length > 80 ? `${first.slice(0, 80).trimEnd()}…` : first;
}

function* texts(shape: Shape, value: unknown): Iterable<string> {
  if (shape.is === "text") {
    if (typeof value === "string") yield value;
  } else if (shape.is === "list") {
    for (const one of Array.isArray(value) ? value : []) yield* texts(shape.of, one);
  } else if (shape.is === "object" && value instanceof Map) {
    for (const [name, field] of shape.fields) {
      if (!NO_WORDS.includes(name)) yield* texts(field.shape, value.get(name));
    }
  }
}

/** A line that somebody wrote. */
export function cleanLineOf(text: string): string {
  return cleanLine(text);
}
