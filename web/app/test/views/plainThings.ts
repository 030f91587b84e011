/** Promises and breaches of a couple, for the tests with a real server. */
import { expect, test } from "vitest";
import type { Filled } from "../../src/rpc.ts";
import { type Evening, refusal, type Sam } from "./couple.ts";

const DAY = 86_400;

export function plainThings(theEvening: () => Evening, theSam: () => Sam): void {
  const ada = async (...call: readonly unknown[]) => {
    await theEvening().tell(`do ${JSON.stringify(call)}`);
    await theSam().sync();
  };
  const shownToAda = async (kind: string) => (await theEvening().tell(`things ${kind}`)).objects("things");
  const promises = () => theSam().calls.things("promise");
  const breaches = () => theSam().calls.things("breach");
  const take = async (id: string, step: Parameters<Sam["calls"]["take"]>[1], filled: Filled = {}) => {
    await theSam().calls.take(id, step, filled);
    await theSam().deliver(theEvening());
  };

  test("a promise is its owner's alone: no step for the other, and only the newest mark, for its owner", async () => {
    const sam = theSam();
    await sam.calls.make("habit", { text: " I call on Sundays. ", rhythm: "every Sunday", why: "" }, null);
    expect((await promises())[0]).toMatchObject({ form: "habit", waitsHere: true, may: [], isOver: false });
    await sam.deliver(theEvening());
    const [made] = await promises();
    expect(made).toMatchObject({ parts: [{ part: "rhythm", text: "every Sunday" }], may: ["mark", "end"] });
    expect(made?.said.map(({ text }) => text)).toEqual(["I call on Sundays."]);
    await take(made?.id ?? "", "mark", { words: "The first." });
    await take(made?.id ?? "", "mark", { words: "The second." });
    const marked = await promises();
    expect(marked[0]?.said.map(({ step, text }) => [step, text])).toEqual([
      ["make", "I call on Sundays."],
      ["mark", "The second."],
    ]);
    await ada("promises", "habit", "I write down what I spend.");
    const [hers] = await promises();
    expect([hers?.owner.mine, hers?.may]).toEqual([false, []]);
    await ada("promises", "mark", { b64: hers?.id }, "Done.");
    expect((await promises())[0]?.said.map(({ step }) => step)).toEqual(["make"]);
    expect(await refusal(theSam().calls.take(hers?.id ?? "", "end", {}))).toMatchObject({ code: "not_now" });
    await take(made?.id ?? "", "end");
    expect((await promises()).map(({ isOver }) => isOver)).toEqual([false, true]);
    expect((await promises())[1]?.may).toEqual([]);
  });

  test("an offer ends by itself, and its owner may renew it; a plan has its parts", async () => {
    const sam = theSam();
    const until = sam.client.home.clock.now() + DAY;
    await sam.calls.make("offer", { text: "You may look at my calendar.", until }, null);
    await sam.deliver(theEvening());
    const [offer] = await promises();
    expect(offer).toMatchObject({ form: "offer", until, ranOut: false });
    await take(offer?.id ?? "", "renew", { until: until + DAY });
    expect((await promises())[0]?.until).toBe(until + DAY);
    const far = sam.calls.make("offer", { text: "For years.", until: until + 400 * DAY }, null);
    expect(await refusal(far)).toMatchObject({ code: "not_now", reason: expect.stringContaining("90 days") });
    await sam.calls.make("plan", { text: "For trips.", triggers: "A hotel bar.", first_step: "I call you." }, null);
    expect((await promises())[0]?.parts).toEqual([
      { part: "triggers", text: "A hotel bar." },
      { part: "first_step", text: "I call you." },
    ]);
    await sam.deliver(theEvening());
  });

  test("of one event both accounts stand side by side, and each closes it for themselves", async () => {
    const sam = theSam();
    await sam.calls.make("own", { text: "I wrote to Robin again.", happened: "2026-11-17", look_again: "" }, null);
    await sam.deliver(theEvening());
    const [opened] = await breaches();
    const id = opened?.id ?? "";
    expect(opened).toMatchObject({ form: "own", happened: "2026-11-17", lookAgain: null, may: ["close"] });
    expect((await shownToAda("breach")).map((one) => one.text("thing"))).toEqual([id]);
    await ada("breaches", "account", { b64: id }, "I found out from a friend.");
    const both = (await breaches())[0];
    expect(both?.said.map(({ by, text }) => [by.mine, text])).toEqual([
      [true, "I wrote to Robin again."],
      [false, "I found out from a friend."],
    ]);
    await take(id, "close", { words: "I have said it all." });
    expect((await breaches())[0]).toMatchObject({ isOver: false, may: ["reopen"] });
    expect((await breaches())[0]?.closed.map(({ by, words }) => [by.mine, words])).toEqual([
      [true, "I have said it all."],
    ]);
    await ada("breaches", "close", { b64: id });
    expect((await breaches())[0]?.isOver).toBe(true);
    await take(id, "reopen");
    expect((await breaches())[0]).toMatchObject({ isOver: false, may: ["close"] });
  });

  test("how somebody saw a boundary crossed names the text that both agreed to, and no other boundary", async () => {
    const sam = theSam();
    const agreed = (await sam.calls.boundaries()).find(({ mayTell }) => mayTell !== null);
    const crossed = { boundary: agreed?.id ?? "", message: agreed?.mayTell?.message ?? "" };
    const other = { ...crossed, message: "A".repeat(43) };
    expect(await refusal(sam.calls.make("saw", { text: "You were out." }, other))).toMatchObject({ code: "not_now" });
    await sam.calls.make("saw", { text: "You were out on Sunday." }, crossed);
    await sam.deliver(theEvening());
    expect((await breaches())[0]).toMatchObject({ form: "saw", owner: { mine: true } });
    expect(await shownToAda("breach")).toHaveLength(2);
    expect(
      await refusal(sam.calls.make("saw", { text: "And this." }, { ...crossed, boundary: "nothing" })),
    ).toMatchObject({ code: "not_here" });
    expect(await refusal(sam.calls.make("own", { text: "  " }, null))).toMatchObject({ code: "not_written" });
  });
}
