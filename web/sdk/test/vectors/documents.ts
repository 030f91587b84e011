/** The kinds of `documents.json`: what a journal's documents come to. */

import { type AppliedDocument, effective, effectiveTime, type Membership } from "../../src/documents/applied.ts";
import { stageOf } from "../../src/documents/boundaries.ts";
import { applyAll, type Placed } from "../../src/documents/journal.ts";
import { EMPTY, type JournalState } from "../../src/documents/journalState.ts";
import { KINDS } from "../../src/documents/kinds.ts";
import { readBody } from "../../src/documents/shapes.ts";
import { marksIn, type Thing } from "../../src/documents/things.ts";
import type { Inputs, Runner } from "./cases.ts";

/** A document of a case. */
export function appliedOf(item: Inputs, seq: number): AppliedDocument {
  return {
    entry: item.text("entry"),
    seq,
    author: item.text("author"),
    message: item.text("message"),
    document: { kind: item.text("kind"), v: item.number("v"), at: item.number("at"), body: item.object("body").value },
    received: item.number("received"),
    refused: item.has("refused") ? item.list("refused").map(Number) : [],
    generation: item.has("generation") ? item.number("generation") : 0,
    keySince: item.has("key_since") ? item.number("key_since") : 0,
  };
}

function stateOf(input: Inputs): JournalState {
  const journal = input.has("journal") ? input.text("journal") : "";
  const context: Membership = { partners: new Set(input.list("partners").map(String)), provisional: false, journal };
  return applyAll(
    EMPTY,
    input.objects("documents").map((item, place): Placed => [appliedOf(item, place + 1), context]),
  );
}

function effects(state: JournalState): object {
  const documents = state.timeline.items.map(({ applied, skipped }) => ({
    effective: effective(applied),
    without_effect: skipped,
  }));
  return { documents };
}

function thingsOf(state: JournalState, kind: string): readonly Thing[] {
  return [...state.parts.of(kind).values()];
}

function names(marks: ReadonlyMap<string, unknown>): readonly string[] {
  return [...marks.keys()].sort();
}

export const DOCUMENTS: Readonly<Record<string, Runner>> = {
  effective_time: (input) => effectiveTime(input.number("at"), input.number("received")),
  body: (input) => {
    const kind = KINDS.get(input.text("document"));
    if (kind === undefined) throw new TypeError("unknown kind");
    return readBody(kind.body, input.object("body").value).json;
  },
  documents: (input) => {
    const state = stateOf(input);
    return { ...effects(state), stages: thingsOf(state, "boundary").map(stageOf) };
  },
  disclosures: (input) => {
    const state = stateOf(input);
    const letters = thingsOf(state, "disclosure");
    return {
      ...effects(state),
      stages: letters.map((letter) => letter.standing),
      aside: letters.map((letter) => names(marksIn(letter, "aside"))),
      unheard: letters.map((letter) => (letter.counts.get("unheard") ?? 0) > 0),
    };
  },
  things: (input) => {
    const state = stateOf(input);
    const things = thingsOf(state, input.text("of"));
    return {
      ...effects(state),
      stages: things.map((thing) => thing.standing),
      times: things.map((thing) => thing.times),
      marks: things.map((thing) => new Map([...thing.marks].map(([name, marks]) => [name, names(marks)]))),
    };
  },
};
