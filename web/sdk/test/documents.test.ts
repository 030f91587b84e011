/** The room of documents from an app's side: folding in parts, what is shown, what may be written, what never is. */

import { describe, expect, test } from "vitest";
import {
  type AppliedDocument,
  aboutOf,
  applyAccount,
  applyAll,
  copiedBody,
  copyBody,
  EMPTY,
  EMPTY_ACCOUNT,
  encodeAnswer,
  expectedReceipt,
  type Id,
  type ItemView,
  type JournalState,
  KINDS,
  type Membership,
  makeAccountDocument,
  makeDocument,
  membershipAt,
  NOT_DELIVERED,
  type Placed,
  parseAnswer,
  possibleSteps,
  readDocument,
  requireAllowed,
  requireAllowedAccount,
  requireNoConflict,
  requirePinned,
  textOfDocument,
  today,
  utcDay,
  viewBoundary,
  viewItem,
  without,
  wordsIn,
} from "../src/documents/index.ts";
import { MalformedData, NotAllowed, PinMismatch } from "../src/errors.ts";
import { utf8 } from "../src/protocol/bytes.ts";
import { encodeB64, type Json, type JsonObject, sha256 } from "../src/protocol/codec.ts";
import { parseJson } from "../src/protocol/json.ts";
import type { Document } from "../src/protocol/messages.ts";
import { vectorFiles } from "./vectors/cases.ts";
import { placedOf, plain } from "./vectors/states.ts";

const START = 1_790_000_000;
const [ADA, SAM, JOURNAL] = ["ada", "sam", "journal"].map((name) => encodeB64(sha256(utf8(name)))) as [Id, Id, Id];
const BOTH: Membership = { partners: new Set([ADA, SAM]), provisional: false, journal: JOURNAL };
const PROVISIONAL: Membership = { ...BOTH, provisional: true };

function json(value: unknown): JsonObject {
  return parseJson(utf8(JSON.stringify(value)), "A body", 64) as JsonObject;
}

function document(kind: string, body: unknown, at = START): Document {
  return { kind, v: 1, at, body: json(body) };
}

function applied(seq: number, author: Id, of: Document, more: Partial<AppliedDocument> = {}): AppliedDocument {
  const entry = encodeB64(sha256(utf8(`entry ${seq}`)).slice(0, 16));
  const message = encodeB64(sha256(utf8(`message ${seq}`)));
  const none = { received: of.at, refused: [], generation: 1, keySince: 0 };
  return { entry, seq, author, message, document: of, ...none, ...more };
}

function link({ entry, message }: AppliedDocument): { entry: Id; message: Id } {
  return { entry, message };
}

const WORDING = { topic: "time", text: "We eat at seven.", binds: "both" };
const propose = applied(1, ADA, document("boundary", { step: "propose", wording: WORDING }));
const accept = document("boundary", { step: "accept", answers: link(propose) }, START + 60);

function after(...documents: readonly AppliedDocument[]): JournalState {
  return applyAll(
    EMPTY,
    documents.map((one): Placed => [one, BOTH]),
  );
}

function viewAt(state: JournalState, place: number): ItemView {
  const item = state.timeline.items[place];
  if (item === undefined) throw new Error(`no document at ${place}`);
  return viewItem(state, item);
}

describe("a journal", () => {
  const logs = vectorFiles()
    .flatMap((file) => file.cases)
    .filter((input) => input.text("kind") === "journal_state")
    .map((input) => [input.text("name"), input] as const);

  test.each(logs)("in parts gives the state of the whole, and leaves earlier states as they are: %s", (_, input) => {
    const log = placedOf(input);
    const whole = plain(applyAll(EMPTY, log));
    let state = EMPTY;
    for (let at = 0; at < log.length; at += 7) {
      const before = plain(state);
      const next = applyAll(state, log.slice(at, at + 7));
      expect(plain(state)).toEqual(before);
      state = applyAll(next, log.slice(at, at + 7));
    }
    expect(plain(state)).toEqual(whole);
  });

  test.each(logs)("without a text is that of the rest of the log: %s", (_, input) => {
    const log = placedOf(input);
    const state = applyAll(EMPTY, log);
    for (const [one] of log) {
      const left = without(state, new Set([one.seq]));
      const rest = log.filter(([other]) => other.seq !== one.seq);
      if (left !== null) expect(plain(left)).toEqual(plain(applyAll(EMPTY, rest)));
    }
  });

  test("shows what a newer Duolog wrote, and loses nothing", () => {
    const ballad = applied(1, SAM, document("ballad", { verses: 3 }));
    const later = applied(2, SAM, { ...document("note", { text: "Rain." }), v: 2 });
    const broken = applied(3, SAM, document("note", {}));
    const state = after(ballad, later, broken);
    const views = state.timeline.items.map((item) => viewItem(state, item));
    expect(views.map(({ status }) => status)).toEqual(["newer", "newer", "unreadable"]);
    expect(views.map(({ why }) => why)).toEqual([
      null,
      "A newer version of Duolog wrote this; update to see what it does.",
      "The document can't be read: text: it is needed, and isn't there.",
    ]);
  });

  test("a log of ten thousand documents folds in a moment", () => {
    const documents = Array.from({ length: 10_000 }, (_, at) => {
      const body =
        at % 2 === 0 ? { text: `Rain ${at}.` } : { step: "propose", wording: { ...WORDING, text: `No. ${at}` } };
      return applied(at + 1, at % 3 === 0 ? ADA : SAM, document(at % 2 === 0 ? "note" : "boundary", body, START + at));
    });
    let state = EMPTY;
    for (let at = 0; at < documents.length; at += 100) {
      state = applyAll(
        state,
        documents.slice(at, at + 100).map((one): Placed => [one, BOTH]),
      );
    }
    expect(state.timeline.length).toBe(10_000);
    expect(state.parts.of("boundary").size).toBe(5_000);
  }, 20_000);
});

describe("what a reader is shown", () => {
  test("a boundary that waits, is agreed, and was not delivered", () => {
    const proposed = after(propose);
    const boundary = proposed.parts.of("boundary").get(propose.entry);
    if (boundary === null) throw new Error("no boundary");
    expect(viewBoundary(boundary, START)).toMatchObject({ status: "proposed", reviewDue: false });
    expect(viewBoundary(boundary, START + 14 * 86_400 + 1)).toMatchObject({ status: "lapsed", waiting: null });
    const look = { me: SAM, now: START, day: utcDay };
    expect(today(proposed, look).map(({ open }) => open)).toEqual(["boundary_text"]);
    expect(today(proposed, { ...look, me: ADA })).toEqual([]);
    const may = possibleSteps(proposed, "boundary", boundary, SAM, START, BOTH);
    expect(may.filter(({ whyNot }) => whyNot === null).map(({ step }) => step)).toEqual([
      "counter",
      "accept",
      "decline",
    ]);
    const refusing = applied(2, SAM, document("note", { text: "I could not open it." }), { refused: [1] });
    const undelivered = after(propose, refusing);
    expect(viewAt(undelivered, 0)).toMatchObject({
      status: "without_effect",
      why: NOT_DELIVERED,
      notDeliveredTo: [SAM],
    });
    expect(undelivered.parts.of("boundary").size).toBe(0);
  });

  test("while a partner is provisional, only exits are possible in a kind that waits", () => {
    const made = applied(1, ADA, document("promise", { step: "make", form: "habit", text: "I call." }));
    const state = applyAll(after(made), [[applied(2, ADA, document("note", { text: "Rain." })), PROVISIONAL]]);
    const thing = state.parts.of("promise").get(made.entry);
    const may = possibleSteps(state, "promise", thing, ADA, START, PROVISIONAL);
    expect(may.filter(({ whyNot }) => whyNot === null).map(({ step }) => step)).toEqual(["end"]);
    expect(membershipAt(state, 1)?.provisional).toBe(false);
    expect(viewAt(state, 1).provisional).toBe(true);
  });

  test("a comment is about what it names, or about something that is not here", () => {
    const note = applied(1, ADA, document("note", { text: "Rain." }));
    const comment = applied(2, SAM, document("comment", { answers: link(note), text: "Yes." }));
    const gone = applied(3, SAM, document("comment", { answers: link(propose), text: "Yes." }));
    const state = after(note, comment, {
      ...gone,
      document: document("comment", { answers: { ...link(propose), entry: "A".repeat(22) }, text: "Yes." }),
    });
    const [, one, other] = state.timeline.items.map((item) => viewItem(state, item).about);
    expect(one).toMatchObject({ item: { applied: note } });
    expect(other).toBe("not here");
    expect(aboutOf(state, link(note))?.thing).toBeNull();
  });

  test("a note is the words of a step of its own author alone", () => {
    const note = applied(1, ADA, document("note", { text: "It was so." }));
    const tell = { step: "tell", form: "disclosure", text: link(note), about: "That evening" };
    expect([...wordsIn(after(note, applied(2, ADA, document("disclosure", tell))).timeline).keys()]).toEqual([
      note.entry,
    ]);
    expect(wordsIn(after(note, applied(2, SAM, document("disclosure", tell))).timeline).size).toBe(0);
    expect(textOfDocument(note)).toBe("It was so.");
  });

  test("a copy has its origin, and its kind reads it", () => {
    const attachments = [{ id: "A".repeat(22), name: "a.jpg" }];
    const note = applied(1, ADA, document("note", { text: "Rain.", attachments, imported: { app: "x", id: "1" } }));
    const body = copyBody(JOURNAL, note);
    const kind = KINDS.get("copy");
    if (kind === undefined) throw new Error("no copy");
    const copy = readDocument(kind, makeDocument("copy", body, START), true);
    expect(copy.number("attachments_left_out")).toBe(1);
    expect(copiedBody(copy)?.fields()).toEqual({ text: "Rain." });
    const shorter = readDocument(kind, makeDocument("copy", copyBody(JOURNAL, propose, "At seven."), START));
    expect(copiedBody(shorter)?.text("wording.text")).toBe("At seven.");
    expect(() => copyBody(JOURNAL, applied(2, ADA, document("withdrawn", { answers: link(note) })))).toThrow(
      NotAllowed,
    );
  });
});

describe("before it is written", () => {
  test("a step is asked of the rules, and changes nothing", () => {
    const state = after(propose);
    const before = plain(state);
    requireAllowed(state, accept, SAM, BOTH, START + 60);
    expect(() => requireAllowed(state, accept, ADA, BOTH)).toThrow("nobody answers their own words");
    expect(() => requireAllowed(state, document("ballad", {}), ADA, BOTH)).toThrow("Update it.");
    expect(plain(state)).toEqual(before);
  });

  test("nobody agrees to a text that isn't shown whole, nor asks for consent with one", () => {
    const unknown = {
      ...propose,
      document: document("boundary", { step: "propose", wording: { ...WORDING, also: "I decide." } }),
    };
    expect(() => requireAllowed(after(unknown), accept, SAM, BOTH)).toThrow("can't show");
    const hidden = {
      ...propose,
      document: document("boundary", { step: "propose", wording: { ...WORDING, text: "No\u202e." } }),
    };
    expect(() => requireAllowed(after(hidden), accept, SAM, BOTH)).toThrow("can't be shown");
    expect(() => requireAllowed(EMPTY, hidden.document, ADA, BOTH)).toThrow("U+202E");
    expect(after(unknown, applied(2, SAM, accept)).timeline.items[1]?.skipped).toBeNull();
  });

  test("limits of length hold for writing alone, and count characters", () => {
    const words = (size: number) => document("comment", { answers: link(propose), text: "\u{1f600}".repeat(size) });
    requireAllowed(after(propose), words(2000), SAM, BOTH);
    expect(() => requireAllowed(after(propose), words(2001), SAM, BOTH)).toThrow(MalformedData);
    expect(after(propose, applied(2, SAM, words(2001))).timeline.items[1]?.skipped).toBeNull();
  });

  test("a clock that was ahead counts as being ahead by as much", () => {
    const last = applied(1, ADA, document("note", { text: "Rain." }), { received: START - 100 });
    expect(expectedReceipt(START + 50, START - 100, last)).toBe(START - 50);
    expect(expectedReceipt(START + 50, START + 10, null)).toBe(START + 50);
  });

  test("an answer of a check-in has its form and its size", () => {
    const data = encodeAnswer(json({ form: "week", trust: 7 }));
    expect(parseAnswer(data, "week").number("trust")).toBe(7);
    expect(() => parseAnswer(data, "review")).toThrow("other questions");
    expect(() => encodeAnswer(json({ form: "week" }))).toThrow("at least one thing");
    expect(() => encodeAnswer(json({ form: "week", need: "\u{1f600}".repeat(1100) }))).toThrow("4092 fit");
  });

  test("a pin that contradicts another is refused, and found as a conflict where it was written", () => {
    const head = (one: string) => encodeB64(sha256(utf8(one)));
    const pin = (one: string) =>
      makeAccountDocument("pin", json({ account: SAM, generation: 1, chain_head: head(one) }), START);
    const state = applyAccount(EMPTY_ACCOUNT, [applied(1, ADA, pin("a"))]);
    requirePinned(state, SAM, 1, head("a"));
    expect(() => requirePinned(state, SAM, 1, head("b"))).toThrow(PinMismatch);
    expect(() => requireAllowedAccount(state, pin("b"))).toThrow(PinMismatch);
    expect(() => requireNoConflict(applyAccount(state, [applied(2, ADA, pin("b"))]), SAM)).toThrow(PinMismatch);
    expect(() => makeAccountDocument("note", new Map<string, Json>(), START)).toThrow(NotAllowed);
  });
});
