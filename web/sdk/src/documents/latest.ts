/**
 * The latest of many times, kept while things change: so a guard that compares with other things reads none of them.
 *
 * A guard says what it measures of a thing: times, each under a person and a form. Every thing that changes is added. A
 * time that is no longer true is left out when it is met. So each of many things that a partner makes and ends costs no
 * more than the first.
 */

import { SIZES } from "../generated/constants.ts";
import type { Id } from "./applied.ts";
import type { NoOpen, Rested } from "./rules.ts";
import { madeBy, marksIn, type Thing } from "./things.ts";

/** A guard that asks for the latest time of other things. */
export type Measure = NoOpen | Rested;

/** Whose time it is, of a thing of which form, between whom. */
export interface Key {
  readonly between: string;
  readonly form: string | null;
  readonly who: Id;
}

interface Times {
  readonly key: Key;
  readonly rising: (readonly [time: number, entry: Id])[];
}

/** The latest time under each key. */
export class Latest {
  readonly #of: Measure;
  readonly #times: Map<string, Times>;

  constructor(of: Measure, times: Iterable<readonly [string, Times]> = []) {
    this.#of = of;
    this.#times = new Map([...times].map(([name, { key, rising }]) => [name, { key, rising: [...rising] }]));
  }

  /** A copy that changes by itself. */
  copy(): Latest {
    return new Latest(this.#of, this.#times);
  }

  /** Measures a new or changed thing. */
  add(thing: Thing): void {
    for (const [key, time] of measured(this.#of, thing)) {
      const name = nameOf(key);
      const times = this.#times.get(name) ?? { key, rising: [] };
      this.#times.set(name, times);
      times.rising.splice(placeFor(times.rising, time), 0, [time, thing.entry]);
    }
  }

  /** The latest time under the wanted keys, or null. `find`: a thing as it is now. */
  latest(find: (entry: Id) => Thing | null, wanted: (key: Key) => boolean): number | null {
    let found: number | null = null;
    for (const { key, rising } of this.#times.values()) {
      const time = wanted(key) ? this.#top(key, rising, find) : null;
      if (time !== null && (found === null || time > found)) found = time;
    }
    return found;
  }

  #top(key: Key, rising: Times["rising"], find: (entry: Id) => Thing | null): number | null {
    for (;;) {
      const last = rising.at(-1);
      if (last === undefined) return null;
      const [time, entry] = last;
      const thing = find(entry);
      const name = nameOf(key);
      if (thing !== null && measured(this.#of, thing).some(([at, now]) => nameOf(at) === name && now === time))
        return time;
      rising.pop();
    }
  }
}

/** Between whom a thing is, as one text. */
export function betweenOf(between: readonly Id[]): string {
  return between.join(" ");
}

/** The times of a thing: of one without a time, that it stays open; or those of marks. */
function measured(of: Measure, thing: Thing): readonly (readonly [Key, number])[] {
  if (!of.stages.includes(thing.standing)) return [];
  const alike = { between: betweenOf(thing.between), form: madeBy(thing)?.step.text("form") ?? null };
  if (of.guard === "no_open") {
    return [[{ ...alike, who: thing.owner }, thing.times.get(of.register) ?? SIZES.MAX_INTEGER]];
  }
  return [...marksIn(thing, of.register)].map(([who, mark]) => [{ ...alike, who }, mark.effective]);
}

function nameOf({ between, form, who }: Key): string {
  return `${between} ${form} ${who}`;
}

/** The place behind all times that are not later: mostly the end. */
function placeFor(rising: Times["rising"], time: number): number {
  let place = rising.length;
  while (place > 0 && (rising[place - 1]?.[0] ?? 0) > time) place--;
  return place;
}
