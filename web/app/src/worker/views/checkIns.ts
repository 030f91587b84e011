/**
 * Check-ins: mine stays sealed until both have answered, and both open together.
 *
 * Nothing here says who gave no answer, who was first, or how answers compare. One that isn't revealed is told as that.
 */
import { answerCheckIn, beginCheckIn, type Home, myAnswer, reveal, revealWaits, type Step } from "@duolog/sdk/client";
import { type Body, clean, cleanLine, parseAnswer, type Thing, viewCheckIn } from "@duolog/sdk/documents";
import { isJsonArray, jsonObject, parseB64 } from "@duolog/sdk/protocol";
import { openAnswer, PairSecret } from "@duolog/sdk/seal";
import { type CheckIn, type CheckInAnswer, type CheckInPlace, QUESTIONS, SLIDERS } from "../../rpc.ts";
import type { Here } from "./here.ts";
import { refuse } from "./refusals.ts";
import { possible, sentThing, takeStep, thingsOf } from "./steps.ts";

const KIND = "check_in";

/** The newest check-in, and whether I may begin one. */
export function* checkInPlace(home: Home, here: Here): Step<CheckInPlace> {
  const thing = shownThing(here);
  const mayBegin = possible(here, KIND, null).some(({ step }) => step === "begin");
  return { now: thing === null ? null : yield* checkInView(home, here, thing), mayBegin };
}

/** The one that takes my answer; else the newest. */
function shownThing(here: Here): Thing | null {
  const mine = thingsOf(here, KIND).filter(({ between }) => between.includes(here.me));
  const open = mine.filter((one) => ["begun", "sealed"].includes(viewCheckIn(one, here.me, here.now).status));
  return open.at(-1) ?? mine.at(-1) ?? null;
}

function* checkInView(home: Home, here: Here, thing: Thing): Step<CheckIn> {
  const view = viewCheckIn(thing, here.me, here.now);
  const kept = yield* myAnswer(home, here.journal, thing);
  const sent = sentThing(here, KIND, thing.entry);
  const answers = new Map<string, CheckInAnswer | null>();
  if (kept !== null)
    answers.set(
      here.me,
      readAnswer(() => parseB64(kept.answer), view.form),
    );
  for (const { author, k, sealed, commitment } of sent === null ? [] : viewCheckIn(sent, here.me, here.now).openings) {
    if (answers.has(author)) continue;
    const place = { journal: here.journal, pair: parseB64(thing.entry), author: parseB64(author) };
    const answer = { sealed: parseB64(sealed), commitment: parseB64(commitment) };
    answers.set(
      author,
      readAnswer(() => openAnswer(new PairSecret(parseB64(k)), place, answer), view.form),
    );
  }
  const other = thing.between.find((one) => one !== here.me) ?? "";
  const hasMine = kept !== null || view.mineIsSealed;
  return {
    id: thing.entry,
    form: view.form === "review" ? "review" : "week",
    by: here.person(view.owner),
    until: view.until,
    talkOn: view.talkOn,
    step: stepOf(view, hasMine),
    mine: answers.get(here.me) ?? null,
    theirs: view.status === "opened" ? (answers.get(other) ?? null) : null,
    problem: [...answers.values()].includes(null),
    mayReveal: sent !== null && here.mayWrite && (yield* revealWaits(home, here.journal, sent)),
    maySetAside: possible(here, KIND, thing).some(({ step }) => step === "set_aside"),
  };
}

function stepOf(view: ReturnType<typeof viewCheckIn>, hasMine: boolean): CheckIn["step"] {
  if (view.status === "opened") return "open";
  if (view.notRevealed.length > 0 && view.status === "aside") return "not revealed";
  if (view.status === "aside" || view.status === "passed") return view.status;
  return hasMine ? "waits for the other" : "to answer";
}

/** An answer as it is shown; null where it can't be opened or read. */
function readAnswer(open: () => Uint8Array, form: string): CheckInAnswer | null {
  let body: Body;
  try {
    body = parseAnswer(open(), form);
  } catch {
    return null; // its owner is told that it can't be opened
  }
  const texts = Object.fromEntries(
    QUESTIONS[form === "review" ? "review" : "week"].flatMap((name) => {
      const text = body.text(name);
      return text === null ? [] : [[name, clean(text)]];
    }),
  );
  const numbers = Object.fromEntries(
    SLIDERS.flatMap((name) => {
      const value = body.number(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const feelings = body.value("feelings");
  const words = isJsonArray(feelings) ? feelings.filter((one) => typeof one === "string") : [];
  return { texts, numbers, feelings: words.map(cleanLine) };
}

/** Begins one of the week. */
export function* begin(home: Home, here: Here, answer: CheckInAnswer): Step<void> {
  yield* beginCheckIn(home, here.journal, answerJson("week", answer));
}

/** Answers one that is open. */
export function* giveAnswer(home: Home, here: Here, id: string, answer: CheckInAnswer): Step<void> {
  const thing = sentThing(here, KIND, id) ?? refuse("not_here");
  yield* answerCheckIn(home, here.journal, thing, answerJson(viewCheckIn(thing, here.me, here.now).form, answer));
}

export function* setAside(home: Home, here: Here, id: string): Step<void> {
  yield* takeStep(home, here, KIND, id, "set_aside");
}

export function* revealMine(home: Home, here: Here, id: string): Step<void> {
  yield* reveal(home, here.journal, sentThing(here, KIND, id) ?? refuse("not_here"));
}

function answerJson(form: string, { texts, numbers, feelings }: CheckInAnswer) {
  const filled = Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, text.trim()]]));
  const words = feelings.map((one) => one.trim()).filter((one) => one !== "");
  return jsonObject({
    form,
    ...Object.fromEntries(filled),
    ...numbers,
    feelings: words.length > 0 ? words : undefined,
  });
}
