/**
 * The texts of a thing by their entries, in the order in which they were put there.
 *
 * Texts are a value: putting one there gives other texts, and leaves these as they are. All that grew from one another
 * share one list, of which each knows its own part. So each of many steps with a thing costs the same.
 */

import type { Id } from "./applied.ts";
import type { Outcome } from "./rules.ts";
import type { Body } from "./shapes.ts";

/**
 * A step that later steps can name, and its outcome.
 *
 * `at` and `answeredAt` are shown, `effective` and `answeredEffective` count. `step`: all that its author wrote.
 */
export interface Text {
  readonly entry: Id;
  readonly message: Id;
  readonly author: Id;
  readonly at: number;
  readonly effective: number;
  readonly digest: Id;
  readonly step: Body;
  readonly outcome: Outcome;
  readonly answeredBy: Id | null;
  readonly answeredAt: number | null;
  readonly answeredEffective: number | null;
  readonly answer: Id | null;
  readonly answerWhy: string | null;
}

/** Whether its own author took a text back. For the rules, such a text is declined. */
export function takenBack(text: Text): boolean {
  return text.outcome === "declined" && text.answeredBy === text.author;
}

/** Texts, oldest first. A text that is put in the place of an earlier one keeps that place. */
export class Texts {
  /** No texts. */
  static none(): Texts {
    return new Texts([], new Map(), 0, 0);
  }

  readonly #puts: Text[];
  readonly #places: Map<Id, number[]>;
  readonly #end: number;
  readonly size: number;

  private constructor(puts: Text[], places: Map<Id, number[]>, end: number, size: number) {
    this.#puts = puts;
    this.#places = places;
    this.#end = end;
    this.size = size;
  }

  /** The texts with one more, or with another one of the same entry. */
  put(text: Text): Texts {
    const own = this.#end === 0 || this.#end < this.#puts.length ? this.#copy() : this;
    const places = own.#places.get(text.entry) ?? [];
    own.#places.set(text.entry, places);
    places.push(own.#end);
    own.#puts.push(text);
    return new Texts(own.#puts, own.#places, own.#end + 1, own.size + (places.length === 1 ? 1 : 0));
  }

  get(entry: Id): Text | undefined {
    const places = this.#places.get(entry) ?? [];
    for (let at = places.length - 1; at >= 0; at--) {
      const place = places[at] ?? 0;
      if (place < this.#end) return this.#puts[place];
    }
    return undefined;
  }

  /** The texts, oldest first. */
  *values(): IterableIterator<Text> {
    for (let place = 0; place < this.#end; place++) yield* this.#firstAt(place);
  }

  /** The texts from the last that was put to the first. */
  *newestFirst(): IterableIterator<Text> {
    for (let place = this.#end - 1; place >= 0; place--) yield* this.#firstAt(place);
  }

  /** The text whose place this is, as it stands now; nothing where the place is that of a later version of a text. */
  *#firstAt(place: number): IterableIterator<Text> {
    const entry = this.#puts[place]?.entry ?? "";
    const text = this.#places.get(entry)?.[0] === place ? this.get(entry) : undefined;
    if (text !== undefined) yield text;
  }

  /** The same texts in a list of their own. */
  #copy(): Texts {
    const texts = [...this.values()];
    const places = new Map(texts.map((text, place) => [text.entry, [place]]));
    return new Texts(texts, places, texts.length, texts.length);
  }
}
