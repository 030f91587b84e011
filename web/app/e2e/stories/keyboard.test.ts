/** Story 1 by the keyboard alone: nobody touches a pointer, and the focus is always to be seen. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { PASSPHRASE, Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const MOST_TABS = 60;
const FIRST = "No phones at the table.";
const AGREED = "No phones at the table, and none in bed.";

/** What stands where the focus is: its tag, its name, and whether anything shows that it is there. */
interface Focus {
  readonly tag: string;
  readonly name: string;
  readonly isSeen: boolean;
}

/** Somebody who has a keyboard and no pointer. */
class Typist {
  readonly person: Person;

  constructor(person: Person) {
    this.person = person;
  }

  async #focus(): Promise<Focus> {
    return await this.person.page.locator("body").evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (element === null || element === document.body) return { tag: "BODY", name: "", isSeen: true };
      const labels = "labels" in element ? (element.labels as NodeListOf<HTMLLabelElement> | null) : null;
      const name = labels?.[0]?.textContent ?? element.textContent ?? "";
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const isSeen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
      return { tag: element.tagName, name: name.trim().replaceAll(/\s+/g, " "), isSeen };
    });
  }

  /** Goes on by Tab until the focus stands on something whose name begins so. */
  async to(name: string): Promise<void> {
    const passed: string[] = [];
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      const focus = await this.#focus();
      passed.push(focus.name.slice(0, 30));
      if (`${focus.name} `.startsWith(`${name} `) && tabs > 0) {
        expect(focus.isSeen, `the focus on "${name}" shows`).toBe(true);
        return;
      }
      await this.person.page.keyboard.press("Tab");
    }
    throw new Error(`Tab never comes to "${name}": ${passed.join(" | ")}`);
  }

  /** Goes to a button or a link, and presses Enter. */
  async press(name: string): Promise<void> {
    await this.to(name);
    await this.person.page.keyboard.press("Enter");
  }

  async type(label: string, text: string, clear = false): Promise<void> {
    await this.to(label);
    if (clear) await this.person.page.keyboard.press("ControlOrMeta+A");
    await this.person.page.keyboard.type(text);
  }

  /** Waits for a screen; the focus stands on its heading then. */
  async at(title: string): Promise<void> {
    await this.person.heading(title).waitFor({ timeout: 30_000 });
    await expect.poll(async () => (await this.#focus()).tag, { timeout: 5000 }).toBe("H1");
  }
}

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

  test("Ada begins, invites, compares words, proposes a boundary and accepts other words", async () => {
    const person = await Person.at(browser, "Ada", town.origin);
    const ada = new Typist(person);
    await person.visit();
    await ada.press("Begin");
    await ada.press("I understand");
    await ada.press("Mine");
    await ada.press("With a passphrase");
    await ada.type("Passphrase", PASSPHRASE);
    await ada.type("The same again", PASSPHRASE);
    await person.page.keyboard.press("Enter");
    await person.heading("Your name here").waitFor();
    await person.page.keyboard.type("Ada"); // the only field has the focus
    await person.page.keyboard.press("Enter");
    await ada.at("Invite your partner");
    await ada.press("Make an invitation");
    const link = await person.page.locator("code").first().textContent({ timeout: 30_000 });
    await town.duolog("sam", ["register", "--server", town.origin, "--no-confirm"]);
    await town.duolog("sam", ["join"], `${link}\n`);
    const words = await person.words();
    await ada.press("All eight are the same");
    await ada.at("Recovery words");
    await town.duolog("sam", ["verify"], `${words}\n`);
    await ada.press("Boundaries");
    await ada.at("Boundaries");
    await ada.press("Propose a boundary");
    await person.heading("Propose a boundary").waitFor();
    await person.page.keyboard.type(FIRST); // the boundary's own field has the focus
    await ada.press("Propose");
    await ada.at("Boundaries");
    await town.eventually("sam", ["boundary", "show", "1"], FIRST);
    await town.duolog("sam", ["boundary", "counter"], `Topic: time\n\n${AGREED}`);
    await person.page.getByRole("heading", { name: "Proposed to me" }).waitFor({ timeout: 40_000 });
    await ada.press("Look at it");
    await ada.at("A boundary");
    await person.sees("none in bed");
    await ada.press("Accept exactly this");
    await town.eventually("sam", ["boundary", "list"], "in force");
    expect(person.said).toEqual([]);
  }, 240_000);
});
