/**
 * The page's process is killed after each effect of an act: a note, an answer to a boundary, a pairing. Whoever opens the app
 * again finds what was acknowledged, once; and what the page says is so.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { Killed } from "../support/killed.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const MOST = 60; // effects of one act, so that no story goes on for ever

describe.skipIf(!CAN_SERVE)("with a real server (skipped without Python's environment, or without a build)", () => {
  let town: Town;
  let browser: Browser;
  let sam: Killed;

  beforeAll(async () => {
    [town, browser] = await Promise.all([Town.begin(), startBrowser()]);
    await town.duolog("ada", ["register", "--server", town.origin, "--no-confirm"]);
    sam = await Killed.at(browser, "Sam", town.origin);
    await sam.person.page.close();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    town?.end();
  });

  const at = (heading: string): Promise<boolean> => sam.person.heading(heading).isVisible();

  const isSeen = (button: string): Promise<boolean> =>
    sam.person.page.getByRole("button", { name: button, exact: true }).isVisible();

  async function heads(): Promise<{ accounts: unknown[] }> {
    return (await town.data("ada", ["heads"])) as unknown as { accounts: unknown[] };
  }

  /** Whether the page shows a text, and says that nothing waits here to be sent. */
  async function isSent(text: string): Promise<boolean> {
    const { page } = sam.person;
    return (await page.getByText(text).isVisible()) && !(await page.getByText("on this device alone").isVisible());
  }

  /** The app is open, and has sent what waited. */
  async function settled(): Promise<void> {
    const { page } = sam.person;
    await page.getByRole("navigation").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.getByText("on this device alone").waitFor({ state: "detached" });
  }

  async function boundaries(): Promise<string> {
    const found = (await town.data("ada", ["boundary", "list"])) as { boundaries: { status: string }[] };
    return found.boundaries.map(({ status }) => status).join();
  }

  /** How often Ada reads a text. */
  async function read(text: string): Promise<number> {
    return (await town.duolog("ada", ["timeline"])).said.split(text).length - 1;
  }

  test("registering, joining and comparing, killed after each effect, end in one pairing of the two", async () => {
    const link = String((await town.data("ada", ["invite"])).link);
    const { person } = sam;
    let words = "";
    let effects = 1;
    for (let isOver = false; !isOver; effects++) {
      expect(effects).toBeLessThan(MOST);
      await sam.again(words === "" ? link : "/app/#/compare", effects);
      isOver = !(await sam.until(async () => {
        if (await at("Where this page came from")) await person.begin("none", "");
        else if (await isSeen("Join")) await person.press("Join");
        else if (await isSeen("All eight are the same")) {
          expect(await person.words()).toBe(words);
          await person.press("All eight are the same");
        }
        return await person.page.getByText(/ and you are connected/).isVisible();
      }));
      await sam.kill();
      if (words === "" && (await heads()).accounts.length > 1) {
        words = ((await town.data("ada", ["verify", "--show"])).words as string[]).join(" ");
        await town.duolog("ada", ["verify"], `${words}\n`);
      }
    }
    process.stdout.write(`A pairing: killed after ${effects - 1} effects.\n`);
  }, 200_000);

  test("a note, killed after each effect of putting it there and sending it, arrives once where it was acknowledged", async () => {
    const { person } = sam;
    let effects = 1;
    for (let isOver = false; !isOver; effects++) {
      expect(effects).toBeLessThan(MOST);
      const text = `A word before effect ${effects} was heard.`;
      await sam.again("/app/#/write");
      await settled();
      await person.type("Your words", text);
      await sam.allow(effects);
      await person.press("Put into the journal");
      isOver = !(await sam.until(async () => (await at("Journal")) && (await isSent(text))));
      const isAcknowledged = await at("Journal");
      await sam.kill();
      await sam.again("/app/#/journal");
      await settled();
      const shown = await person.page.getByText(text).count();
      if (isAcknowledged) expect(shown).toBe(1);
      expect(await read(text)).toBe(shown); // the page says that nothing is on this device alone
      await sam.kill();
    }
    process.stdout.write(`A note: killed after ${effects - 1} effects.\n`);
  }, 200_000);

  test("an accepted boundary, killed after each effect, is in force by one acceptance", async () => {
    const { person } = sam;
    await town.duolog("ada", ["boundary", "propose"], "Topic: friendships\n\nNo late-night chats.");
    let effects = 1;
    let isEarly = false;
    for (let isOver = false; !isOver; effects++) {
      expect(effects).toBeLessThan(MOST);
      await sam.again("/app/#/boundaries", effects);
      let isPressed = false; // once in each life of the page
      isOver = !(await sam.until(async () => {
        if (!isPressed && (await isSeen("Accept exactly this"))) {
          isPressed = true;
          await person.press("Accept exactly this");
        } else if (await at("Proposed to me")) await person.follow(/^Look at it/);
        if (!(await at("In force"))) return false;
        const isInForce = (await boundaries()) === "in_force";
        isEarly ||= !isInForce;
        return isInForce;
      }));
      await sam.kill();
    }
    expect(isEarly).toBe(false); // the page says so when it is so for both
    const { entries } = (await town.data("ada", ["timeline"])) as { entries: Record<string, unknown>[] };
    const accepted = entries.filter(({ text }) => String(text).startsWith("Sam accepted the text of"));
    expect(accepted).toHaveLength(1);
    process.stdout.write(`A boundary: killed after ${effects - 1} effects.\n`);
  }, 200_000);
});
