/** Two people pair across the two kinds of client, write, and read each other, in a real browser at a real server. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

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

  test("the command invites, the browser joins", async () => {
    await town.duolog("ada", ["register", "--server", town.origin, "--no-confirm"]);
    const link = String((await town.data("ada", ["invite"])).link);
    const sam = await Person.at(browser, "Sam", town.origin);
    await sam.visit(link);
    expect(sam.page.url()).toBe(`${town.origin}/app/#/join`);
    await sam.begin("passphrase", "");
    await sam.heading("Join").waitFor();
    await sam.picture("join");
    await sam.press("Join");
    await sam.sees("You have answered.");
    await town.duolog("ada", ["sync"]);
    const words = await sam.words();
    await sam.picture("compare");
    expect(words.split(" ").length).toBe(8);
    await town.duolog("ada", ["verify"], `${words}\n`);
    await sam.press("All eight are the same");
    await sam.heading("Recovery words").waitFor();
    await sam.picture("sheet");
    await town.duolog("ada", ["sync"]);
    await town.duolog("ada", ["profile"], "Ada\n");
    await town.duolog("ada", ["write"], "Thank you for calling.");
    await sam.follow("Later");
    await sam.sees("Thank you for calling.", 30_000);
    await sam.picture("journal");
    await sam.write("I was glad to.");
    await sam.sees("I was glad to.");
    await town.eventually("ada", ["timeline"], "I was glad to.");
    expect(sam.said).toEqual([]);
  }, 90_000);

  test("the browser invites, the command joins", async () => {
    const ada = await Person.at(browser, "Ada", town.origin);
    await ada.visit();
    await ada.begin();
    const link = await ada.invite();
    await ada.picture("invite");
    await town.duolog("ben", ["register", "--server", town.origin, "--no-confirm"]);
    await town.duolog("ben", ["join"], `${link}\n`);
    const words = await ada.words();
    const heard = String(((await town.data("ben", ["verify", "--show"])).words as string[]).join(" "));
    expect(heard).toBe(words);
    await ada.press("All eight are the same");
    await ada.heading("Recovery words").waitFor();
    await town.duolog("ben", ["verify"], `${words}\n`);
    await ada.write("The first page is ours.");
    await town.eventually("ben", ["timeline"], "The first page is ours.");
    expect(ada.said).toEqual([]);
  }, 90_000);

  test("two browsers", async () => {
    const ada = await Person.at(browser, "Ada", town.origin);
    const sam = await Person.at(browser, "Sam", town.origin);
    await ada.visit();
    await ada.begin("none");
    const link = await ada.invite();
    await sam.visit(link);
    await sam.begin("tab", "");
    await sam.press("Join");
    const words = await Promise.all([ada.words(), sam.words()]);
    expect(words[0]).toBe(words[1]);
    await ada.press("All eight are the same");
    await sam.press("All eight are the same");
    await ada.write("Hello from Ada.");
    await sam.follow("Later");
    await sam.sees("Hello from Ada.", 30_000);
    for (const one of [ada, sam]) {
      await one.page.goto(`${town.origin}/app/#/us`);
      for (const name of ["Ada", "Sam"]) await one.page.getByText(name, { exact: true }).waitFor();
    }
    expect([...ada.said, ...sam.said]).toEqual([]);
  }, 90_000);
});
