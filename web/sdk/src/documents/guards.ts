/**
 * Guards, the words for *only when*: each is one condition on a step. The list is closed.
 *
 * A guard only reads the case, and knows no kind. Spec: documents §13
 */

import { keyFits } from "../protocol/blindPairs.ts";
import { parseB64 } from "../protocol/codec.ts";
import type { Id } from "./applied.ts";
import type { Case } from "./cases.ts";
import { betweenOf } from "./latest.ts";
import type { Guard, NoOpen, Rested } from "./rules.ts";
import { marksIn, textAt, textOf } from "./things.ts";
import { type Text, takenBack } from "./thingTexts.ts";

type Of<Name extends Guard["guard"]> = Guard & { readonly guard: Name };

/** Whether the condition is met. */
export function holds(guard: Guard, one: Case): boolean {
  const { thing, named, author, now } = one;
  switch (guard.guard) {
    case "two":
      return one.context.partners.size === 2;
    case "from":
      return guard.stages.includes(thing.standing);
    case "at":
      return named !== null && thing.points.get(guard.register) === named.entry;
    case "by":
      return isBy(guard, one);
    case "is":
      return guard.values.includes(one.step?.text(guard.path) ?? "");
    case "left_out":
      return (one.step?.value(guard.path) ?? null) === null;
    case "named":
      return named !== null && guard.values.includes(named.step.text(guard.path) ?? "");
    case "within":
      return named !== null && now <= named.effective + guard.seconds;
    case "became":
      return named !== null && guard.outcomes.includes(named.outcome);
    case "of_kind":
      return one.elsewhere?.kind === guard.kind && same(one.elsewhere.thing.between, one.made.between);
    case "unset":
      return !thing.points.has(guard.register);
    case "key_fits":
      return hasFittingKey(guard, one);
    case "in":
      return marksIn(thing, guard.register).has(author);
    case "not_in":
      return !marksIn(thing, guard.register).has(author);
    case "owner_in":
      return marksIn(thing, guard.register).has(thing.owner);
    case "free": {
      const text = textAt(thing, guard.register);
      return text === null || text.author === author || now > text.effective + guard.seconds;
    }
    case "after": {
      const text = textAt(thing, guard.register);
      return text !== null && now > text.effective + guard.seconds;
    }
    case "differs":
      return !one.things
        .alike(one.digest)
        .some(([other, text]) => other.standing === guard.stage && other.points.get(guard.register) === text.entry);
    case "fresh":
      return isFresh(guard, one);
    case "least":
      return (thing.counts.get(guard.count) ?? 0) >= guard.least;
    case "ahead": {
      const said = one.step?.number(guard.path) ?? null;
      return said !== null && now + (guard.at_least ?? 0) <= said && said <= now + guard.at_most;
    }
    case "later": {
      const said = one.step?.number(guard.path) ?? null;
      const time = thing.times.get(guard.register);
      return said !== null && time !== undefined && said > time;
    }
    case "has":
      return thing.times.has(guard.register);
    case "not_after": {
      const time = thing.times.get(guard.register);
      return time === undefined || now <= time + (guard.seconds ?? 0);
    }
    case "no_open":
      return !isOpenElsewhere(guard, one);
    case "rested":
      return isRested(guard, one);
  }
}

/** Why the step is refused. */
export function sentenceOf(guard: Guard, one: Case): string {
  const says = guard.says ?? "";
  if (guard.guard !== "at" || one.named === null) return says;
  return guard.became?.[takenBack(one.named) ? "taken_back" : one.named.outcome] ?? says;
}

function isBy(guard: Of<"by">, one: Case): boolean {
  const { author, named, thing } = one;
  if (guard.who === "owner" || guard.who === "other") return (author === thing.owner) === (guard.who === "owner");
  return named !== null && (author === named.author) === (guard.who === "writer");
}

function isFresh(guard: Of<"fresh">, one: Case): boolean {
  const until = (text: Text): number => {
    if (text.outcome === "declined") return (text.answeredEffective ?? 0) + guard.seconds;
    return text.outcome === "waiting" ? text.effective + (guard.lapse ?? 0) + guard.seconds : 0;
  };
  const alike = one.things.alike(one.digest).map(([, text]) => text);
  return !alike.some((text) => !(guard.mine && text.author !== one.author) && one.now < until(text));
}

/** Whether the key `k` of the step fits the commitment of the author's text in the register. Spec: §8 */
function hasFittingKey(guard: Of<"key_fits">, one: Case): boolean {
  const commitment = textOf(one.thing, guard.register, one.author)?.step.text("commitment") ?? null;
  const k = one.step?.text("k") ?? null;
  if (commitment === null || k === null) return false;
  const { journal } = one.context;
  const place = { journal: parseB64(journal), pair: parseB64(one.thing.entry), author: parseB64(one.author) };
  return keyFits(parseB64(commitment), parseB64(k), place);
}

function isOpenElsewhere(guard: NoOpen, one: Case): boolean {
  const between = betweenOf(one.made.between);
  const until = one.things.latest(guard, (key) => {
    const alike = key.between === between && (!guard.form || key.form === guard.form);
    return alike && (!guard.mine || key.who === one.author);
  });
  return until !== null && one.now <= until;
}

function isRested(guard: Rested, one: Case): boolean {
  const between = betweenOf(one.made.between);
  const marked = one.things.latest(
    guard,
    (key) => key.between === between && key.form === guard.form && key.who !== one.author,
  );
  return marked === null || one.now >= marked + guard.seconds;
}

/** Whether two things are between the same two people. */
function same(one: readonly Id[], other: readonly Id[]): boolean {
  return one.length === other.length && one.every((id, place) => id === other[place]);
}
