/** A home that came back from the command's words into a browser: what it may not do before words were compared, and what it is then. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { PASSPHRASE, Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

interface Heads {
  readonly accounts: readonly { readonly me: boolean; readonly words: readonly string[] }[];
  readonly journals: readonly { readonly words: readonly string[] }[];
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

  /** Ada and Sam at the command, who have compared their words. The words of Ada's sheet. */
  async function couple(): Promise<readonly string[]> {
    const { words } = await town.data("ada", ["register", "--server", town.origin, "--no-confirm"]);
    await town.duolog("sam", ["register", "--server", town.origin, "--no-confirm"]);
    const { link } = await town.data("ada", ["invite"]);
    await town.duolog("sam", ["join"], `${link}\n`);
    await town.duolog("ada", ["sync"]);
    const shown = (await town.data("sam", ["verify", "--show"])).words as string[];
    await town.duolog("ada", ["verify"], `${shown.join(" ")}\n`);
    await town.duolog("sam", ["verify"], `${shown.join(" ")}\n`);
    await town.duolog("ada", ["write"], "Written before the loss.");
    return words as string[];
  }

  /** Somebody who opens their account in a browser by the words of its sheet. */
  async function restored(name: string, sheet: readonly string[]): Promise<Person> {
    const person = await Person.at(browser, name, town.origin);
    await person.visit();
    await person.press("I have been here before");
    await person.press("I understand");
    await person.press("Mine");
    await person.press("With a passphrase");
    await person.type("Passphrase", PASSPHRASE);
    await person.type("The same again", PASSPHRASE);
    await person.press("Go on");
    await person.press("With my recovery words");
    await person.type("The 24 words", sheet.join(" "));
    await person.press("Open my journal");
    return person;
  }

  test("is confirmed by words that the partner reads out, and becomes a device of its own", async () => {
    const sheet = await couple();
    const ada = await restored("Ada", sheet);
    await ada.sees("Written before the loss.", 30_000);
    await ada.page.goto(`${town.origin}/app/#/add-device`);
    await ada.type("The code that it shows", "anything");
    await ada.press("Go on");
    await ada.sees("First compare words");
    await ada.follow("Journal");
    await ada.write("Still reading and writing.");
    await town.eventually("sam", ["timeline"], "Still reading and writing.");
    const read = (await town.data("sam", ["heads"])) as unknown as Heads;
    const keys = read.accounts.find(({ me }) => !me)?.words ?? [];
    const his = read.accounts.find(({ me }) => me)?.words ?? [];
    const journal = read.journals[0]?.words ?? [];
    await ada.follow("This device came back from your words. Compare words.");
    await ada.heading("Is this your whole journal?").waitFor();
    await ada.picture("confirm");

    async function compare(heardKeys: readonly string[], heardJournal: readonly string[], says: string): Promise<void> {
      await ada.type("Eight words of your keys", heardKeys.map((word, at) => `${at + 1}. ${word}`).join(", "));
      await ada.type("Eight words of the journal", heardJournal.join(" ").toUpperCase());
      await ada.press("Compare");
      await ada.sees(says);
    }
    await compare(keys.slice(1), journal, "Each takes eight words.");
    await compare(his, journal, "so nothing was confirmed");
    await compare(keys, keys, "so nothing was confirmed");
    await ada.page.reload();
    await ada.unlock();
    await ada.heading("Is this your whole journal?").waitFor(); // nothing of it was confirmed
    await compare(keys, journal, "Nothing is left to compare here.");

    await ada.page.goto(`${town.origin}/app/#/me`);
    await ada.sees("this one", 30_000); // listed as a device
    await ada.page.reload();
    await ada.unlock();
    await ada.sees("this one");
    await ada.page.goto(`${town.origin}/app/#/head`);
    await expect.poll(() => ada.page.getByRole("list", { name: /./ }).count()).toBe(3);
    await ada.write("Under a key of this device.");
    await town.eventually("sam", ["timeline"], "Under a key of this device.", 30_000);
    await ada.page.goto(`${town.origin}/app/#/add-device`);
    await ada.type("The code that it shows", "anything");
    await ada.press("Go on");
    await ada.sees("No device waits under this code."); // it may let others in: the code alone is wrong
    expect(ada.said).toEqual([]);
    const { keyholders } = await town.data("ada", ["device", "list"]);
    expect((keyholders as { kind: string }[]).filter(({ kind }) => kind === "device")).toHaveLength(2);
  }, 150_000);

  test("without a journal, only another device of its own can confirm it, and that is what it says", async () => {
    const { words } = await town.data("robin", ["register", "--server", town.origin, "--no-confirm"]);
    const robin = await restored("Robin", words as string[]);
    const line = "This device came back from your words. Compare words.";
    await robin.sees(line, 30_000);
    expect(await robin.page.getByText("You write alone so far").count()).toBe(0); // nobody is told to invite somebody
    await robin.page.goto(`${town.origin}/app/#/write`);
    await robin.type("Your words", "Whom could I tell?");
    await robin.press("Put into the journal");
    await robin.sees("First compare words"); // and no journal is begun by an account that might have one
    await robin.page.goto(`${town.origin}/app/#/journal`);
    await robin.follow(line);
    await robin.sees(/Only the app on another device of yours can tell/);
    await robin.sees(/nothing is lost with this account/);
    await robin.picture("confirm-empty");
    expect(robin.said).toEqual([]);
  }, 150_000);
});
