/**
 * `check_in`: two answers to the same questions, which open together.
 *
 * Rules
 * - While it is begun, a client tells each only of their own answer. No view says who gave no answer, who was first, or
 *   how answers compare, and no timeline shows a `commit` or a `reveal`.
 * - An answer is UTF-8 JSON of at most 4092 bytes. It has the form of its check-in, and at least one more field.
 *
 * Nothing here opens an answer: a client does, once both keys fit, and gives the bytes to `parseAnswer`.
 * Spec: documents §11, §8
 */

import { MalformedData } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import { CHECK_IN_ANSWER } from "../generated/kinds.ts";
import { encodeMessageJson, type JsonObject, parseMessageJson } from "../protocol/codec.ts";
import type { Id } from "./applied.ts";
import { type Body, readBody } from "./shapes.ts";
import { type Marks, madeBy, marksIn, type Thing, textOf } from "./things.ts";

/** A published key with its answer, for a client to open. Binary values are base64url. */
export interface Opening {
  readonly author: Id;
  readonly k: string;
  readonly sealed: string;
  readonly commitment: string;
}

/** A check-in at one time, for one reader. */
export interface CheckInView {
  readonly form: string;
  readonly owner: Id;
  readonly status: "begun" | "passed" | "sealed" | "opened" | "aside";
  /** Until when it takes answers, Unix seconds. */
  readonly until: number;
  /** Whether the reader's own answer is sealed. */
  readonly mineIsSealed: boolean;
  /** Whether the reader's own key counts, so that nothing can be set aside any more. */
  readonly mineIsRevealed: boolean;
  /** Whose answers are not revealed, once a key is here and not yet both. */
  readonly notRevealed: readonly Id[];
  readonly aside: Marks;
  /** Both answers with their keys, once it is opened. */
  readonly openings: readonly Opening[];
  readonly talkOn: string | null;
  /** The days that a review looks at. */
  readonly period: { readonly from: string; readonly to: string } | null;
}

/** A check-in as `me` is shown it at `now`, Unix seconds. */
export function viewCheckIn(checkIn: Thing, me: Id, now: number): CheckInView {
  const begun = madeBy(checkIn)?.step ?? null;
  const until = checkIn.times.get("until") ?? 0;
  const keys = marksIn(checkIn, "keys");
  const opened = checkIn.standing === "opened";
  const passed = checkIn.standing === "begun" && now > until;
  const from = begun?.text("period.from") ?? null;
  const to = begun?.text("period.to") ?? null;
  return {
    form: begun?.text("form") ?? "",
    owner: checkIn.owner,
    status: passed ? "passed" : (checkIn.standing as CheckInView["status"]),
    until,
    mineIsSealed: marksIn(checkIn, "commits").has(me),
    mineIsRevealed: keys.has(me),
    notRevealed: keys.size > 0 && !opened ? checkIn.between.filter((one) => !keys.has(one)) : [],
    aside: marksIn(checkIn, "aside"),
    openings: opened ? checkIn.between.flatMap((one) => openingOf(checkIn, one) ?? []) : [],
    talkOn: begun?.text("talk_on") ?? null,
    period: from === null || to === null ? null : { from, to },
  };
}

/** The answer in opened bytes. `form`: of its check-in. Throws MalformedData when it isn't an answer of this form. */
export function parseAnswer(data: Uint8Array, form: string, writing = false): Body {
  const answer = readBody(CHECK_IN_ANSWER, parseMessageJson(data, "An answer"), writing);
  if (answer.text("form") !== form) {
    throw new MalformedData("This answers other questions than those of the check-in.");
  }
  return answer;
}

/** The bytes of an answer, to be sealed. Throws MalformedData when it is none, or has more than 4092 bytes. */
export function encodeAnswer(answer: JsonObject): Uint8Array {
  readBody(CHECK_IN_ANSWER, answer, true);
  const data = encodeMessageJson(answer);
  if (data.length > SIZES.MAX_PAIR_ANSWER) {
    throw new MalformedData(`Your answer has ${data.length} bytes, and ${SIZES.MAX_PAIR_ANSWER} fit. Shorten it.`);
  }
  return data;
}

function openingOf(checkIn: Thing, author: Id): Opening | null {
  const commit = textOf(checkIn, "commits", author)?.step ?? null;
  const k = textOf(checkIn, "keys", author)?.step.text("k") ?? null;
  const sealed = commit?.text("sealed") ?? null;
  const commitment = commit?.text("commitment") ?? null;
  return k === null || sealed === null || commitment === null ? null : { author, k, sealed, commitment };
}
