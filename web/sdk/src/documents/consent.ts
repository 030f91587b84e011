/**
 * Consent covers what was shown: what a client must not write where its owner isn't shown a text whole.
 *
 * Of all kinds `boundary` alone has steps that mean consent. Reducers count them anyway. Spec: documents §1.10
 */

import { NotAllowed } from "../errors.ts";
import type { Parts } from "./journalState.ts";
import { hiddenIn } from "./safeText.ts";
import { type Body, hasUnknownParts, textsIn } from "./shapes.ts";

const ASKING = ["propose", "counter", "amend", "retire"];
export const UPDATE =
  "It has parts that this version of Duolog can't show. Update, and read all of it before you agree to it.";
export const HIDDEN =
  "It has characters that can't be shown, so nobody sees all of it, and nobody can agree to it. Answer in words of " +
  "your own, or decline it.";

/** The step to which the author of `body` consents: whose text they accept, or whose ask to retire they confirm. */
export function consentedStep(parts: Parts, body: Body): Body | null {
  if (body.shape.name !== "Accept" && body.shape.name !== "Retire") return null;
  const answers = body.link("answers");
  const boundary = answers === null ? null : parts.of("boundary").find(answers.entry);
  const named = boundary?.texts.get(answers?.entry ?? "") ?? null;
  if (named === null || (body.step === "retire" && named.step.step !== "retire")) return null;
  return named.step;
}

/** Checks that a reader is shown all of a body before they consent to it. Throws NotAllowed. */
export function requireWhole(consented: Body | null): void {
  if (consented === null) return;
  if (hasUnknownParts(consented.shape, consented.json)) throw new NotAllowed(UPDATE);
  if (hiddenCharacters(consented).length > 0) throw new NotAllowed(HIDDEN);
}

/** Checks that others will see all of a step that asks for consent. Throws NotAllowed. */
export function requireVisible(kind: string, body: Body): void {
  const hidden = kind === "boundary" && ASKING.includes(body.step) ? hiddenCharacters(body) : [];
  if (hidden.length === 0) return;
  const codes = hidden.map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  throw new NotAllowed(
    `Your text has characters that can't be shown, so nobody could agree to it: ${codes.slice(0, 5).join(", ")}` +
      `${codes.length > 5 ? " and others" : ""}. Remove them, or type that place anew.`,
  );
}

/** The characters in a body's texts that no reader sees, each once. */
export function hiddenCharacters(body: Body): readonly string[] {
  return [...new Set([...textsIn(body.shape, body.json)].flatMap(hiddenIn))];
}
