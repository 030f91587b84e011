/** How the home rests in a browser: each lock, the second tab, and what is left when somebody erases it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";
import { traces } from "../support/traces.ts";

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

  async function ada(): Promise<Person> {
    const person = await Person.at(browser, "Ada", town.origin);
    await person.visit();
    return person;
  }

  /** A passkey's device, as the browser's own tools play it. */
  async function authenticator(person: Person, hasPrf: boolean): Promise<void> {
    const cdp = await person.context.newCDPSession(person.page);
    await cdp.send("WebAuthn.enable");
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        hasPrf,
        automaticPresenceSimulation: true,
      },
    });
  }

  test("what is typed and not put anywhere outlives the lock and the page, and is on neither meanwhile", async () => {
    const person = await ada();
    await person.begin();
    await person.heading("Invite your partner").waitFor();
    await person.write("The first.");
    await person.page.goto(`${town.origin}/app/#/make/habit`);
    await person.type("What I do, small and often", "a canary of words");
    await person.page.waitForTimeout(1500);
    await person.page.reload();
    await person.heading("Journal").waitFor();
    expect(await person.page.content()).not.toContain("canary");
    expect(JSON.stringify(await traces(person.page))).not.toContain("canary");
    await person.unlock();
    const field = person.page.getByLabel("What I do, small and often");
    await expect.poll(() => field.inputValue()).toBe("a canary of words");
    await field.fill("a canary of more words");
    await person.follow("Me"); // within the second
    await person.press("Lock now");
    await person.heading("Journal").waitFor();
    await person.unlock();
    await person.page.goto(`${town.origin}/app/#/make/habit`);
    await expect.poll(() => field.inputValue()).toBe("a canary of more words");
    await person.press("Promise");
    await person.reaches("Promises");
    await person.page.reload();
    await person.unlock();
    await person.page.goto(`${town.origin}/app/#/make/habit`);
    await field.waitFor();
    expect(await field.inputValue(), "what was put into the journal doesn't come back").toBe("");
    await person.context.close();
  }, 90_000);

  test("a passphrase opens it after a reload, and another one doesn't", async () => {
    const person = await ada();
    await person.begin();
    await person.heading("Invite your partner").waitFor();
    await person.page.reload();
    await person.unlock("lantern tulip bridge orbits");
    await person.sees("That doesn't open it.");
    await person.unlock();
    await person.heading("Invite your partner").waitFor();
    await person.follow("Me");
    await person.sees(/^Ada, at localhost/);
    await person.press("Lock now");
    await person.heading("Journal").waitFor();
    await person.unlock();
    await person.heading("Me").waitFor();
    expect(person.said).toEqual([]);
  });

  test("a passphrase that is easy to guess is refused, and nothing is begun", async () => {
    const person = await ada();
    await person.press("Begin");
    await person.press("I understand");
    await person.press("Mine");
    await person.press("With a passphrase");
    await person.type("Passphrase", "passwordpassword");
    await person.type("The same again", "passwordpassword");
    await person.press("Go on");
    await person.type("What your partner calls you", "Ada");
    await person.press("Begin");
    await person.sees("That passphrase is too easy to guess.");
    expect((await traces(person.page)).rows).toBe("");
  });

  test("without a lock it opens by itself", async () => {
    const person = await ada();
    await person.begin("none");
    await person.heading("Invite your partner").waitFor();
    await person.page.reload();
    await person.heading("Invite your partner").waitFor();
  });

  test("a passkey opens it, and its output stays nowhere", async () => {
    const person = await ada();
    await authenticator(person, true);
    await person.press("Begin");
    await person.press("I understand");
    await person.press("Mine");
    await person.press("With my face or finger");
    await person.type("What your partner calls you", "Ada");
    await person.press("Begin");
    await person.heading("Invite your partner").waitFor();
    await person.page.reload();
    await person.press("With my face or finger");
    await person.heading("Invite your partner").waitFor();
    expect((await traces(person.page)).rows).toContain('"lock":"passkey"');
    expect(person.said).toEqual([]);
  });

  test("where a passkey gives nothing to open with, the page says so, and nothing is begun", async () => {
    const person = await ada();
    await person.press("Begin");
    await person.press("I understand");
    await person.press("Mine");
    await person.press("With my face or finger");
    await person.type("What your partner calls you", "Ada");
    await authenticator(person, false);
    await person.press("Begin");
    await person.sees("This device can't open it that way.");
    expect((await traces(person.page)).rows).toBe("");
  });

  test("on somebody else's device nothing stays, not even while it is open", async () => {
    const person = await ada();
    await person.begin("tab");
    await person.heading("Invite your partner").waitFor();
    const { rows, caches, storage } = await traces(person.page);
    expect([rows, caches, storage]).toEqual(["", "", '[{},{},""]']);
    expect(await person.page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length))).toBe(
      0,
    );
    await person.page.reload();
    await person.sees("A journal for the two of you.");
  });

  test("a second tab waits, and takes over when the first is closed", async () => {
    const person = await ada();
    await person.begin();
    await person.heading("Invite your partner").waitFor();
    const second = await person.newPage();
    await second.goto(`${town.origin}/app/`);
    await second.getByText("The journal is open in another tab").waitFor();
    await person.page.close();
    person.page = second;
    await person.unlock();
    await person.heading("Journal").waitFor();
    expect(person.said).toEqual([]);
  });

  test("who can't open it any more erases it, and begins again", async () => {
    const person = await ada();
    await person.begin();
    await person.heading("Invite your partner").waitFor();
    await person.page.reload();
    await person.page.getByText("I can't open it").click();
    await person.press("Erase everything here");
    await person.press("Erase it from this device: press again");
    await person.sees("A journal for the two of you.");
    expect((await traces(person.page)).rows).toBe("");
  });

  test("erasing leaves nothing behind", async () => {
    const person = await ada();
    await person.begin();
    await person.heading("Invite your partner").waitFor();
    await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await person.follow("Me");
    await person.press("Erase everything here");
    await person.press("Erase it from this device: press again");
    await person.sees("A journal for the two of you.");
    const { rows, caches, storage } = await traces(person.page);
    expect([rows, caches, storage]).toEqual(["", "", '[{},{},""]']);
  });
});
