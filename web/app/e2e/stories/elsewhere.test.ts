/** The app from another place than the journal's server, and an account that comes back from its words. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { founded } from "../support/couple.ts";
import { PASSPHRASE, Person } from "../support/person.ts";
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

  test("the app of `duolog app` keeps its journal at the server that it names", async () => {
    const ada = await Person.at(browser, "Ada", town.app);
    await ada.visit();
    await ada.press("Begin");
    await ada.press("Mine"); // no sentence about a server that sent the page: none did
    await ada.press("With a passphrase");
    await ada.type("Passphrase", PASSPHRASE);
    await ada.type("The same again", PASSPHRASE);
    await ada.press("Go on");
    await ada.type("What your partner calls you", "Ada");
    await ada.press("Begin");
    expect(await ada.invite()).toContain(`${town.origin}/join#`);
    await ada.write("From a page that no server sent.");
    await ada.sees("From a page that no server sent.");
    await ada.page.goto(`${town.app}/app/#/page`);
    await ada.sees("This page came from a program on this machine");
    await ada.page.reload();
    await ada.unlock();
    await ada.page.goto(`${town.app}/app/#/journal`);
    await ada.sees("From a page that no server sent.");
    expect(ada.said).toEqual([]);
  }, 90_000);

  test("an account of the browser comes back from its words in another one, and at the command", async () => {
    const ada = await founded(town, browser, "sam");
    await ada.write("Before the phone fell into the lake.");
    await town.eventually("sam", ["timeline"], "Before the phone fell into the lake.");
    await ada.page.goto(`${ada.origin}/app/#/sheet`);
    await ada.press("Show the words");
    const list = ada.page.getByRole("list", { name: "The 24 recovery words" }).locator("li");
    await list.first().waitFor();
    const words = (await list.allTextContents()).map((one) => one.replace(/[\d.\s]/g, ""));
    await ada.press("I have written them");
    for (const field of await ada.page.getByLabel(/^Word \d+$/).all()) {
      const number = Number(
        (await field.evaluate((one) => (one as HTMLInputElement).labels?.[0]?.textContent))?.match(/\d+/)?.[0],
      );
      await field.fill(words[number - 1] ?? "");
    }
    await ada.press("Check");
    await ada.heading("Journal").waitFor();
    await ada.page.goto(`${ada.origin}/app/#/me`);
    await ada.sees("Your recovery words are on paper, and checked.");

    const again = await Person.at(browser, "Ada", town.origin);
    await again.visit();
    await again.press("I have been here before");
    await again.press("I understand");
    await again.press("Mine");
    await again.press("Without a lock");
    await again.press("With my recovery words");
    await again.type("The 24 words", words.map((word, at) => `${at + 1}. ${word}`).join("\n"));
    await again.press("Open my journal");
    await again.sees("Before the phone fell into the lake.", 30_000);
    await again.picture("restored");
    expect([...ada.said, ...again.said]).toEqual([]);
    await town.duolog("ada-at-the-command", ["restore", "--server", town.origin], `${words.join(" ")}\n`);
    await town.eventually("ada-at-the-command", ["timeline"], "Before the phone fell into the lake.");
  }, 150_000);
});
