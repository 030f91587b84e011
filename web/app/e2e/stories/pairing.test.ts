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
    for (let tries = 0; tries < 10; tries++) {
      const { said } = await town.duolog("ada", ["timeline"]);
      if (said.includes("I was glad to.")) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect((await town.duolog("ada", ["timeline"])).said).toContain("I was glad to.");
    expect(sam.said).toEqual([]);
  }, 90_000);
});
