/**
 * `disclosure`: how a letter stands, for its writer and for its reader.
 *
 * Each is told what they may do. Nobody is told when, how often or whether the other opened it. Setting it aside is a
 * wish, and asks nothing of anybody. Spec: documents §7
 */

import type { Id } from "./applied.ts";
import { DAY } from "./days.ts";
import { madeBy, marksIn, type Thing, textAt } from "./things.ts";
import type { Text } from "./thingTexts.ts";

const NOT_QUITE_TWICE = 2; // how often the writer says *not quite* until the reader may respond
const WAITS_FOR = 7 * DAY; // seconds from a reflection, after which the reader may respond

export type LetterStage = "told" | "read" | "reflected" | "again" | "heard" | "answered";

/** A letter at one time. */
export interface LetterView {
  readonly form: string;
  /** One line of its writer's, shown before opening. */
  readonly about: string;
  readonly writer: Id;
  readonly reader: Id;
  readonly stage: LetterStage;
  readonly asideForWriter: boolean;
  readonly asideForReader: boolean;
  /** Whether it was answered before *heard*. */
  readonly unheard: boolean;
  /** The newest reflection. */
  readonly reflection: Text | null;
  /** Whether the reader may respond before *heard*. */
  readonly mayRespond: boolean;
}

/** A letter as it is at `now`, Unix seconds. */
export function viewLetter(letter: Thing, now: number): LetterView {
  const told = madeBy(letter)?.step ?? null;
  const reader = letter.between.find((one) => one !== letter.owner) ?? letter.owner;
  const aside = marksIn(letter, "aside");
  const stage = letter.standing as LetterStage;
  const reflection = textAt(letter, "reflection");
  const twice = (letter.counts.get("tries") ?? 0) >= NOT_QUITE_TWICE;
  const longAgo = reflection !== null && now > reflection.effective + WAITS_FOR;
  const open = stage !== "heard" && stage !== "answered";
  const hearing = stage === "reflected" || stage === "again";
  return {
    form: told?.text("form") ?? "",
    about: told?.text("about") ?? "",
    writer: letter.owner,
    reader,
    stage,
    asideForWriter: aside.has(letter.owner),
    asideForReader: aside.has(reader),
    unheard: (letter.counts.get("unheard") ?? 0) > 0,
    reflection,
    mayRespond:
      stage === "heard" ||
      (open && aside.has(letter.owner)) ||
      (hearing && twice) ||
      (stage === "reflected" && longAgo),
  };
}
