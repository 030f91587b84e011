/**
 * What is open for a reader now: one quiet line for each, of things of every kind.
 *
 * Nobody is reminded to accept, counted, or told whether the other looked. What a kind says to whom stands in its
 * section. Spec: documents §4, §7 to §11
 */

import type { Id } from "./applied.ts";
import { asksToRetire, viewBoundary } from "./boundaries.ts";
import { viewCheckIn } from "./checkIns.ts";
import { DAY } from "./days.ts";
import type { JournalState } from "./journalState.ts";
import { isToday, type Look } from "./looks.ts";
import { viewPause } from "./pauses.ts";
import { viewPromise } from "./promises.ts";
import { marksIn, type Thing, textOf } from "./things.ts";

const REMINDS = 3 * DAY; // seconds before an offer ends, in which its owner is told

/** What is open: an app has words of its own for each. */
export type Open =
  | "boundary_text" // the other's text may be read and answered
  | "boundary_retire" // the other's ask to retire may be answered
  | "boundary_review" // the day to look at it again has come
  | "letter" // a letter of the other's is here
  | "reflection" // the other says what they hear in my letter
  | "offer_ends" // my offer ends soon by itself
  | "plan" // my plan is here
  | "pause" // somebody is on a pause, or it ended today
  | "account" // the other wrote about an event; I may add my own account
  | "look_again" // today is the day that I set to look at it again
  | "check_in" // it is open for my answer
  | "talk_on"; // today is the day to talk

/** One thing that is open for a reader. */
export interface OpenThing {
  readonly kind: string;
  readonly thing: Thing;
  readonly open: Open;
}

/** All that is open for a reader, oldest thing first within each kind. */
export function today(state: JournalState, look: Look): readonly OpenThing[] {
  return [...state.parts.things].flatMap(([kind, things]) =>
    [...things.values()].flatMap((thing) => openIn(kind, thing, look).map((open) => ({ kind, thing, open }))),
  );
}

/** What is open for a reader in one thing of a kind. */
export function openIn(kind: string, thing: Thing, look: Look): readonly Open[] {
  switch (kind) {
    case "boundary":
      return ofBoundary(thing, look);
    case "disclosure":
      return ofLetter(thing, look.me);
    case "promise":
      return ofPromise(thing, look);
    case "pause":
      return thing.between.includes(look.me) && viewPause(thing, look).told ? ["pause"] : [];
    case "breach":
      return ofBreach(thing, look);
    case "check_in":
      return ofCheckIn(thing, look);
    default:
      return [];
  }
}

function ofBoundary(boundary: Thing, look: Look): readonly Open[] {
  const { waiting, reviewDue } = viewBoundary(boundary, look.now);
  const open: Open[] = [];
  if (waiting !== null && waiting.author !== look.me && boundary.between.includes(look.me)) {
    open.push(asksToRetire(waiting) ? "boundary_retire" : "boundary_text");
  }
  if (reviewDue) open.push("boundary_review");
  return open;
}

function ofLetter(letter: Thing, me: Id): readonly Open[] {
  const aside = marksIn(letter, "aside");
  if (me === letter.owner) return letter.standing === "reflected" && !aside.has(me) ? ["reflection"] : [];
  const waits = ["told", "read", "again"].includes(letter.standing);
  return waits && aside.size === 0 && letter.between.includes(me) ? ["letter"] : [];
}

function ofPromise(promise: Thing, { me, now }: Look): readonly Open[] {
  if (me !== promise.owner || promise.standing !== "held") return [];
  const { until, form } = viewPromise(promise, me, now);
  if (until !== null && until - REMINDS <= now && now <= until) return ["offer_ends"];
  return form === "plan" ? ["plan"] : [];
}

function ofBreach(breach: Thing, look: Look): readonly Open[] {
  if (!breach.between.includes(look.me) || marksIn(breach, "closed").has(look.me)) return [];
  const own = textOf(breach, "accounts", look.me);
  if (own === null) return ["account"];
  return isToday(own.step.text("look_again"), look) ? ["look_again"] : [];
}

function ofCheckIn(checkIn: Thing, look: Look): readonly Open[] {
  const { status, mineIsSealed, talkOn } = viewCheckIn(checkIn, look.me, look.now);
  if (!checkIn.between.includes(look.me) || status === "aside" || status === "passed") return [];
  const open: Open[] = status === "begun" && !mineIsSealed ? ["check_in"] : [];
  if (isToday(talkOn, look)) open.push("talk_on");
  return open;
}
