/** A boundary, a letter and a check-in between the command and a browser: each word goes both ways, in a real browser at a real server. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { joined } from "../support/couple.ts";
import type { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  let sam: Person;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
    sam = await joined(town, browser, "ada");
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  const goes = async (place: string) => await sam.page.goto(`${town.origin}/app/#/${place}`);

  test("a boundary of Ada's is accepted in the browser, exactly as it was shown", async () => {
    await town.duolog("ada", ["boundary", "propose", "--yes"], "Topic: time\nBinds: both\n\nSundays are ours.");
    await goes("journal");
    await sam.sees("Ada proposes a text for a boundary.", 30_000);
    await sam.follow("Ada proposes a text for a boundary.");
    await sam.sees("Sundays are ours.");
    await sam.press("Accept exactly this");
    await sam.sees(/Sam accepted this text/);
    await town.eventually("ada", ["boundary", "list"], "in force");
  }, 90_000);

  test("a letter of Ada's stays closed until it is opened, is heard, and is answered", async () => {
    await town.duolog("ada", ["disclose", "--yes"], "About: Tuesday\n\nI replied twice and hid it.");
    await goes("journal");
    await sam.sees("Ada wrote a letter to you.", 30_000);
    expect(await sam.page.getByText("I replied twice").count()).toBe(0);
    await sam.follow("Ada wrote a letter to you.");
    await sam.press("Now");
    await sam.sees("I replied twice and hid it.");
    await sam.type("Say what I hear", "You were ashamed.");
    await sam.press("This is what I hear");
    await town.eventually("ada", ["letter", "show", "1"], "You were ashamed.");
    await town.duolog("ada", ["heard", "1", "--yes"]);
    await sam.sees("Says: heard", 30_000);
    await sam.type("Answer", "Thank you for telling me.");
    await sam.press("Answer");
    await town.eventually("ada", ["letter", "show", "1"], "Thank you for telling me.");
  }, 90_000);

  test("a check-in that the browser begins opens for both when Ada has answered", async () => {
    await goes("check-in");
    await sam.type("What I need", "An evening without phones.");
    await sam.press("Seal my answer");
    await sam.sees("Sealed. It opens when both have answered.");
    await town.eventually("ada", ["checkins", "list"], "It is open for answers until");
    await town.duolog("ada", ["checkin", "--yes"], "What I need\n\nSleep.");
    await sam.sees("Sleep.", 45_000);
    await town.eventually("ada", ["checkins", "show"], "An evening without phones.", 30_000);
    expect(sam.said).toEqual([]);
  }, 120_000);
});
