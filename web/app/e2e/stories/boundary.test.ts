/** Story 1 whole: a boundary by consent, with the command and the browser in both parts. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AGREED, CONTEST, FIRST, offerOtherWords, openBoundary, propose, quarantines } from "../support/boundaries.ts";
import { startBrowser } from "../support/browser.ts";
import { founded, joined } from "../support/couple.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const FORGED = "The entry does not fit the journal's key.";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  async function statusOf(who: string): Promise<unknown> {
    const { boundaries } = (await town.data(who, ["boundary", "list"])) as { boundaries: { status: string }[] };
    return boundaries.map(({ status }) => status);
  }

  async function eventually(who: string, status: string): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; ) if (String(await statusOf(who)) === status) return;
    expect(await statusOf(who)).toEqual([status]);
  }

  test("Ada, who founded, proposes with the command; Sam answers in the browser", async () => {
    const sam = await joined(town, browser, "ada");
    await town.duolog("ada", ["boundary", "propose"], `Topic: friendships\n\n${FIRST}`);
    await openBoundary(sam, "Proposed to me");
    await sam.sees(FIRST);
    await offerOtherWords(sam, AGREED);
    await sam.picture("boundary-waits");
    await town.eventually("ada", ["boundary", "show", "1"], "If it happens");
    expect(await statusOf("ada")).not.toEqual(["in_force"]); // one acceptance is not in force
    await town.duolog("ada", ["boundary", "accept", "1", "--text", "1", "--yes"], "", 1); // an older text is refused
    await town.server("forges"); // an acceptance of Ada's that she never gave
    await quarantines(sam, "entries.commitment");
    await town.eventually("ada", ["timeline"], FORGED);
    expect(await statusOf("ada")).toEqual(["proposed"]);
    await openBoundary(sam, "Mine that wait");
    await town.duolog("ada", ["boundary", "accept", "--yes"]);
    await openBoundary(sam, "In force");
    await sam.sees("accepted this text on");
    await sam.picture("boundary-in-force");
    await sam.press("Propose to end it"); // neither retires it alone
    await eventually("ada", "in_force");
    await town.duolog("ada", ["boundary", "decline", "--yes"]);
    await openBoundary(sam, "In force");
    await sam.press("Contest it");
    await sam.type("Why it no longer holds for you", CONTEST);
    await sam.press("Contest it");
    await eventually("ada", "contested");
    await openBoundary(sam, "Contested");
    await sam.sees(CONTEST);
    await sam.sees(AGREED);
    expect((await town.duolog("ada", ["boundary", "show", "1"])).said).toContain("If it happens");
    expect(sam.said).toEqual([]);
  }, 240_000);

  test("Ada, who founded, proposes in the browser; Sam answers with the command", async () => {
    const ada = await founded(town, browser, "sam");
    await propose(ada, FIRST);
    await town.eventually("sam", ["boundary", "show", "1"], FIRST.slice(0, 20));
    await town.duolog("sam", ["boundary", "counter"], `Topic: friendships\n\n${AGREED}`);
    await openBoundary(ada, "Proposed to me");
    await ada.sees("After 22:00");
    await town.server("forges");
    await quarantines(ada, "entries.commitment");
    await town.eventually("sam", ["timeline"], FORGED);
    expect(await statusOf("sam")).toEqual(["proposed"]);
    await openBoundary(ada, "Proposed to me");
    await ada.press("Accept exactly this");
    await eventually("sam", "in_force");
    await openBoundary(ada, "In force");
    await town.duolog("sam", ["boundary", "contest"], CONTEST);
    await openBoundary(ada, "Contested");
    await ada.sees(CONTEST);
    await ada.picture("boundary-contested");
    expect(ada.said).toEqual([]);
  }, 240_000);
});
