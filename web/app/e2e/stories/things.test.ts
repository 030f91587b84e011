/** A boundary, a letter, promises, accounts of an event and a check-in between the command and a browser: each word goes both ways, in a real browser at a real server. */
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

  test("a promise that is made in the browser is read by the command, and only its owner may mark or end it", async () => {
    await goes("us");
    await sam.follow("Promises");
    await sam.follow("Promise a small act that I repeat");
    await sam.type("What I do, small and often", "I call on Sundays.");
    await sam.type("How often", "every Sunday");
    await sam.press("Promise");
    await sam.sees("A habit");
    await town.eventually("ada", ["promise", "show", "1"], "every Sunday");
    await sam.follow(/^Look at it/);
    await sam.type("Some words, if I like", "The first.");
    await sam.press("Mark it");
    await sam.sees("Your newest mark");
    await town.duolog("ada", ["habit"], "I write down what I spend.");
    await goes("things/promise");
    await sam.sees("I write down what I spend.", 30_000);
    await sam.follow(/I write down what I spend/);
    await sam.reaches("A habit");
    expect(await sam.page.getByRole("button", { name: /Mark it|End it/ }).count()).toBe(0);
  }, 90_000);

  test("two accounts of one event stand side by side on both screens, and each closes it alone", async () => {
    await town.duolog("ada", ["breach", "own-up", "--yes"], "Happened: 2026-11-17\n\nI wrote to Robin again.");
    await goes("journal");
    await sam.sees("Ada wrote what happened. You can add your own account.", 30_000);
    await sam.follow("Ada wrote what happened. You can add your own account.");
    await sam.sees(/It happened on Tuesday,? 17 November 2026/);
    await sam.type("How it was for me", "I found out from a friend.");
    await sam.press("Put it beside the other");
    await town.eventually("ada", ["breach", "show", "1"], "I found out from a friend.");
    await sam.press("For me it is closed");
    await sam.sees(/Closed for Sam/);
    await town.duolog("ada", ["breach", "close", "1", "--yes"]);
    await sam.sees(/Closed for Ada/, 30_000);
    await goes("boundaries");
    await sam.follow(/Sundays are ours/);
    await sam.follow("Say how I saw it crossed");
    await sam.sees("Sundays are ours.");
    await sam.type("How I saw it, in my own words", "You were out on Sunday.");
    await sam.press("Put into the journal");
    await sam.sees("As it was seen");
    await town.eventually("ada", ["breach", "show", "2"], "You were out on Sunday.");
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
