/**
 * Boundaries: both texts, both consents, and what I may do. All fields of a text are shown, since consent covers all of them.
 *
 * Accepting names the very message that was on the screen; where another text waits by now, it is refused.
 */
import type { Home, Step } from "@duolog/sdk/client";
import {
  asksToRetire,
  type BoundaryView,
  clean,
  hasUnknownParts,
  hiddenCharacters,
  marksIn,
  type Text,
  type Thing,
  textAt,
  viewBoundary,
} from "@duolog/sdk/documents";
import { jsonObject } from "@duolog/sdk/protocol";
import type { Boundary, BoundaryAct, BoundaryText, Wording } from "../../rpc.ts";
import type { Here } from "./here.ts";
import { refuse } from "./refusals.ts";
import { makeThing, possible, sentThing, takeStep, thingsOf, waitsIn } from "./steps.ts";

const KIND = "boundary";
const ACTS: Readonly<Record<string, BoundaryAct["act"]>> = {
  accept: "accept",
  counter: "other words",
  amend: "other words",
  decline: "decline",
  take_back: "take back",
  contest: "contest",
  retire: "retire",
};

/** Every boundary, the newest first. */
export function viewBoundaries(here: Here): readonly Boundary[] {
  return thingsOf(here, KIND)
    .map((thing) => boundaryView(here, thing))
    .reverse();
}

function boundaryView(here: Here, thing: Thing): Boundary {
  const view = viewBoundary(thing, here.now);
  const agreed = textAt(thing, "agreed");
  const { waiting } = view;
  const now = waiting ?? view.shown;
  const before = waiting === null ? null : (agreed ?? textBefore(thing, waiting));
  const wording = waiting !== null && asksToRetire(waiting) ? (agreed ?? waiting) : now;
  const confirms = waiting !== null && asksToRetire(waiting) && waiting.author !== here.me;
  const steps = possible(here, KIND, thing).map(({ step }) => step);
  const may = new Set(steps.flatMap((step) => (step === "retire" && confirms ? "accept" : (ACTS[step] ?? []))));
  return {
    id: thing.entry,
    state: stateOf(here, view),
    binds: bindsIn(here, thing, wording),
    text: textView(here, now),
    before: before === null || before === now ? null : textView(here, before),
    consents: consentsTo(here, waiting ?? agreed),
    contests: [...marksIn(thing, "contests")].map(([id, { at, words }]) => ({
      by: here.person(id),
      at,
      words: clean(words ?? ""),
    })),
    waitsUntil: view.lapsesAt,
    reviewDue: view.reviewDue,
    waitsHere: waitsIn(here, thing),
    mayTell: tellable(here, thing, agreed),
    may: [...may],
  };
}

function tellable(here: Here, thing: Thing, agreed: Text | null): Boundary["mayTell"] {
  if (!here.mayWrite || agreed === null || bindsIn(here, thing, agreed).every((one) => one.mine)) return null;
  return { message: agreed.message, text: textView(here, agreed).text };
}

/** The text that another one replaces. */
function textBefore(thing: Thing, waiting: Text): Text | null {
  let isBehind = false;
  for (const text of thing.texts.newestFirst()) {
    if (isBehind && !asksToRetire(text)) return text;
    isBehind ||= text.entry === waiting.entry;
  }
  return null;
}

function stateOf(here: Here, { status, waiting }: BoundaryView): Boundary["state"] {
  if (waiting !== null && waiting.author !== here.me) return "proposed to me";
  if (status === "in_force") return "in force";
  if (status === "proposed") return "mine that waits";
  return status === "contested" ? "contested" : "over";
}

function bindsIn(here: Here, thing: Thing, text: Text | null): Boundary["binds"] {
  const ids = text?.step.text("wording.binds") === "me" ? [text.author] : thing.between;
  return ids.map((id) => here.person(id));
}

function consentsTo(here: Here, text: Text | null): Boundary["consents"] {
  if (text === null) return [];
  const { author, at, outcome, answeredBy, answeredAt } = text;
  const own = { by: here.person(author), at };
  const isBoth = outcome === "accepted" && answeredBy !== null && answeredAt !== null;
  return isBoth ? [own, { by: here.person(answeredBy), at: answeredAt }] : [own];
}

function textView(here: Here, text: Text | null): BoundaryText {
  const field = (name: string) => clean(text?.step.text(`wording.${name}`) ?? "");
  const step = text?.step ?? null;
  return {
    message: text?.message ?? "",
    by: here.person(text?.author ?? ""),
    at: text?.at ?? 0,
    asksToEnd: text !== null && asksToRetire(text),
    topic: field("topic"),
    text: text !== null && asksToRetire(text) ? clean(text.step.text("why") ?? "") : field("text"),
    why: field("why"),
    fine: field("fine"),
    notFine: field("not_fine"),
    ifCompromised: field("if_compromised"),
    review: step?.text("wording.review") ?? null,
    isWhole: step === null || (!hasUnknownParts(step.shape, step.json) && hiddenCharacters(step).length === 0),
  };
}

/** Proposes a first text. */
export function* propose(home: Home, here: Here, wording: Wording): Step<void> {
  yield* makeThing(home, here, KIND, "propose", { wording: wordingJson(wording) });
}

/** Answers a boundary: exactly the text that was shown. */
export function* decide(home: Home, here: Here, id: string, act: BoundaryAct): Step<void> {
  const shown = act.message;
  if (act.act === "accept") {
    const thing = sentThing(here, KIND, id) ?? refuse("not_here");
    const { waiting } = viewBoundary(thing, here.now);
    const step = waiting !== null && asksToRetire(waiting) ? "retire" : "accept";
    yield* takeStep(home, here, KIND, id, step, { shown });
  } else if (act.act === "other words") {
    const step = possible(here, KIND, sentThing(here, KIND, id)).some((one) => one.step === "counter")
      ? "counter"
      : "amend";
    const name = step === "counter" ? { shown } : {};
    yield* takeStep(home, here, KIND, id, step, { fields: { wording: wordingJson(act.wording) }, ...name });
  } else if (act.act === "contest") {
    yield* takeStep(home, here, KIND, id, "contest", { fields: { words: act.words.trim() } });
  } else if (act.act === "retire") {
    yield* takeStep(home, here, KIND, id, "retire");
  } else {
    yield* takeStep(home, here, KIND, id, act.act === "decline" ? "decline" : "take_back", { shown });
  }
}

/** A wording as a body has it: fields without a text are left out. */
function wordingJson(wording: Wording) {
  const { topic, text, binds, why, fine, notFine, ifCompromised, review } = wording;
  const filled = (said: string | null) => (said === null || said.trim() === "" ? undefined : said.trim());
  return jsonObject({
    topic,
    text: text.trim(),
    binds,
    why: filled(why),
    fine: filled(fine),
    not_fine: filled(notFine),
    if_compromised: filled(ifCompromised),
    review: filled(review),
  });
}
