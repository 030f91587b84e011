/**
 * Promises, and breaches: two accounts of one event.
 *
 * Rules
 * - A promise is its owner's. Nobody is shown how often it was marked, and only its owner its newest mark. No word says kept or not kept.
 * - Of a breach both accounts are shown, and for whom it is closed; nobody is told who gave none.
 * - A day to look at it again is its author's alone.
 *
 * Spec: documents §8, §10
 */
import type { Home, Step } from "@duolog/sdk/client";
import { clean, type Mark, type Thing, textAt, viewBreach, viewPromise } from "@duolog/sdk/documents";
import { jsonObject } from "@duolog/sdk/protocol";
import {
  type Filled,
  FORMS,
  type Form,
  PARTS,
  PLAIN_STEPS,
  PLAIN_THINGS,
  type PlainKind,
  type PlainStep,
  type PlainThing,
  type TakenStep,
} from "../../rpc.ts";
import type { Here } from "./here.ts";
import { refuse } from "./refusals.ts";
import { makeThing, possible, type StepFields, sentThing, takeStep, thingsOf, waitsIn } from "./steps.ts";
import { takenIn } from "./taken.ts";

const NOT_SHOWN = ["mark", "renew"]; // they stand in the journal

/** The things of a kind, the newest first, those that are over last. */
export function viewThings(here: Here, kind: PlainKind): readonly PlainThing[] {
  const taken = takenIn(here, kind);
  const all = thingsOf(here, kind)
    .map((thing) => plainView(here, kind, thing, taken.get(thing.entry) ?? []))
    .reverse();
  return [...all.filter((one) => !one.isOver), ...all.filter((one) => one.isOver)];
}

function plainView(here: Here, kind: PlainKind, thing: Thing, taken: readonly TakenStep[]): PlainThing {
  const steps = possible(here, kind, thing).map(({ step }) => step);
  return {
    id: thing.entry,
    owner: here.person(thing.owner),
    waitsHere: waitsIn(here, thing),
    may: PLAIN_STEPS.filter((step) => steps.includes(step)),
    ...(kind === "promise" ? promiseIn(here, thing, taken) : breachIn(here, thing, taken)),
  };
}

type OfItsKind = Omit<PlainThing, "id" | "owner" | "waitsHere" | "may">;

function promiseIn(here: Here, thing: Thing, taken: readonly TakenStep[]): OfItsKind {
  const view = viewPromise(thing, here.me, here.now);
  const mark = taken.find(({ entry }) => entry === view.newestMark?.entry);
  const text = (name: string) => clean(view.made?.step.text(name) ?? "");
  const said = taken
    .filter(({ step }) => !NOT_SHOWN.includes(step))
    .map((one) => (one.step === "make" ? { ...one, text: text("text") } : one));
  return {
    form: formIn("promise", view.form),
    said: mark === undefined ? said : [...said, mark],
    parts: PARTS.map((part) => ({ part, text: text(part) })).filter((one) => one.text !== ""),
    until: view.until,
    ranOut: view.status === "ran_out",
    happened: null,
    lookAgain: null,
    closed: [],
    isOver: view.status === "ended",
  };
}

function breachIn(here: Here, thing: Thing, taken: readonly TakenStep[]): OfItsKind {
  const view = viewBreach(thing, here.me);
  const accounts = view.accounts.map(({ entry }) => taken.find((one) => one.entry === entry));
  return {
    form: formIn("breach", view.as),
    said: accounts.filter((one) => one !== undefined),
    parts: [],
    until: null,
    ranOut: false,
    happened: view.happened,
    lookAgain: view.lookAgain,
    closed: [...view.closed].map(([by, { at, words }]: readonly [string, Mark]) => ({
      by: here.person(by),
      at,
      words: clean(words ?? ""),
    })),
    isOver: thing.between.every((one) => view.closed.has(one)),
  };
}

function formIn(kind: PlainKind, form: string): Form {
  return FORMS[kind].find((one) => one === form) ?? FORMS[kind][0];
}

/** Makes a promise, or a breach of which the words stand in a note beside it. */
export function* makePlain(home: Home, here: Here, form: Form, filled: Filled, crossed: Crossed | null): Step<void> {
  const { text, ...fields } = filledIn(filled);
  if (form === "own" || form === "saw") {
    const named = form === "saw" ? { answers: agreedText(here, crossed ?? refuse("not_here")) } : {};
    yield* makeThing(home, here, "breach", "open", { as: form, ...named, ...fields }, String(text ?? ""));
  } else yield* makeThing(home, here, "promise", "make", { form, text, ...fields });
}

/** Takes a step in one. An account has its words in a note beside it. */
export function* takeIn(home: Home, here: Here, id: string, step: PlainStep, filled: Filled): Step<void> {
  const kind = PLAIN_THINGS.find((one) => sentThing(here, one, id) !== null) ?? refuse("not_here");
  const { text, ...fields } = filledIn(filled);
  yield* takeStep(home, here, kind, id, step, text === undefined ? { fields } : { fields, words: String(text) });
}

interface Crossed {
  readonly boundary: string;
  readonly message: string;
}

/** The text of a boundary that both agreed to and that was shown, as a step names it. */
function agreedText(here: Here, { boundary, message }: Crossed) {
  const thing = sentThing(here, "boundary", boundary) ?? refuse("not_here");
  const { entry } = textAt(thing, "agreed") ?? refuse("not_here");
  return jsonObject({ entry, message }); // where another text holds by now, the rules refuse the one that was shown
}

/** What was filled in; what is empty is left out. */
function filledIn(filled: Filled): StepFields {
  const all = Object.entries(filled).map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]);
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}
