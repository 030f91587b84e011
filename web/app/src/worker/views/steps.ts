/**
 * Steps in things of any kind: which I may take now, and taking one. No kind is named.
 *
 * Rules
 * - What may be taken is judged by the log. What waits in the outbox counts too, so that nothing is offered twice.
 * - A step names exactly the text that was shown: by its message, where the page says it.
 */
import { type Home, post, postWithWords, type Step } from "@duolog/sdk/client";
import { type Id, makeDocument, type Possible, possibleSteps, type Thing, thingOf } from "@duolog/sdk/documents";
import { type Json, type JsonObject, jsonObject } from "@duolog/sdk/protocol";
import type { Here } from "./here.ts";
import { refuse } from "./refusals.ts";

/** The fields of a step besides those that name something. A field that is undefined is left out. */
export type StepFields = Readonly<Record<string, Json | undefined>>;

/** The things of a kind, oldest first, with what waits here. */
export function thingsOf({ state }: Here, kind: string): readonly Thing[] {
  return [...state.parts.of(kind).values()];
}

/** A thing of a kind, as the log has it. */
export function sentThing({ log }: Here, kind: string, id: Id): Thing | null {
  return log.state.parts.of(kind).get(id);
}

/** The steps that I may take in a thing now, or by which I make one. */
export function possible(here: Here, kind: string, thing: Thing | null): readonly Possible[] {
  const { membership, me, now, log, state } = here;
  if (membership === null || !here.mayWrite) return [];
  const sent = thing === null ? null : sentThing(here, kind, thing.entry);
  if (thing !== null && sent === null) return [];
  const expected = thing === null ? null : state.parts.of(kind).get(thing.entry);
  const then = possibleSteps(state, kind, expected, me, now, membership);
  return possibleSteps(log.state, kind, sent, me, now, membership).filter(
    ({ step, whyNot }) => whyNot === null && then.some((one) => one.step === step && one.whyNot === null),
  );
}

/** Whether my steps in a thing wait to be sent. */
export function waitsIn(here: Here, thing: Thing): boolean {
  return here.waiting.some((applied) => thingOf(here.state.parts, applied)?.entry === thing.entry);
}

/**
 * Takes a step in a thing. `shown`: the message of the text that the page showed, where the step is about exactly that one.
 * `words`: for a note beside it.
 */
export function* takeStep(
  home: Home,
  here: Here,
  kind: string,
  id: Id,
  step: string,
  {
    fields = {},
    shown,
    words,
  }: { readonly fields?: StepFields; readonly shown?: string; readonly words?: string } = {},
): Step<void> {
  const thing = sentThing(here, kind, id) ?? refuse("not_here");
  const able = possible(here, kind, thing).find((one) => one.step === step) ?? refuse("not_now");
  const named = thing.texts.get(able.names ?? "") ?? refuse("not_now");
  if (shown !== undefined && named.message !== shown) refuse("not_now");
  const answers = jsonObject({ entry: named.entry, message: named.message });
  yield* write(home, here, kind, jsonObject({ step, answers, ...fields }), words);
}

/** Makes a thing by a step. `words`: for a note beside it. */
export function* makeThing(
  home: Home,
  here: Here,
  kind: string,
  step: string,
  fields: StepFields,
  words?: string,
): Step<void> {
  yield* write(home, here, kind, jsonObject({ step, ...fields }), words);
}

function* write(home: Home, here: Here, kind: string, body: JsonObject, words: string | undefined): Step<void> {
  const document = makeDocument(kind, body, here.now);
  if (words === undefined) yield* post(home, here.journal, document);
  else {
    const note = makeDocument("note", jsonObject({ text: words }), here.now);
    yield* postWithWords(home, here.journal, note, document);
  }
}
