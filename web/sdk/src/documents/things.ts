/**
 * Things are made by the steps of a kind: one boundary, one disclosure. A thing has texts, and marks of each person.
 *
 * The entry of the step that makes a thing is its name. The thing is between the partners of that moment, and stands in
 * one stage. Its registers are of four types: *points* name one of its texts, *marks* hold at most one mark of each
 * person, *counts* are numbers, *times* are Unix seconds.
 *
 * Nothing here knows a kind. Spec: documents §13
 */

import type { Id } from "./applied.ts";
import { type Key, Latest, type Measure } from "./latest.ts";
import { type Text, Texts } from "./thingTexts.ts";

/** The mark of one person on a thing: the entry that made it, its time as shown and as it counts, and its words. */
export interface Mark {
  readonly entry: Id;
  readonly at: number;
  readonly effective: number;
  readonly words: string | null;
}

export type Marks = ReadonlyMap<Id, Mark>;

/** One thing. */
export interface Thing {
  readonly entry: Id;
  readonly owner: Id;
  readonly between: readonly Id[];
  /** Its stage, as the rows of its kind name it. */
  readonly standing: string;
  readonly texts: Texts;
  readonly points: ReadonlyMap<string, Id>;
  readonly marks: ReadonlyMap<string, Marks>;
  readonly counts: ReadonlyMap<string, number>;
  readonly times: ReadonlyMap<string, number>;
}

const NO_MARKS: Marks = new Map();

/** A thing that a step would make, before its effects. */
export function newThing(entry: Id, owner: Id, between: readonly Id[]): Thing {
  const none = { points: new Map(), marks: new Map(), counts: new Map(), times: new Map() };
  return { entry, owner, between, standing: "", texts: Texts.none(), ...none };
}

/** The text that a register names, or null. */
export function textAt(thing: Thing, register: string): Text | null {
  const entry = thing.points.get(register);
  return entry === undefined ? null : (thing.texts.get(entry) ?? null);
}

/** Each person's mark in a register. */
export function marksIn(thing: Thing, register: string): Marks {
  return thing.marks.get(register) ?? NO_MARKS;
}

/** The text of this person that their mark in a register names, or null. */
export function textOf(thing: Thing, register: string, account: Id): Text | null {
  const mark = marksIn(thing, register).get(account);
  return mark === undefined ? null : (thing.texts.get(mark.entry) ?? null);
}

/** The text of the step that made a thing, or null where it made none. */
export function madeBy(thing: Thing): Text | null {
  return thing.texts.get(thing.entry) ?? null;
}

/** The things of one kind in a journal by their entries, oldest first. They can be looked up by texts. */
export class Things {
  readonly #things: Map<Id, Thing>;
  readonly #ofText: Map<Id, Id>;
  readonly #ofDigest: Map<Id, readonly Id[]>;
  readonly #latest: Map<Measure, Latest>;

  constructor(other?: Things) {
    this.#things = new Map(other === undefined ? [] : other.#things);
    this.#ofText = new Map(other === undefined ? [] : other.#ofText);
    this.#ofDigest = new Map(other === undefined ? [] : other.#ofDigest);
    this.#latest = new Map(other === undefined ? [] : [...other.#latest].map(([of, latest]) => [of, latest.copy()]));
  }

  get size(): number {
    return this.#things.size;
  }

  get(entry: Id): Thing | null {
    return this.#things.get(entry) ?? null;
  }

  values(): IterableIterator<Thing> {
    return this.#things.values();
  }

  /** Put a new or changed thing here. Only who makes a state does so. */
  put(thing: Thing): void {
    this.#things.set(thing.entry, thing);
    for (const latest of this.#latest.values()) latest.add(thing);
    const fresh: Text[] = [];
    for (const text of thing.texts.newestFirst()) {
      if (this.#ofText.has(text.entry)) break;
      fresh.unshift(text);
    }
    for (const text of fresh) {
      this.#ofText.set(text.entry, thing.entry);
      this.#ofDigest.set(text.digest, [...(this.#ofDigest.get(text.digest) ?? []), text.entry]);
    }
  }

  /** The thing that has this text. */
  find(text: Id): Thing | null {
    const entry = this.#ofText.get(text);
    return entry === undefined ? null : this.get(entry);
  }

  /** The latest time that is measured of any thing under the wanted keys, or null. */
  latest(of: Measure, wanted: (key: Key) => boolean): number | null {
    let latest = this.#latest.get(of);
    if (latest === undefined) {
      latest = new Latest(of);
      for (const thing of this.values()) latest.add(thing);
      this.#latest.set(of, latest);
    }
    return latest.latest((entry) => this.get(entry), wanted);
  }

  /**
   * Every text with this digest that was not replaced, each with its thing.
   *
   * Who replaces their own text by the same again and again makes no list of them: what was replaced is forgotten.
   */
  alike(digest: Id): readonly (readonly [Thing, Text])[] {
    const entries = this.#ofDigest.get(digest) ?? [];
    const found = entries.flatMap((entry): readonly (readonly [Thing, Text])[] => {
      const thing = this.find(entry);
      const text = thing?.texts.get(entry);
      return thing === null || text === undefined || text.outcome === "replaced" ? [] : [[thing, text]];
    });
    if (found.length < entries.length)
      this.#ofDigest.set(
        digest,
        found.map(([, text]) => text.entry),
      );
    return found;
  }
}
