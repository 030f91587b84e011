/**
 * Before a document is written: whether it would count, and what its author may do now.
 *
 * The reducer runs, and its result is dropped. Consent is also refused where the body that it is about isn't shown whole
 * here. Spec: documents §1.5, §1.10
 */

import { NotAllowed } from "../errors.ts";
import { SIZES } from "../generated/constants.ts";
import type { JsonObject } from "../protocol/codec.ts";
import type { Document } from "../protocol/messages.ts";
import type { AppliedDocument, Id, Membership } from "./applied.ts";
import { consentedStep, requireVisible, requireWhole } from "./consent.ts";
import type { JournalState } from "./journalState.ts";
import { COMPARE_FIRST, reduce } from "./judging.ts";
import { KINDS, readDocument } from "./kinds.ts";
import type { Possible } from "./machine.ts";
import { oneLine } from "./safeText.ts";
import type { Thing } from "./things.ts";

/** A document of a known kind, ready for a message. `at`: the author's clock, Unix seconds. */
export function makeDocument(kind: string, body: JsonObject, at: number): Document {
  const known = KINDS.get(kind);
  if (known === undefined) throw new NotAllowed(cannotWrite(kind));
  return { kind, v: known.v, at, body };
}

/**
 * Checks that a document of `author` would count, before it is sent.
 *
 * `received`: the time that its receipt would have (`expectedReceipt`), Unix seconds. Throws NotAllowed where the rules
 * forbid it now, or where it consents to a body that isn't shown whole; MalformedData where its body isn't what its kind
 * says, or is longer than may be written.
 */
export function requireAllowed(
  state: JournalState,
  document: Document,
  author: Id,
  context: Membership,
  received = 0,
): void {
  const kind = KINDS.get(document.kind);
  if (kind === undefined) throw new NotAllowed(cannotWrite(document.kind));
  const body = readDocument(kind, document, true);
  kind.beforeWriting?.(body);
  requireVisible(kind.name, body);
  const applied: AppliedDocument = { ...UNWRITTEN, author, document, received };
  const find = (entry: Id) => state.timeline.find(entry)?.applied ?? null;
  reduce(state.parts, applied, context, find, { takenBack: false, writing: true });
  if (kind.name === "boundary") requireWhole(consentedStep(state.parts, body));
}

/**
 * Each step that `account` may take in a thing of a kind, or by which it makes one where `thing` is null; and why not.
 *
 * `now`: Unix seconds. Guards that ask for the content of the step are left out: it isn't written yet.
 */
export function possibleSteps(
  state: JournalState,
  kind: string,
  thing: Thing | null,
  account: Id,
  now: number,
  context: Membership,
): readonly Possible[] {
  const known = KINDS.get(kind);
  const machine = known?.machine ?? null;
  if (known === undefined || machine === null) return [];
  const steps = machine.steps(state.parts.things, thing, account, now, context);
  if (!context.provisional || known.whileProvisional) return steps;
  return steps.map((step) => (machine.ends(step.step) ? step : { ...step, whyNot: step.whyNot ?? COMPARE_FIRST }));
}

const UNWRITTEN = {
  entry: "A".repeat(22),
  seq: SIZES.MAX_INTEGER,
  message: "A".repeat(43),
  refused: [],
  generation: 0,
  keySince: 0,
};

function cannotWrite(kind: string): string {
  return `This version of Duolog can't write documents of the kind ${oneLine(kind)}. Update it.`;
}
