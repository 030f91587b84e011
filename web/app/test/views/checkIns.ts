/** Check-ins of a couple, for the tests with a real server. */
import { goOnWithAnswers, journalState } from "@duolog/sdk/client";
import { expect, test } from "vitest";
import type { CheckInAnswer } from "../../src/rpc.ts";
import { type Evening, entriesOf, refusal, type Sam } from "./couple.ts";

const answered = (need: string): CheckInAnswer => ({ texts: { need }, numbers: { stress: 6 }, feelings: [] });

/** `isNow`: from then on Sam is another program, over the same store. */
export function checkIns(theEvening: () => Evening, theSam: () => Sam, isNow: (sam: Sam) => void): void {
  const now = async () => (await theSam().calls.checkIn()).now;
  const ada = async (method: string, ...given: readonly unknown[]) =>
    (await theEvening().tell(`do ${JSON.stringify(["check_ins", method, ...given])}`)).text("done");

  /** How many steps of a check-in count in the log. */
  async function stepsOf(step: string): Promise<number> {
    const state = await theSam().client.do((home) => journalState(home, theEvening().journal));
    return state.timeline.items.filter(
      ({ applied, skipped }) => skipped === null && applied.document.body.get("step") === step,
    ).length;
  }

  test("one that is begun here opens when Ada has answered, and she reads it too; whenever the device was cut off", async () => {
    let sam = theSam();
    expect((await sam.calls.checkIn()).mayBegin).toBe(true);
    await sam.calls.beginCheckIn(answered("An evening without phones."));
    expect([(await now())?.step, (await now())?.mine?.texts.need]).toEqual([
      "waits for the other",
      "An evening without phones.",
    ]);
    const id = (await now())?.id ?? "";
    await goOnInPieces();
    sam = theSam();
    expect(await stepsOf("commit")).toBe(1);
    expect(await refusal(sam.calls.answerCheckIn(id, answered("Again.")))).toMatchObject({ code: "not_now" });
    expect(await sam.calls.search("without phones")).toEqual([]);
    await ada("answer", { b64: id }, { need: "Sleep.", trust: 8 });
    await sam.sync();
    expect(await ada("answers", { b64: id })).toContain("An evening without phones."); // her `do` syncs first
    const both = await now();
    expect([both?.step, both?.theirs?.texts.need, both?.theirs?.numbers.trust]).toEqual(["open", "Sleep.", 8]);
    const listed = entriesOf(await sam.calls.journal(0)).filter(({ kind }) => kind === "check_in");
    expect(listed.map(({ step }) => step)).toEqual(["begin"]);
  });

  /** Stops after one effect more each time, and goes on from the store with another program. */
  async function goOnInPieces(): Promise<void> {
    for (let effects = 1; ; effects++) {
      isNow(await theSam().again(theEvening()));
      const step = () => theSam().client.doUpTo(effects, (home) => goOnWithAnswers(home, theEvening().journal));
      if ((await step()) && (await step())) break;
    }
    await theSam().sync();
  }

  test("where both begin at once, the answer goes into the one that counts", async () => {
    const sam = theSam();
    await sam.calls.beginCheckIn(answered("A walk."));
    const mine = (await now())?.id ?? "";
    await ada("begin", "week", { need: "Quiet." });
    await sam.sync();
    await sam.sync();
    const open = await now();
    expect(open?.id).not.toBe(mine);
    await ada("answers", { b64: open?.id ?? "" });
    await sam.sync();
    expect([(await now())?.step, (await now())?.mine?.texts.need, (await now())?.theirs?.texts.need]).toEqual([
      "open",
      "A walk.",
      "Quiet.",
    ]);
  });

  test("one that Ada begins waits here, and can be set aside until it opens", async () => {
    const sam = theSam();
    await ada("begin", "week", { issue: "Money." });
    await sam.sync();
    expect((await sam.calls.journal(0)).waiting.map(({ kind }) => kind)).toContain("check_in");
    expect([(await now())?.step, (await now())?.maySetAside, (await now())?.theirs]).toEqual(["to answer", true, null]);
    await sam.calls.setCheckInAside((await now())?.id ?? "");
    expect((await now())?.step).toBe("aside");
    await sam.sync();
    await sam.deliver(theEvening());
  });
}
