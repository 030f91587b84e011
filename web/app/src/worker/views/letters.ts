/**
 * Letters: told, reflected, heard, answered, as documents §7 has them.
 *
 * Rules
 * - The reader gets no words before they opened the letter here. That they did is kept on this device, sealed, and nobody is told.
 * - Whoever wrote it is told of the steps alone.
 */
import type { Home, Step } from "@duolog/sdk/client";
import { viewLetter } from "@duolog/sdk/documents";
import type { Disclosure, Hearing, TakenStep } from "../../rpc.ts";
import type { Here } from "./here.ts";
import { keep, kept } from "./kept.ts";
import { refuse } from "./refusals.ts";
import { possible, takeStep, thingsOf } from "./steps.ts";
import { takenIn } from "./taken.ts";
import { cleanLineOf } from "./texts.ts";

const KIND = "disclosure";
const ACTS: readonly string[] = ["acknowledge", "reflect", "heard", "not_quite", "respond", "set_aside"];
const MOST_OPENED = 1000; // letters of which this device remembers that they were opened

/** The letters that were opened on this device. */
export function* openedHere(home: Home): Step<readonly string[]> {
  const value = yield* kept(home, "opened");
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Opens a letter, here alone. */
export function* openLetter(home: Home, here: Here, id: string): Step<void> {
  const opened = yield* openedHere(home);
  const isHere = thingsOf(here, KIND).some(({ entry }) => entry === id);
  if (isHere && !opened.includes(id)) yield* keep(home, "opened", [...opened, id].slice(-MOST_OPENED));
}

export function viewDisclosure(here: Here, id: string, opened: readonly string[]): Disclosure {
  const thing = here.state.parts.of(KIND).find(id) ?? here.state.parts.of(KIND).get(id) ?? refuse("not_here");
  const view = viewLetter(thing, here.now);
  const isOpen = view.writer === here.me || opened.includes(thing.entry) || !thing.between.includes(here.me);
  const steps = (takenIn(here, KIND).get(thing.entry) ?? []).map(withoutAbout);
  return {
    id: thing.entry,
    author: here.person(view.writer),
    reader: here.person(view.reader),
    at: steps[0]?.at ?? here.now,
    form: view.form,
    about: cleanLineOf(view.about),
    opened: isOpen,
    stage: view.stage,
    aside: [
      ...(view.asideForWriter ? [here.person(view.writer)] : []),
      ...(view.asideForReader ? [here.person(view.reader)] : []),
    ],
    said: isOpen ? steps : [],
    may: possible(here, KIND, thing)
      .map(({ step }) => step)
      .filter((step): step is Hearing["act"] => ACTS.includes(step) && (isOpen || step === "set_aside")),
  };
}

/** Takes a step in a letter. */
export function* hear(home: Home, here: Here, id: string, hearing: Hearing): Step<void> {
  const { act } = hearing;
  if (act === "reflect" || act === "respond") {
    yield* takeStep(home, here, KIND, id, act, { words: hearing.text.trim() });
  } else if (act === "not_quite") {
    yield* takeStep(home, here, KIND, id, act, { fields: { words: hearing.text.trim() } });
  } else {
    yield* takeStep(home, here, KIND, id, act);
  }
}

/** The words of a letter: its line stands above them already. */
function withoutAbout(taken: TakenStep): TakenStep {
  if (taken.step !== "tell") return taken;
  const end = taken.text.indexOf("\n\n");
  return { ...taken, text: end < 0 ? "" : taken.text.slice(end + 2) };
}
