/**
 * The app's times in Chromium at a real server, against the design's budgets: `make web-times`. It says what it measured, and
 * judges nothing: a busy machine is slow.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const ROUNDS = 3;
const SLOW_NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 }; // 1.6 Mbit/s
const SLOWER = 4; // times, of the page's processor

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", SLOW_NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
}

describe.skipIf(!CAN_SERVE)("times (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  const figures: { readonly what: string; readonly seconds: number; readonly budget: number }[] = [];

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    town?.end();
    for (const { what, seconds, budget } of figures) {
      const judged = seconds <= budget ? "within" : "OVER";
      process.stdout.write(`${what}: ${seconds.toFixed(2)} s, ${judged} ${budget} s\n`);
    }
  });

  /** Seconds until a text is there. */
  async function until(person: Person, text: string, act: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await act();
    await person.page.getByText(text).first().waitFor({ timeout: 60_000 });
    return (performance.now() - start) / 1000;
  }

  test("a first visit and a later one", async () => {
    const [cold, warm]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const slow = await Person.at(browser, "Slow", town.origin);
      await throttle(slow.page);
      cold.push(await until(slow, "A journal for the two of you", () => slow.visit()));
      await slow.context.close();
      const quick = await Person.at(browser, "Quick", town.origin);
      await until(quick, "A journal for the two of you", () => quick.visit());
      warm.push(await until(quick, "A journal for the two of you", () => quick.page.reload()));
      await quick.context.close();
    }
    figures.push({ what: "usable, cold, a slow phone and network", seconds: median(cold), budget: 2.5 });
    figures.push({ what: "usable, warm", seconds: median(warm), budget: 0.8 });
    expect(cold).toHaveLength(ROUNDS);
  }, 240_000);

  test("registering, and opening again", async () => {
    const [made, opened]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const person = await Person.at(browser, `Nr${round}`, town.origin);
      await person.visit();
      await person.press("Begin");
      await person.press("I understand");
      await person.press("Mine");
      await person.press("With a passphrase");
      await person.type("Passphrase", "lantern tulip bridge orbit");
      await person.type("The same again", "lantern tulip bridge orbit");
      await person.press("Go on");
      await person.type("What your partner calls you", person.name);
      await throttle(person.page);
      made.push(await until(person, "Invite your partner", () => person.press("Begin")));
      await person.page.reload();
      await person.type("Passphrase", "lantern tulip bridge orbit");
      opened.push(await until(person, "Invite your partner", () => person.press("Open")));
      await person.context.close();
    }
    figures.push({ what: "register, a slow phone and network", seconds: median(made), budget: 3 });
    figures.push({ what: "unlock by passphrase, a slow phone", seconds: median(opened), budget: 1.5 });
    expect(opened).toHaveLength(ROUNDS);
  }, 240_000);
});
