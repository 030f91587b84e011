/** How long a journal of ten thousand entries takes to open from Chromium's IndexedDB: `make web-times`. It judges nothing. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { addEntries, rowsOf } from "../support/stored.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const ENTRIES = 10_000;
const ROUNDS = 3;
const SLOWER = 4; // times, of the page's processor
const WORDS = "I thought of the evening at the lake, and of what you said about your sister. ".repeat(12);

describe.skipIf(!CAN_SERVE)("stored (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  let ada: Person;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
    ada = await Person.at(browser, "Ada", town.origin, { serviceWorkers: "block" });
    await ada.visit();
    await ada.begin("none");
    await ada.heading("Invite your partner").waitFor();
    await ada.write("The first.");
    await ada.page.getByText("on this device alone").waitFor({ state: "detached" });
    await ada.page.goto(`${town.origin}/app/icon.svg`); // no Worker here
    const texts = Array.from({ length: ENTRIES }, (_, at) => `${at + 1}. ${WORDS}`);
    await addEntries(ada.page, await rowsOf(ada.page), texts);
    await ada.context.route("**/v1/**", (route) => route.abort()); // the server has none of them
  }, 200_000);

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  async function shown(act: () => Promise<unknown>): Promise<number> {
    const begun = performance.now();
    await act();
    await ada.page.waitForFunction(
      (text) => document.querySelector("main")?.textContent?.includes(text) ?? false,
      `${ENTRIES}. I thought`,
      { polling: "raf", timeout: 60_000 }, // a locator asks twice a second
    );
    return (performance.now() - begun) / 1000;
  }

  async function measure(how: string, budget: number): Promise<void> {
    const [loaded, opened]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      loaded.push(await shown(() => ada.page.reload()));
      await ada.page.goto(`${town.origin}/app/#/me`);
      await ada.press("Lock now");
      await ada.page.getByRole("button", { name: "Open", exact: true }).waitFor();
      await ada.page.goto(`${town.origin}/app/#/journal`);
      opened.push(await shown(() => ada.press("Open")));
    }
    for (const [what, times] of [
      ["the page with them", loaded],
      ["them alone", opened],
    ] as const) {
      const [least = 0, median = 0] = [Math.min(...times), [...times].sort((a, b) => a - b)[ROUNDS >> 1]];
      const judged = median <= budget ? "within" : "OVER";
      const said = `${median.toFixed(2)} s (least ${least.toFixed(2)}), ${judged} ${budget} s`;
      process.stdout.write(`open ${ENTRIES} stored entries${how}, ${what}: ${said}\n`);
    }
    expect(await ada.page.getByRole("article").count()).toBeLessThanOrEqual(50);
  }

  test("ten thousand stored entries, and the newest fifty shown", async () => {
    await ada.page.goto(`${town.origin}/app/#/journal`);
    await measure("", 1);
    const session = await ada.context.newCDPSession(ada.page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await measure(" on a slow phone", 2.5);
  }, 240_000);
});
