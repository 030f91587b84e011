/** One of two takes out a device while the other is offline, with a text that is sealed and not sent: nobody loses a word. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { bothInBrowsers, founded, joined } from "../support/couple.ts";
import { letInByBrowser, letInByCommand, takeOutByBrowser, takeOutByCommand } from "../support/devices.ts";
import { PASSPHRASE, type Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const [BEFORE, UNSENT, LOST, AFTER] = [
  "Before the rotation.",
  "From the train.",
  "The tablet is lost.",
  "With new keys.",
];
const ALL = [BEFORE, UNSENT, LOST, AFTER];
const SLOW = 30_000; // milliseconds

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

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  /** Puts a text into the journal without a server, and closes the page. */
  async function leavesUnsent(person: Person, text: string): Promise<void> {
    await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await town.server("stop");
    await person.write(text);
    await person.sees("One entry is on this device alone", SLOW);
    await person.page.close();
    await town.server("start");
  }

  async function comesBack(person: Person, lock: "passphrase" | "none"): Promise<void> {
    person.page = await person.newPage();
    await person.visit();
    if (lock === "passphrase") await person.unlock(PASSPHRASE);
  }

  /** Reads each text once. */
  async function readsInBrowser(person: Person, texts: readonly string[]): Promise<void> {
    await person.page.goto(`${person.origin}/app/#/journal`);
    for (const text of texts) {
      await person.sees(text, SLOW);
      expect(await person.page.getByText(text).count(), `${person.name}: ${text}`).toBe(1);
    }
    await person.page.getByText("on this device alone").waitFor({ state: "detached", timeout: SLOW });
  }

  async function readsByCommand(who: string, texts: readonly string[]): Promise<void> {
    for (const text of texts) await town.eventually(who, ["timeline"], text);
    const { said } = await town.duolog(who, ["timeline"]);
    for (const text of texts) expect(said.split(text).length - 1, `${who}: ${text}`).toBe(1);
  }

  /** A device that was taken out: what came later opens for it no more. */
  async function isOut(device: Person): Promise<void> {
    await device.page.reload();
    await device.sees("The server knows this device no longer", SLOW);
    await device.sees(BEFORE);
    for (const text of [UNSENT, AFTER]) expect(await device.page.getByText(text).count()).toBe(0);
  }

  test("the command rotates while the browser is closed", async () => {
    const sam = await joined(town, browser, "ada");
    const tablet = await letInByCommand(town, browser, "ada", "Tablet");
    await town.duolog("ada", ["write"], BEFORE);
    for (const one of [sam, tablet]) await one.sees(BEFORE, SLOW);
    await leavesUnsent(sam, UNSENT);
    await town.duolog("ada", ["write"], LOST);
    const older = await town.epoch();
    await takeOutByCommand(town, "ada", "Tablet");
    await town.duolog("ada", ["write"], AFTER);
    expect(await town.epoch()).toBe(older + 1);
    await comesBack(sam, "passphrase");
    await readsInBrowser(sam, ALL);
    await readsByCommand("ada", ALL);
    await sam.write("And now from here, too.");
    await readsByCommand("ada", ["And now from here, too."]);
    await isOut(tablet);
    await sam.picture("rotated-elsewhere");
  }, 240_000);

  test("the browser rotates while the command is offline", async () => {
    const ada = await founded(town, browser, "sam");
    const tablet = await letInByBrowser(town, browser, ada, "Tablet");
    await ada.write(BEFORE);
    await readsByCommand("sam", [BEFORE]);
    await tablet.sees(BEFORE, SLOW);
    await town.server("stop");
    const { said } = await town.duolog("sam", ["write"], UNSENT, 4);
    expect(said).toContain("Saved here. It will be sent when the server can be reached.");
    await town.server("start");
    await ada.write(LOST);
    const older = await town.epoch();
    await takeOutByBrowser(ada, "Tablet");
    await ada.write(AFTER);
    await readsInBrowser(ada, [BEFORE, LOST, AFTER]);
    expect(await town.epoch()).toBe(older + 1);
    await town.duolog("sam", ["sync"]);
    await readsByCommand("sam", ALL);
    await readsInBrowser(ada, ALL);
    await town.duolog("sam", ["write"], "And now from here, too.");
    await readsInBrowser(ada, ["And now from here, too."]);
    await isOut(tablet);
  }, 240_000);

  test("a browser rotates while the other browser is closed", async () => {
    const { ada, sam } = await bothInBrowsers(town, browser);
    const tablet = await letInByBrowser(town, browser, ada, "Tablet");
    await ada.write(BEFORE);
    for (const one of [sam, tablet]) await one.sees(BEFORE, SLOW);
    await leavesUnsent(sam, UNSENT);
    await ada.write(LOST);
    const older = await town.epoch();
    await takeOutByBrowser(ada, "Tablet");
    await ada.write(AFTER);
    await readsInBrowser(ada, [BEFORE, LOST, AFTER]);
    expect(await town.epoch()).toBe(older + 1);
    await comesBack(sam, "passphrase");
    for (const one of [ada, sam]) await readsInBrowser(one, ALL);
    await sam.write("And now from here, too.");
    await readsInBrowser(ada, ["And now from here, too."]);
    await isOut(tablet);
  }, 240_000);
});
