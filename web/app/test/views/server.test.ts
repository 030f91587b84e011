/** The journal's views over a real server, with Python's client as the partner. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAN_SERVE, Evening, entriesOf, refusal, Sam } from "./couple.ts";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment)", () => {
  let evening: Evening;
  let sam: Sam;

  beforeAll(async () => {
    evening = await Evening.begin();
    sam = await Sam.at(evening);
  }, 60_000);

  afterAll(() => evening?.end());

  test("the journal shows what both wrote, newest first, under the reader's days", async () => {
    const journal = await sam.calls.journal(0);
    expect(entriesOf(journal).map(({ text }) => text)).toEqual([...evening.texts].reverse());
    expect([journal.state, journal.partner?.mine, journal.partner?.role]).toEqual(["open", false, "partner"]);
    expect([journal.older, journal.newer, journal.undelivered]).toEqual([false, false, 0]);
    expect(journal.days.every(({ date }) => /^\d{4}-\d\d-\d\d$/.test(date))).toBe(true);
  });

  test("a draft outlives the program, sealed, until it is put into the journal", async () => {
    await sam.calls.keepDraft({ kind: "note", parts: ["I was glad you called."] });
    const again = await sam.again(evening);
    expect(await again.calls.draft()).toEqual({ kind: "note", parts: ["I was glad you called."] });
    const rows = [...(await sam.client.store.list(""))];
    expect(rows.map(([, row]) => Buffer.from(row).toString("latin1")).join()).not.toContain("glad you called");
    await sam.calls.put({ kind: "note", parts: ["I was glad you called."] });
    expect(await sam.calls.draft()).toBeNull();
    expect(sam.changes).toBe(1);
  });

  test("what was put is shown as kept here, then as delivered, and Ada reads it", async () => {
    const [kept] = entriesOf(await sam.calls.journal(0));
    expect([kept?.text, kept?.sending, kept?.author.mine]).toEqual(["I was glad you called.", "kept here", true]);
    expect((await sam.calls.journal(0)).undelivered).toBe(1);
    await sam.deliver(evening);
    const [sent] = entriesOf(await sam.calls.journal(0));
    expect([sent?.id, sent?.sending]).toEqual([kept?.id, "delivered"]);
    expect(await evening.adasTexts()).toContain("I was glad you called.");
  });

  test("an answer stands under what it answers, and once in the journal", async () => {
    const first = entriesOf(await sam.calls.journal(0)).find(({ text }) => text === evening.texts[0]);
    expect(first?.may).toContain("answer");
    await sam.calls.answer(first?.id ?? "", "I am here.");
    const whole = await sam.calls.entry(first?.id ?? "");
    expect(whole.answers.map(({ text }) => text)).toEqual(["I am here."]);
    const answers = entriesOf(await sam.calls.journal(0)).filter(({ kind }) => kind === "comment");
    expect(answers.map(({ text, about }) => [text, about])).toEqual([["I am here.", first?.id]]);
  });

  test("the search finds words without letter case, here alone", async () => {
    const found = await sam.calls.search(" STATION ");
    expect(found.map(({ text }) => text)).toEqual([evening.texts[0]]);
    expect(await sam.calls.search("nobody wrote this")).toEqual([]);
  });

  test("nothing is put without words, and what isn't here is refused", async () => {
    expect(await refusal(sam.calls.put({ kind: "note", parts: ["  "] }))).toMatchObject({ code: "not_now" });
    expect(await refusal(sam.calls.entry("nothing"))).toEqual({ code: "not_here", retry: false });
  });
});
