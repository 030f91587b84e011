/** There is no room any more, in the middle of an evening: what was typed stays, what the page says is so, and all goes on afterwards. */
import type { Browser, CDPSession } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { joined } from "../support/couple.ts";
import type { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const REMEMBERED = 31_000; // milliseconds for which Chromium believes that there is still the room that it saw

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  let sam: Person;
  let cdp: CDPSession;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
    sam = await joined(town, browser, "ada");
    cdp = await sam.context.newCDPSession(sam.page);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  /** No room for anything that isn't here, or as much as the disk has. */
  async function room(isThere: boolean): Promise<void> {
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: town.origin, ...(isThere ? {} : { quotaSize: 1 }) });
    if (!isThere) await new Promise((resolve) => setTimeout(resolve, REMEMBERED));
  }

  test("a text that finds no room stays on the page, and is put there once there is room", async () => {
    await sam.page.goto(`${town.origin}/app/#/write`);
    await room(false);
    await sam.type("Your words", "Typed when the phone was full.");
    await sam.sees("This device has no room left."); // the draft was not kept, and nobody says that it was
    expect(await sam.page.getByText("The draft is kept on this device.").isVisible()).toBe(false);
    await sam.press("Put into the journal");
    await sam.sees("This device has no room left.");
    expect(await sam.page.getByLabel("Your words", { exact: true }).inputValue()).toBe(
      "Typed when the phone was full.",
    );
    expect((await town.duolog("ada", ["timeline"])).said).not.toContain("Typed when the phone was full.");
    await room(true);
    await sam.press("Put into the journal");
    await sam.heading("Journal").waitFor();
    await town.eventually("ada", ["timeline"], "Typed when the phone was full.");
    const { said } = await town.duolog("ada", ["timeline"]);
    expect(said.split("Typed when the phone was full.").length - 1).toBe(1);
  }, 90_000);

  test("what comes and finds no room is fetched again once there is room, and none of it is lost", async () => {
    await sam.write("Written before the phone was full.");
    await town.eventually("ada", ["timeline"], "Written before the phone was full.");
    await room(false);
    await town.duolog("ada", ["write"], "First of what came.");
    await town.duolog("ada", ["write"], "Last of what came.");
    await sam.sees("This device has no room left", 30_000);
    expect(await sam.page.getByText("Last of what came.").count()).toBe(0);
    await sam.sees("Written before the phone was full."); // what was here is still read
    await sam.picture("full");
    await room(true);
    await sam.sees("Last of what came.", 90_000);
    await sam.sees("First of what came.");
    await sam.page.reload();
    await sam.unlock();
    await sam.sees("Last of what came.");
    expect(await sam.page.getByText("Last of what came.").count()).toBe(1);
    expect(sam.said).toEqual([]);
  }, 200_000);
});
