/** `boundary`, on which two people agree by an explicit act of each: its stages and its view. Spec: documents §4 */

import { DAY, hasCome } from "./days.ts";
import { marksIn, type Thing, textAt } from "./things.ts";
import { type Text, takenBack } from "./thingTexts.ts";

export const LAPSES_AFTER = 14 * DAY; // seconds from a text's effective time; the last one still counts

/** The stage without a clock. */
export type BoundaryStage = "proposed" | "declined" | "in_force" | "contested" | "retired";

/** A boundary at one time. */
export interface BoundaryView {
  /** What its owner's words for it are made of; a stage, or *lapsed* or *taken back* by the reader's now. */
  readonly status: BoundaryStage | "lapsed" | "taken_back";
  /** The agreed text, else the newest that isn't an ask to retire. */
  readonly shown: Text | null;
  /** The text or ask that may be answered. */
  readonly waiting: Text | null;
  /** The last second at which `waiting` takes an answer. */
  readonly lapsesAt: number | null;
  /** Whether the day to look at it again has come. */
  readonly reviewDue: boolean;
}

/** The stage of a boundary without a clock. */
export function stageOf(boundary: Thing): BoundaryStage {
  if (boundary.points.has("retired")) return "retired";
  if (boundary.points.has("agreed")) return marksIn(boundary, "contests").size > 0 ? "contested" : "in_force";
  return boundary.points.has("waiting") ? "proposed" : "declined";
}

/** Whether a text asks to retire the boundary, and so has no wording. */
export function asksToRetire(text: Text): boolean {
  return text.step.step === "retire";
}

/** A boundary as it is at `now`, Unix seconds. */
export function viewBoundary(boundary: Thing, now: number): BoundaryView {
  const held = textAt(boundary, "waiting");
  const lapsed = held !== null && now > held.effective + LAPSES_AFTER;
  const waiting = lapsed ? null : held;
  const [newest] = boundary.texts.newestFirst();
  const stage = stageOf(boundary);
  let status: BoundaryView["status"] = stage;
  if (stage === "proposed" && lapsed) status = "lapsed";
  if (stage === "declined" && newest !== undefined && takenBack(newest)) status = "taken_back";
  const texts = [...boundary.texts.newestFirst()];
  const shown = textAt(boundary, "agreed") ?? texts.find((text) => !asksToRetire(text)) ?? null;
  const review = shown?.step.text("wording.review") ?? null;
  const holds = status === "in_force" || status === "contested";
  const reviewDue = holds && review !== null && hasCome(review, now);
  const lapsesAt = waiting === null ? null : waiting.effective + LAPSES_AFTER;
  return { status, shown, waiting, lapsesAt, reviewDue };
}
