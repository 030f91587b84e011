/**
 * A machine runs the rows of any kind with steps, and knows none.
 *
 * Rules
 * - Only partners take steps. A step that names a text counts only if exactly that message is held here, and only if its
 *   author is one of the two that the thing is between. The text may be one of another kind, where a row says so; the
 *   step then makes a thing.
 * - A step counts by the first of its rows whose guards all hold. A step without such a row is refused. The reason is
 *   the sentence of the guard that fails first, in the row in which most guards hold before it.
 * - An entry id is that of one text. A later entry with the same id takes the place of none.
 * - A refused step changes nothing. A step that counts changes one thing, by the effects of its row in order.
 * - A step of the class *ends* counts although the other partner could not open it. Of any other step that they could
 *   not open, only the effects with `stays` happen.
 *
 * It reads no clock and copies no state: it returns the thing that changed. Spec: documents §1, §13
 */

import { NotAllowed } from "../errors.ts";
import type { AppliedDocument, Id, Membership } from "./applied.ts";
import { sortedIds } from "./applied.ts";
import { type AllThings, Case } from "./cases.ts";
import { changed } from "./effects.ts";
import { holds, sentenceOf } from "./guards.ts";
import type { Effect, Row, Rules, StepClass } from "./rules.ts";
import type { Body } from "./shapes.ts";
import { newThing, type Thing, Things, textAt } from "./things.ts";
import type { Text } from "./thingTexts.ts";

/** Whether a step may be taken now: the entry that it would name, and why not (null where it may). */
export interface Possible {
  readonly step: string;
  readonly class: StepClass;
  readonly names: Id | null;
  readonly whyNot: string | null;
}

/** What a step changes: a thing or nothing, and whether the whole step counts. */
export interface Change {
  readonly thing: Thing | null;
  readonly whole: boolean;
}

type Elsewhere = Case["elsewhere"];
const NOBODY = {
  entry: "A".repeat(22),
  seq: 0,
  message: "A".repeat(43),
  received: 0,
  refused: [],
  generation: 0,
  keySince: 0,
};

/** The rows of one kind at work. */
export class Machine {
  readonly rules: Rules;
  /** The other kinds whose texts the steps may name. */
  readonly #namesOf: readonly string[];

  constructor(rules: Rules) {
    this.rules = rules;
    const kinds = rules.rows.flatMap((row) => row.only.map((guard) => (guard.guard === "of_kind" ? guard.kind : "")));
    this.#namesOf = [...new Set(kinds.filter((kind) => kind !== ""))];
  }

  /** Whether every row of a step has the class *ends*. */
  ends(step: string): boolean {
    return this.rules.rows.every((row) => row.step !== step || row.class === "ends");
  }

  /** The change of a step. Throws NotAllowed, with the reason, when no row allows it. */
  reduce(all: AllThings, applied: AppliedDocument, step: Body, context: Membership): Change {
    const { one, row } = this.#judge(all, applied, step, context);
    return { thing: made(one, row.then), whole: true };
  }

  /** What is left of a step that the other partner could not open. Throws as `reduce`. */
  undelivered(all: AllThings, applied: AppliedDocument, step: Body, context: Membership): Change {
    const { one, row } = this.#judge(all, applied, step, context);
    if (row.class === "ends") return { thing: made(one, row.then), whole: true };
    return {
      thing: made(
        one,
        row.then.filter((effect) => effect.stays),
      ),
      whole: false,
    };
  }

  /**
   * Each step that names a text of a thing, or none where `thing` is null; and why `account` may not take it now.
   *
   * Guards that ask for the content of the step are left out: it isn't written yet. `now`: Unix seconds.
   */
  steps(all: AllThings, thing: Thing | null, account: Id, now: number, context: Membership): readonly Possible[] {
    const document = { kind: this.rules.kind, v: this.rules.v, at: now, body: new Map() };
    const applied: AppliedDocument = { ...NOBODY, author: account, document };
    const found = new Map<string, { readonly passed: number; readonly possible: Possible }>();
    for (const row of this.rules.rows) {
      if ((row.names === null) !== (thing === null)) continue;
      const named = thing === null || row.names === null ? null : textAt(thing, row.names);
      let { passed, whyNot } = tried(row, this.#case(all, applied, context, null, thing, named, null));
      if (!context.partners.has(account) || (thing !== null && !thing.between.includes(account))) {
        whyNot = notYours(this.rules.noun, context.partners.has(account));
      } else if (whyNot === null) {
        passed = Number.POSITIVE_INFINITY;
      }
      const before = found.get(row.step);
      if (before !== undefined && passed <= before.passed) continue;
      const possible = { step: row.step, class: row.class, names: named?.entry ?? null, whyNot };
      found.set(row.step, { passed, possible });
    }
    return [...found.values()].map(({ possible }) => possible);
  }

  #judge(all: AllThings, applied: AppliedDocument, step: Body, context: Membership): { one: Case; row: Row } {
    if (!context.partners.has(applied.author)) throw new NotAllowed(notYours(this.rules.noun, false));
    if (this.#things(all).find(applied.entry) !== null) {
      throw new NotAllowed("An entry with the same id counted already, and this one does not take its place.");
    }
    const { thing, named, elsewhere } = this.#named(all, applied, step);
    const one = this.#case(all, applied, context, step, thing, named, elsewhere);
    let furthest = -1;
    let sentence = "";
    for (const row of this.rules.rows) {
      if (row.step !== step.step) continue;
      const { passed, whyNot } = tried(row, one);
      if (whyNot === null) return { one, row };
      if (passed > furthest) {
        furthest = passed;
        sentence = whyNot;
      }
    }
    throw new NotAllowed(sentence);
  }

  /** The thing and the text that a step names; or the text of another kind, and its thing there. */
  #named(
    all: AllThings,
    applied: AppliedDocument,
    step: Body,
  ): { thing: Thing | null; named: Text | null; elsewhere: Elsewhere } {
    const answers = step.link("answers");
    if (answers === null) return { thing: null, named: null, elsewhere: null };
    const own = this.#things(all).find(answers.entry);
    const elsewhere = own === null ? this.#elsewhere(all, answers.entry) : null;
    const thing = own ?? elsewhere?.thing ?? null;
    const named = thing?.texts.get(answers.entry);
    if (thing === null || named === undefined) {
      throw new NotAllowed("The text that this answers is not here, or did not count.");
    }
    if (named.message !== answers.message) {
      throw new NotAllowed("This answers other words than the ones that are here.");
    }
    if (!thing.between.includes(applied.author)) throw new NotAllowed(notYours(this.rules.noun, true));
    return { thing: own, named, elsewhere };
  }

  #elsewhere(all: AllThings, text: Id): Elsewhere {
    for (const kind of this.#namesOf) {
      const thing = all.get(kind)?.find(text) ?? null;
      if (thing !== null) return { kind, thing };
    }
    return null;
  }

  #case(
    all: AllThings,
    applied: AppliedDocument,
    context: Membership,
    step: Body | null,
    thing: Thing | null,
    named: Text | null,
    elsewhere: Elsewhere,
  ): Case {
    const fresh = newThing(applied.entry, applied.author, inOrder(context));
    const things = this.#things(all);
    return new Case({
      rules: this.rules,
      things,
      applied,
      context,
      step,
      thing: thing ?? fresh,
      made: fresh,
      named,
      elsewhere,
    });
  }

  #things(all: AllThings): Things {
    return all.get(this.rules.kind) ?? new Things();
  }
}

/** Why somebody takes no step in a thing. `partner`: they are one of the journal. */
export function notYours(noun: string, partner: boolean): string {
  if (partner) return `This ${noun} is between two other people.`;
  return `A ${noun} is between the partners of a journal, and only they take steps in it.`;
}

const ORDERED = new WeakMap<Membership, readonly Id[]>();

/** The partners in the order of their ids, worked out once for each roster. */
function inOrder(context: Membership): readonly Id[] {
  const known = ORDERED.get(context) ?? sortedIds(context.partners);
  ORDERED.set(context, known);
  return known;
}

/** The number of guards that hold before the first that doesn't, and its sentence (null where all hold). */
function tried(row: Row, one: Case): { passed: number; whyNot: string | null } {
  for (const [passed, guard] of row.only.entries()) {
    const asked = one.step !== null || !guard.of_body;
    if (asked && !holds(guard, one)) return { passed, whyNot: sentenceOf(guard, one) };
  }
  return { passed: row.only.length, whyNot: null };
}

/** The thing as these effects change it, or null where they change none. */
function made(one: Case, effects: readonly Effect[]): Thing | null {
  let thing = one.thing;
  for (const effect of effects) thing = changed(effect, one, thing);
  return thing === one.thing ? null : thing;
}
