/** The kinds of `reducers.json`: states of journals in plain JSON, as Python's `vectors/plain.py` writes them. */

import { applyAccount } from "../../src/documents/account.ts";
import { EMPTY_ACCOUNT } from "../../src/documents/accountState.ts";
import { type AppliedDocument, effective, type Membership } from "../../src/documents/applied.ts";
import { stageOf } from "../../src/documents/boundaries.ts";
import { utcDay } from "../../src/documents/days.ts";
import { applyAll, type Placed } from "../../src/documents/journal.ts";
import { EMPTY, isWithdrawn, type JournalState } from "../../src/documents/journalState.ts";
import { KINDS } from "../../src/documents/kinds.ts";
import { takesComments } from "../../src/documents/lookBack.ts";
import { nameFault, shownNames } from "../../src/documents/names.ts";
import { clean, cleanLine, hiddenIn } from "../../src/documents/safeText.ts";
import { Body, readBody } from "../../src/documents/shapes.ts";
import { Things } from "../../src/documents/things.ts";
import { Texts } from "../../src/documents/thingTexts.ts";
import type { Item } from "../../src/documents/timeline.ts";
import { openIn } from "../../src/documents/today.ts";
import { wordsOfStep } from "../../src/documents/words.ts";
import { MalformedData } from "../../src/errors.ts";
import { ACCOUNT_BODIES, BODIES, CHECK_IN_ANSWER } from "../../src/generated/kinds.ts";
import type { JsonObject } from "../../src/protocol/codec.ts";
import type { Inputs, Runner } from "./cases.ts";
import { appliedOf } from "./documents.ts";

export const STATES: Readonly<Record<string, Runner>> = {
  journal_state: (input) => {
    const journal = input.text("journal");
    const state = applyAll(EMPTY, placedOf(input));
    const context = { partners: new Set(input.list("partners").map(String)), provisional: false, journal };
    const steps = input.objects("asks").map((ask) => stepsOf(state, ask, context));
    const open = input.object("gives").has("open")
      ? { open: input.objects("asks").map((ask) => openOf(state, ask)) }
      : {};
    return { ...journalOf(state), steps, ...open };
  },
  account_state: (input) => {
    const documents = input.objects("documents").map((item) => accountDocument(item));
    const state = applyAccount(EMPTY_ACCOUNT, documents);
    return plain({ ...state, unknown: state.unknown.map(({ entry }) => entry) });
  },
  shown_texts: shownTexts,
  bodies: (input) =>
    input.objects("bodies").map((one) => {
      const body = one.object("body").value;
      return { read: saidOf(one.text("of"), body, false), write: saidOf(one.text("of"), body, true) };
    }),
};

/** The documents of a log, each with the roster at its place. */
export function placedOf(input: Inputs): readonly Placed[] {
  return input.objects("documents").map((item) => {
    const partners = new Set((item.has("partners") ? item : input).list("partners").map(String));
    const context = { partners, provisional: item.flag("provisional"), journal: input.text("journal") };
    return [appliedOf(item, item.number("seq")), context];
  });
}

/** Why a body of a kind is refused, or null. A kind of the account journal stands behind `account/`. */
function saidOf(of: string, body: JsonObject, writing: boolean): string | null {
  const shape = of === "check_in_answer" ? CHECK_IN_ANSWER : (BODIES.get(of) ?? ACCOUNT_BODIES.get(of.slice(8)))?.body;
  if (shape === undefined) throw new TypeError(`unknown: ${of}`);
  try {
    readBody(shape, body, writing);
    return null;
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error;
    return error.message;
  }
}

function accountDocument(item: Inputs): AppliedDocument {
  const document = {
    kind: item.text("kind"),
    v: item.number("v"),
    at: item.number("at"),
    body: item.object("body").value,
  };
  const none = { author: "", message: "", received: 0, refused: [], keySince: 0 };
  return {
    entry: item.text("entry"),
    seq: item.number("seq"),
    document,
    generation: item.number("generation"),
    ...none,
  };
}

/** What a journal's documents come to: each with its effect, and what every kind keeps. */
function journalOf(state: JournalState): object {
  const { things, profiles, moves, withdrawals, differing, goneOn } = state.parts;
  const others = { profile: profiles, moved: moves, withdrawn: withdrawals, words_differ: differing, went_on: goneOn };
  const plainThings = plain(things) as Record<string, Record<string, object>>;
  for (const boundary of state.parts.of("boundary").values()) {
    Object.assign(plainThings.boundary?.[boundary.entry] ?? {}, { stage: stageOf(boundary) });
  }
  return {
    documents: state.timeline.items.map((item) => itemOf(state, item)),
    ...plainThings,
    ...(plain(others) as object),
  };
}

function itemOf(state: JournalState, item: Item): unknown {
  const { applied, skipped } = item;
  return plain({
    effective: effective(applied),
    without_effect: skipped,
    refused_by: item.refusedBy,
    taken_back: item.takenBack,
    takes_comments: takesComments(state.parts, applied),
    withdrawn: isWithdrawn(state.parts, applied.entry, applied.author, applied.seq, applied.received),
    words: skipped === null ? wordsOfStep(applied, state.timeline)?.applied.entry : null,
  });
}

/** How many things are open for a reader in UTC, in the thing that is asked about. */
function openOf(state: JournalState, ask: Inputs): number {
  const thing = ask.value.get("thing") === null ? null : state.parts.of(ask.text("of")).get(ask.text("thing"));
  const look = { me: ask.text("account"), now: ask.number("now"), day: utcDay };
  return thing === null ? 0 : openIn(ask.text("of"), thing, look).length;
}

/** What is shown of each text, and the names of three people. */
function shownTexts(input: Inputs): object {
  const texts = input.list("texts").map(String);
  const names = [...input.object("names").value].map(([account, name]) => [account, String(name)] as const);
  return {
    texts: texts.map((one) => ({
      clean: clean(one),
      line: cleanLine(one),
      hidden: hiddenIn(one),
      fault: nameFault(one),
    })),
    names: shownNames(new Map(names)),
  };
}

function stepsOf(state: JournalState, ask: Inputs, context: Membership): unknown {
  const kind = ask.text("of");
  const thing =
    ask.has("thing") && ask.value.get("thing") !== null ? state.parts.of(kind).get(ask.text("thing")) : null;
  const machine = KINDS.get(kind)?.machine;
  const found = machine?.steps(state.parts.things, thing, ask.text("account"), ask.number("now"), context) ?? [];
  return Object.fromEntries(
    found.map(({ step, ...one }) => [step, plain({ names: one.names, class: one.class, why_not: one.whyNot })]),
  );
}

/** A value as plain JSON; what is empty, null or false is left out. Names of fields get underscores. */
export function plain(value: unknown): unknown {
  if (value instanceof Body) return value.step; // all else of it stands in the log
  if (value instanceof Texts) return filled([...value.values()].map((text) => [text.entry, text]));
  if (value instanceof Things) return filled([...value.values()].map((thing) => [thing.entry, thing]));
  if (value instanceof Map) return filled([...value].map(([key, item]) => [String(key), item]));
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return filled(
    Object.entries(value).map(([key, item]) => [key.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`), item]),
  );
}

function filled(fields: readonly (readonly [string, unknown])[]): unknown {
  const items = fields.map(([key, item]) => [key, plain(item)] as const);
  return Object.fromEntries(items.filter(([, item]) => !isEmpty(item)));
}

function isEmpty(item: unknown): boolean {
  if (item === null || item === undefined || item === "" || item === false) return true;
  return typeof item === "object" && Object.keys(item).length === 0;
}
