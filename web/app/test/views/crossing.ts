/** Sam accepts while he is offline, and Ada has found newer words: over a real server, with Python's client as the partner. */
import { expect, test } from "vitest";
import { type Evening, entriesOf, type Sam } from "./couple.ts";

export function crossing(evening: () => Evening, sam: () => Sam): void {
  const only = async () => {
    const [boundary] = await sam().calls.boundaries();
    if (boundary === undefined) throw new Error("There is no boundary.");
    return boundary;
  };
  const ada = (...call: unknown[]) => evening().tell(`do ${JSON.stringify(["boundaries", ...call])}`);

  test("an acceptance written offline names the text that was shown, and no newer one is accepted for either", async () => {
    await ada("propose", { topic: "time", text: "Dinner is at seven.", binds: "both" });
    await sam().sync();
    const first = await only();
    await sam().calls.decide(first.id, { act: "accept", message: first.text.message });
    await sam().deliver(evening());
    const [agreed, older, newer] = ["Dinner is at seven.", "Dinner is at eight.", "Dinner is at nine."];
    await ada("amend", { b64: first.id }, { topic: "time", text: older, binds: "both" });
    await sam().sync();
    const shown = await only();
    expect([shown.state, shown.before?.text, shown.text.text]).toEqual(["in force", agreed, older]);

    await sam().calls.decide(first.id, { act: "accept", message: shown.text.message }); // waits on his device
    await ada("amend", { b64: first.id }, { topic: "time", text: newer, binds: "both" });
    await sam().deliver(evening());
    const crossed = await only();
    expect(crossed).toMatchObject({
      state: "in force",
      before: { text: agreed },
      text: { text: newer, by: { mine: false } },
      late: { mine: true },
    });
    expect(crossed.may).toContain("accept");
    const [acceptance] = entriesOf(await sam().calls.journal(0));
    expect([acceptance?.step, acceptance?.author.mine, acceptance?.sending]).toEqual(["accept", true, "delivered"]);
    expect(acceptance?.without).toBe("This text has been replaced by a newer one. Read that one, and answer it.");
    const things = (await evening().tell("things boundary")).objects("things").map((one) => one.text("text"));
    const [seen = ""] = things.filter((text) => text.includes(`“${agreed}”: in force`)); // for Ada, too
    expect(seen.slice(seen.indexOf("Waiting for an answer"))).toContain(newer);

    const stale = { act: "accept", message: shown.text.message } as const;
    await expect(sam().calls.decide(first.id, stale)).rejects.toMatchObject({ code: "not_now" });
    await sam().calls.decide(first.id, { act: "accept", message: crossed.text.message });
    await sam().deliver(evening());
    expect(await only()).toMatchObject({ state: "in force", text: { text: newer }, before: null, late: null });
  });
}
