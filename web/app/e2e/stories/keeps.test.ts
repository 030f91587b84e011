/** What was put into the journal stays: without a network, when the page is killed, when there is no room; and sealed. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { joined } from "../support/couple.ts";
import { PASSPHRASE, Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";
import { traces } from "../support/traces.ts";

const NAME = "Samuel Canary";
const NOTE = "canary: the lantern on the bridge was lit";

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  let sam: Person;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
    sam = await joined(town, browser, "ada", NAME);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  test("what is put while the server is away is kept, also over a start, and arrives once it is back", async () => {
    await sam.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await town.server("stop");
    await sam.write("Written on the train.");
    await sam.sees("Written on the train.");
    await sam.sees("You are offline.", 30_000);
    await sam.sees("One entry is on this device alone");
    await sam.page.reload();
    await sam.unlock();
    await sam.sees("Written on the train.");
    await sam.picture("offline");
    await town.server("start");
    await sam.page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await town.eventually("ada", ["timeline"], "Written on the train.", 60_000);
  }, 150_000);

  test("a page that is killed as soon as it says that a text is saved loses nothing, and doubles nothing", async () => {
    await sam.write("The last word before the battery died.");
    await sam.page.close();
    sam.page = await sam.newPage();
    await sam.visit();
    await sam.unlock();
    await sam.sees("The last word before the battery died.");
    await town.eventually("ada", ["timeline"], "The last word before the battery died.", 30_000);
    const { said } = await town.duolog("ada", ["timeline"]);
    expect(said.split("The last word before the battery died.").length - 1).toBe(1);
  }, 90_000);

  test("where there is no room, the page says so, and no account is made that this browser couldn't keep", async () => {
    const eve = await Person.at(browser, "Eve", town.origin);
    await eve.visit();
    const cdp = await eve.context.newCDPSession(eve.page);
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: town.origin, quotaSize: 1 });
    await eve.begin();
    await eve.sees("This device has no room left.");
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: town.origin });
    await eve.press("Begin");
    await eve.heading("Invite your partner").waitFor();
    expect(eve.said).toEqual([]);
  });

  test("nothing of it lies open in the browser, and after Hide nothing on the page", async () => {
    await sam.write(NOTE);
    await sam.page.goto(`${town.origin}/app/#/sheet`);
    await sam.press("Show the words");
    const list = sam.page.getByRole("list", { name: "The 24 recovery words" }).locator("li");
    await list.first().waitFor();
    const words = (await list.allTextContents()).map((one) => one.replace(/[\d.\s]/g, ""));
    expect(words.length).toBe(24);
    await sam.press("I have written them");
    await sam.page.goto(`${town.origin}/app/#/journal`);
    await sam.sees(NOTE);
    await town.eventually("ada", ["timeline"], NOTE, 30_000);
    await sam.press("Hide");
    const { rows, caches, storage, address, page } = await traces(sam.page);
    for (const secret of [NOTE, NAME, PASSPHRASE, words.join(" "), "Written on the train"]) {
      for (const place of [rows, storage, address, page, sam.said.join("\n")]) expect(place).not.toContain(secret);
      expect(caches).not.toContain(secret);
      expect(await town.sees(secret)).toBe(false);
    }
    expect(rows).toContain("app/lock");
    expect(caches).toContain("/app/index.html");
    expect(sam.said.filter((one) => !one.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  }, 90_000);
});
