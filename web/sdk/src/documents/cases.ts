/** One step that is judged, with all that guards and effects may look at. Spec: documents §13 */

import { type AppliedDocument, effective, type Id, type Membership } from "./applied.ts";
import { digestOf } from "./digests.ts";
import type { Rules } from "./rules.ts";
import type { Body } from "./shapes.ts";
import type { Thing, Things } from "./things.ts";
import type { Text } from "./thingTexts.ts";

/** The things of every kind with steps, by the kind's name. */
export type AllThings = ReadonlyMap<string, Things>;

/** One step that is judged. */
export class Case {
  readonly rules: Rules;
  readonly things: Things;
  readonly applied: AppliedDocument;
  readonly context: Membership;
  /** Null where a client asks for possible steps, before one is written. */
  readonly step: Body | null;
  /** The thing that the step names, or else `made`. */
  readonly thing: Thing;
  /** The thing that the step would make. */
  readonly made: Thing;
  /** The text that the step names. */
  readonly named: Text | null;
  /** Where `named` is a text of another kind: the name of the kind, and the thing there. */
  readonly elsewhere: { readonly kind: string; readonly thing: Thing } | null;

  #digest: Id | null = null;

  constructor(parts: Omit<Case, "author" | "now" | "digest" | "text">) {
    this.rules = parts.rules;
    this.things = parts.things;
    this.applied = parts.applied;
    this.context = parts.context;
    this.step = parts.step;
    this.thing = parts.thing;
    this.made = parts.made;
    this.named = parts.named;
    this.elsewhere = parts.elsewhere;
  }

  get author(): Id {
    return this.applied.author;
  }

  /** The effective time of the step. */
  get now(): number {
    return effective(this.applied);
  }

  /** The step's digest. Where the step has none, no other step says the same. */
  get digest(): Id {
    this.#digest ??= this.#made() ?? this.applied.message;
    return this.#digest;
  }

  #made(): Id | null {
    return this.step === null ? null : digestOf(this.rules, this.step, this.thing.entry);
  }

  /** The step as a text. */
  text(): Text {
    if (this.step === null) throw new TypeError("nothing is written yet");
    const { entry, message, author, document } = this.applied;
    const unanswered = { answeredBy: null, answeredAt: null, answeredEffective: null, answer: null, answerWhy: null };
    const times = { at: document.at, effective: this.now };
    return {
      entry,
      message,
      author,
      ...times,
      digest: this.digest,
      step: this.step,
      outcome: "waiting",
      ...unanswered,
    };
  }
}
