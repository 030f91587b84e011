/** Rules about several fields of one object, by the names of the objects' types. Spec: documents */

import type { Body } from "./shapes.ts";

type Rule = (body: Body) => string | null;

const PLAN = ["triggers", "early_signs", "first_step", "calls", "tell_when"] as const;

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Tell", (body) => together(body, body.text("form") === "supplement", SUPPLEMENT)],
  ["OpenBreach", (body) => together(body, body.text("as") === "saw", SAW)],
  [
    "MakePromise",
    (body) => ((body.text("form") === "plan") === PLAN.some((name) => body.value(name) !== null) ? null : A_PLAN),
  ],
  [
    "BeginCheckIn",
    (body) =>
      body.text("form") !== "review" && (body.value("period") !== null || body.value("chosen") !== null)
        ? "only a review looks at a period or at chosen documents"
        : null,
  ],
  ["Attached", (body) => (body.text("preview") === body.text("id") ? "an attachment is no preview of itself" : null)],
  ["WeekAnswer", saysSomething],
  ["ReviewAnswer", saysSomething],
]);

const SUPPLEMENT = "a supplement answers a disclosure, and nothing else does";
const SAW = "an account of what its author saw answers a boundary's text, and no other does";
const A_PLAN = "a plan says at least one of what leads there, how it is noticed, and what is done then";

/** What is wrong with the fields of an object together, or null. */
export function faultOf(body: Body): string | null {
  return RULES.get(body.shape.name)?.(body) ?? null;
}

/** A step answers a text exactly where it must. */
function together(body: Body, must: boolean, sentence: string): string | null {
  return must === (body.value("answers") !== null) ? null : sentence;
}

function saysSomething(body: Body): string | null {
  for (const [name, value] of body.json) {
    if (name !== "form" && value !== null) return null;
  }
  return "an answer says at least one thing";
}
