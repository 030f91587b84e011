/** The journal's views over a real server, with Python's client as the partner. */
import { fromUtf8 } from "@duolog/sdk/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messagesIn } from "../../../sdk/src/client/log/messageRows.ts";
import type { Wording } from "../../src/rpc.ts";
import { checkIns } from "./checkIns.ts";
import { CAN_SERVE, Evening, entriesOf, refusal, Sam } from "./couple.ts";
import { crossing } from "./crossing.ts";
import { plainThings } from "./plainThings.ts";

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

  test("a text is withdrawn within its day, leaves this device, and is gone for Ada", async () => {
    await sam.calls.put({ kind: "note", parts: ["I should not have said this."] });
    await sam.deliver(evening);
    const [mine] = entriesOf(await sam.calls.journal(0));
    expect(mine?.may).toContain("withdraw");
    await sam.calls.withdraw(mine?.id ?? "");
    await sam.calls.withdraw(mine?.id ?? "");
    expect((await sam.calls.entry(mine?.id ?? "")).standing).toBe("withdrawn");
    expect((await sam.calls.journal(0)).undelivered).toBe(1);
    await sam.deliver(evening);
    await sam.sync();
    const [note, withdrawal] = [await sam.calls.entry(mine?.id ?? ""), entriesOf(await sam.calls.journal(0))[0]];
    expect([note.standing, note.text, withdrawal?.kind]).toEqual(["withdrawn", "", "withdrawn"]);
    expect(await evening.adasTexts()).not.toContain("I should not have said this.");
    const ours = await sam.again(evening);
    expect((await ours.calls.entry(mine?.id ?? "")).standing).toBe("withdrawn");
    const rows = await sam.client.store.list("messages/");
    const stored = [...messagesIn(sam.client.home.vault, rows)].map(({ message }) => fromUtf8(message)).join();
    expect(stored).toContain("I was glad you called.");
    expect(stored).not.toContain("I should not have said this.");
  });

  test("a text of Ada's that was kept stays when she withdraws it, and another one doesn't", async () => {
    for (const text of ["Keep this.", "Not this."]) await evening.tell(`write ${text}`);
    await sam.sync();
    const [second, first] = entriesOf(await sam.calls.journal(0));
    expect(first?.may).toContain("keep");
    await sam.calls.keep(first?.id ?? "");
    expect((await sam.calls.entry(first?.id ?? "")).may).not.toContain("keep");
    await sam.sync();
    expect((await sam.client.store.list("holding/")).size).toBe(0);
    for (const one of [first, second]) {
      await evening.tell(`do ${JSON.stringify(["leaving", "withdraw", { b64: one?.id }])}`);
    }
    await sam.sync();
    expect((await sam.calls.entry(first?.id ?? "")).text).toBe("Keep this.");
    expect((await sam.calls.entry(second?.id ?? "")).standing).toBe("withdrawn");
  });

  test("nothing is put without words, and what isn't here is refused", async () => {
    expect(await refusal(sam.calls.put({ kind: "note", parts: ["  "] }))).toMatchObject({ code: "not_now" });
    expect(await refusal(sam.calls.put({ kind: "note", parts: ["x".repeat(30_000)] }))).toMatchObject({
      code: "not_written",
    });
    expect(await refusal(sam.calls.entry("nothing"))).toEqual({ code: "not_here", retry: false });
  });

  describe("boundaries", () => {
    const WORDING: Wording = {
      topic: "time",
      text: "",
      binds: "both",
      why: "",
      fine: "",
      notFine: "",
      ifCompromised: "",
      review: null,
    };
    const only = async () => (await sam.calls.boundaries())[0];

    test("one that Ada proposes is accepted here as it was shown, and is in force for her", async () => {
      const terms = { topic: "time", text: "Sundays are ours.", binds: "both", why: "We rest." };
      await evening.tell(`do ${JSON.stringify(["boundaries", "propose", terms])}`);
      await sam.sync();
      const before = await only();
      expect([before?.state, before?.text.text, before?.text.why]).toEqual([
        "proposed to me",
        "Sundays are ours.",
        "We rest.",
      ]);
      expect(before?.may).toEqual(expect.arrayContaining(["accept", "other words", "decline"]));
      const other = { act: "accept", message: "A".repeat(43) } as const;
      expect(await refusal(sam.calls.decide(before?.id ?? "", other))).toMatchObject({ code: "not_now" });
      await sam.calls.decide(before?.id ?? "", { act: "accept", message: before?.text.message ?? "" });
      expect([(await only())?.state, (await only())?.may]).toEqual(["in force", []]);
      const again = sam.calls.decide(before?.id ?? "", { act: "accept", message: before?.text.message ?? "" });
      expect(await refusal(again), "a second press writes no second acceptance").toMatchObject({ code: "not_now" });
      await sam.deliver(evening);
      const [shown] = (await evening.tell("things boundary")).objects("things");
      expect(shown?.text("stage")).toBe("live");
      expect(shown?.text("text")).toContain("in force");
      expect((await only())?.consents.map(({ by }) => by.mine)).toEqual([false, true]);
    });

    test("one in force can be contested alone, and other words keep all fields", async () => {
      const agreed = await only();
      const message = agreed?.text.message ?? "";
      await sam.calls.decide(agreed?.id ?? "", { act: "contest", message, words: "Not any more." });
      expect((await only())?.contests.map(({ words }) => words)).toEqual(["Not any more."]);
      const wording = { ...WORDING, text: "Sunday mornings are ours.", why: "We rest." };
      await sam.deliver(evening);
      await sam.calls.decide(agreed?.id ?? "", { act: "other words", message, wording });
      await sam.deliver(evening);
      const [shown] = (await evening.tell("things boundary")).objects("things");
      expect(shown?.text("text")).toContain("Sunday mornings");
      expect((await only())?.before?.text).toBe("Sundays are ours.");
    });

    test("an end is agreed by both, as a text is", async () => {
      const id = (await only())?.id ?? "";
      await evening.tell(`do ${JSON.stringify(["boundaries", "accept", { b64: id }])}`);
      await evening.tell(`do ${JSON.stringify(["boundaries", "retire", { b64: id }, "We don't need it."])}`);
      await sam.sync();
      const asked = await only();
      expect([asked?.state, asked?.text.asksToEnd, asked?.text.text]).toEqual(["in force", true, "We don't need it."]);
      expect([asked?.before?.text, asked?.may.includes("accept")]).toEqual(["Sunday mornings are ours.", true]);
      await sam.calls.decide(id, { act: "accept", message: asked?.text.message ?? "" });
      await sam.deliver(evening);
      expect((await only())?.state).toBe("over");
    });

    test("mine waits, and is taken back", async () => {
      await sam.calls.propose({ ...WORDING, binds: "me", text: "I call when I am late." });
      await sam.deliver(evening);
      const mine = await only();
      expect([mine?.state, mine?.binds.map((one) => one.mine), mine?.may]).toEqual([
        "mine that waits",
        [true],
        ["take back"],
      ]);
      await sam.calls.decide(mine?.id ?? "", { act: "take back", message: mine?.text.message ?? "" });
      expect((await only())?.state).toBe("over");
      await sam.deliver(evening);
    });
  });

  describe("words that cross", () =>
    crossing(
      () => evening,
      () => sam,
    ));

  describe("letters", () => {
    test("what Ada tells stays closed until it is opened here, is heard before it is answered, and she reads the answer", async () => {
      await evening.tell(
        `do ${JSON.stringify(["disclosures", "tell", "I replied twice and hid it.", "About Tuesday"])}`,
      );
      await sam.sync();
      const [told] = entriesOf(await sam.calls.journal(0));
      expect([told?.kind, told?.text, told?.folded]).toEqual(["disclosure", "About Tuesday", true]);
      expect(await sam.calls.search("replied twice")).toEqual([]);
      const id = told?.thing?.id ?? "";
      expect(await sam.calls.disclosure(id)).toMatchObject({ opened: false, said: [], about: "About Tuesday" });
      await sam.calls.read(id);
      const before = await sam.client.store.list("out/");
      const open = await sam.calls.disclosure(id);
      expect(before.size).toBe((await sam.client.store.list("out/")).size);
      expect(open.said.map(({ text }) => text)).toEqual(["I replied twice and hid it."]);
      expect(open.may).not.toContain("respond");
      expect(await refusal(sam.calls.hear(id, { act: "respond", text: "Why?" }))).toMatchObject({ code: "not_now" });

      await sam.calls.hear(id, { act: "acknowledge" });
      await sam.calls.hear(id, { act: "reflect", text: "You were ashamed." });
      await sam.deliver(evening);
      expect((await sam.calls.disclosure(id)).stage).toBe("reflected");
      await evening.tell(`do ${JSON.stringify(["disclosures", "heard", { b64: id }])}`);
      await sam.sync();
      expect((await sam.calls.disclosure(id)).may).toContain("respond");
      await sam.calls.hear(id, { act: "respond", text: "Thank you for telling me." });
      await sam.deliver(evening);
      const [shown] = (await evening.tell("things disclosure")).objects("things");
      expect(shown?.text("stage")).toBe("answered");
      expect((await sam.calls.disclosure(id)).said.map(({ step, text }) => [step, text])).toEqual([
        ["tell", "I replied twice and hid it."],
        ["acknowledge", ""],
        ["reflect", "You were ashamed."],
        ["heard", ""],
        ["respond", "Thank you for telling me."],
      ]);
    });

    test("one that is written here is reflected by Ada, and the writer says that it isn't quite that", async () => {
      await sam.calls.put({ kind: "repair", parts: ["What I do now", "I told Robin that I won't reply.", ""] });
      const [mine] = entriesOf(await sam.calls.journal(0));
      const id = mine?.thing?.id ?? "";
      expect(await sam.calls.disclosure(id)).toMatchObject({ opened: true, form: "repair", may: [] });
      await sam.deliver(evening);
      await evening.tell(`do ${JSON.stringify(["disclosures", "reflect", { b64: id }, "You ended it."])}`);
      await sam.sync();
      const reflected = await sam.calls.disclosure(id);
      expect(reflected.may).toEqual(expect.arrayContaining(["heard", "not_quite", "set_aside"]));
      await sam.calls.hear(id, { act: "not_quite", text: "I also want to show you." });
      await sam.deliver(evening);
      const letters = (await evening.tell("things disclosure")).objects("things");
      expect(letters.find((one) => one.text("thing") === id)?.text("stage")).toBe("again");
    });
  });

  describe("check-ins", () =>
    checkIns(
      () => evening,
      () => sam,
      (again) => {
        sam = again;
      },
    ));

  describe("promises and breaches", () =>
    plainThings(
      () => evening,
      () => sam,
    ));

  describe("the two of us", () => {
    test("a pause is told only where its owner wants it, and ends when they are back", async () => {
      const until = sam.client.home.clock.now() + 7200;
      await sam.calls.pause(until, false);
      expect(await sam.calls.us()).toMatchObject({ compared: true, pause: { until, told: false, by: { mine: true } } });
      expect((await sam.client.store.list("out/")).size).toBe(0);
      await sam.calls.pause(null, false);
      expect((await sam.calls.us()).pause).toBeNull();
      await sam.calls.pause(until, true);
      await sam.deliver(evening);
      const [shown] = (await evening.tell("things pause")).objects("things");
      expect(shown?.text("stage")).toBe("called");
      await sam.calls.pause(null, false);
      await sam.deliver(evening);
      const [over] = (await evening.tell("things pause")).objects("things");
      expect([over?.text("stage"), (await sam.calls.us()).pause]).toEqual(["returned", null]);
    });
  });

  test("leaving closes the journal for both at once, and what is here stays readable", async () => {
    await sam.calls.leave();
    const journal = await sam.calls.journal(0);
    expect([journal.state, entriesOf(journal).length > 10]).toEqual(["closed", true]);
    expect(await refusal(sam.calls.put({ kind: "note", parts: ["Too late."] }))).toEqual({
      code: "journal_closed",
      retry: false,
    });
    expect((await sam.calls.boundaries()).flatMap(({ may }) => may)).toEqual([]);
  });
});
