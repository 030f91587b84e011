/**
 * Effects, the words for *then*: each makes one small change in a thing. The list is closed.
 *
 * An effect is a pure function of a case and a thing. It checks nothing, since the guards have done that.
 * Spec: documents §13
 */

import type { Case } from "./cases.ts";
import type { Effect, Outcome } from "./rules.ts";
import { type Marks, marksIn, type Thing, textAt } from "./things.ts";

/** The thing after the change. */
export function changed(effect: Effect, one: Case, thing: Thing): Thing {
  const { author } = one;
  switch (effect.effect) {
    case "make":
      return { ...one.made, standing: effect.stage };
    case "stage":
      return { ...thing, standing: effect.stage };
    case "put": {
      const text = one.text();
      return { ...thing, texts: thing.texts.put(text), points: withOne(thing.points, effect.register, text.entry) };
    }
    case "put_by": {
      const text = one.text();
      const mark = { entry: text.entry, at: text.at, effective: text.effective, words: null };
      const marks = withOne(marksIn(thing, effect.register), author, mark);
      return marked({ ...thing, texts: thing.texts.put(text) }, effect.register, marks);
    }
    case "when_both": {
      const marks = marksIn(thing, effect.register);
      return thing.between.every((id) => marks.has(id)) ? { ...thing, standing: effect.stage } : thing;
    }
    case "time": {
      const said = effect.path === undefined ? null : (one.step?.number(effect.path) ?? null);
      return { ...thing, times: withOne(thing.times, effect.register, said ?? one.now + (effect.seconds ?? 0)) };
    }
    case "point": {
      const entry = effect.to === "named" && one.named !== null ? one.named.entry : one.applied.entry;
      return { ...thing, points: withOne(thing.points, effect.register, entry) };
    }
    case "settle":
      return settled(thing, effect.register, effect.outcome, one, effect.why);
    case "aside": {
      const text = textAt(thing, effect.register);
      if (text === null || one.now > text.effective + effect.seconds) return thing;
      return settled(thing, effect.register, "replaced", one);
    }
    case "add": {
      const { entry, document } = one.applied;
      const words = one.step?.text(effect.words) ?? null;
      const mark = { entry, at: document.at, effective: one.now, words };
      return marked(thing, effect.register, withOne(marksIn(thing, effect.register), author, mark));
    }
    case "drop":
      return marked(thing, effect.register, without(marksIn(thing, effect.register), author));
    case "count":
      return { ...thing, counts: withOne(thing.counts, effect.count, (thing.counts.get(effect.count) ?? 0) + 1) };
    case "empty":
      return marked(thing, effect.register, new Map());
  }
}

/** Give the text in the register this outcome, and empty the register. `why`: the step's field with the reason. */
function settled(thing: Thing, register: string, outcome: Outcome, one: Case, why?: string): Thing {
  const text = textAt(thing, register);
  if (text === null) return thing;
  const answered = {
    ...text,
    outcome,
    answeredBy: one.author,
    answeredAt: one.applied.document.at,
    answeredEffective: one.now,
    answer: one.applied.entry,
    answerWhy: why === undefined ? null : (one.step?.text(why) ?? null),
  };
  return { ...thing, texts: thing.texts.put(answered), points: without(thing.points, register) };
}

function marked(thing: Thing, register: string, marks: Marks): Thing {
  const others = without(thing.marks, register);
  return { ...thing, marks: marks.size > 0 ? withOne(others, register, marks) : others };
}

function withOne<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  return new Map([...map].filter(([one]) => one !== key));
}
