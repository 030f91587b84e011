/** Devices of one person, of two kinds: let in by a code and eight words, taken out, and brought back from the words of a sheet. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { atTheCode, eightWords, letInByCommand, takeOutByCommand } from "../support/devices.ts";
import { Person } from "../support/person.ts";
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

  test("the command lets a browser in, which reads and writes, and takes it out again", async () => {
    await town.duolog("ada", ["register", "--server", town.origin, "--no-confirm"]);
    await town.duolog("ada", ["journal", "create"]);
    await town.duolog("ada", ["write"], "From the terminal.");
    const { person: phone, code } = await atTheCode(town, browser, "Phone");
    await phone.picture("enroll");
    await town.duolog("ada", ["device", "add"], `${code}\nlater\n`, 1);
    const words = await eightWords(phone);
    await phone.picture("enroll-words");
    await town.duolog("ada", ["device", "add", "--label", "the phone"], `${code}\n${words}\n`);
    await phone.sees("From the terminal.", 30_000);
    await phone.write("From the phone.");
    await town.eventually("ada", ["timeline"], "From the phone.");
    await phone.follow("Me");
    await phone.sees("the phone");
    await phone.picture("me-two-devices");
    const tablet = await letInByCommand(town, browser, "ada", "the tablet");
    await phone.follow("Journal");
    await phone.page.reload();
    await phone.sees("A way into your account was added elsewhere. Was it you?", 30_000);
    await phone.follow("A way into your account was added elsewhere. Was it you?");
    await phone.sees("the tablet");
    await phone.press("It was me: I know all of these");
    await phone.page.getByText("Was it you?").first().waitFor({ state: "detached" });
    await tablet.context.close();
    await takeOutByCommand(town, "ada", "the tablet");
    await takeOutByCommand(town, "ada", "the phone");
    await town.duolog("ada", ["write"], "Only for the terminal.");
    await phone.follow("Journal");
    await phone.page.reload();
    await phone.sees("The server knows this device no longer", 30_000);
    await phone.sees("From the terminal.");
    expect(await phone.page.getByText("Only for the terminal.").count()).toBe(0);
  }, 120_000);

  test("a browser lets another browser in, and takes it out again", async () => {
    const ada = await Person.at(browser, "Ada", town.origin);
    await ada.visit();
    await ada.begin("none");
    await ada.press("Make an invitation");
    await ada.page.locator("code").first().waitFor();
    await ada.write("Before the second device.");
    const { person: second, code } = await atTheCode(town, browser, "Second");
    await ada.page.goto(`${town.origin}/app/#/add-device`);
    await ada.type("The code that it shows", `${code.slice(0, -2)}xx`);
    await ada.press("Go on");
    await ada.sees("No device waits under this code.");
    await ada.type("The code that it shows", code);
    await ada.press("Go on");
    expect(await eightWords(ada)).toBe(await eightWords(second));
    await ada.picture("add-device-words");
    await ada.type("A name for it, if you like", "Kitchen tablet");
    await ada.press("All eight are the same");
    await second.sees("Before the second device.", 30_000);
    await ada.sees("Kitchen tablet");
    await ada.press("Revoke Kitchen tablet");
    await ada.press(/press again/);
    await expect.poll(() => ada.page.getByText("Kitchen tablet").count(), { timeout: 20_000 }).toBe(0);
    expect(ada.said).toEqual([]);
  }, 120_000);

  test("the sheet of a browser opens the account in the command", async () => {
    const ada = await Person.at(browser, "Ada", town.origin);
    await ada.visit();
    await ada.begin("none");
    await ada.press("Make an invitation");
    await ada.page.locator("code").first().waitFor();
    await ada.write("Still here tomorrow.");
    await ada.page.goto(`${town.origin}/app/#/sheet`);
    await ada.press("Show the words");
    const list = ada.page.getByRole("list", { name: "The 24 recovery words" }).locator("li");
    await list.first().waitFor();
    const words = (await list.allTextContents()).join(" ");
    await town.duolog("eve", ["restore", "--server", town.origin], `${words}\n`);
    await town.eventually("eve", ["timeline"], "Still here tomorrow.");
  }, 120_000);

  test("the sheet of the command opens the account in a browser", async () => {
    const made = await town.data("liv", ["register", "--server", town.origin, "--no-confirm"]);
    await town.duolog("liv", ["journal", "create"]);
    await town.duolog("liv", ["write"], "Written before the loss.");
    const liv = await Person.at(browser, "Liv", town.origin);
    await liv.visit();
    await liv.press("I have been here before");
    await liv.press("I understand");
    await liv.press("Somebody else's");
    await liv.press("With my recovery words");
    await liv.type("The 24 words", (made.words as string[]).join(" "));
    await liv.press("Open my journal");
    await liv.sees("Written before the loss.", 30_000);
    await liv.page.goto(`${town.origin}/app/#/add-device`);
    await liv.type("The code that it shows", "anything");
    await liv.press("Go on");
    await liv.sees("First compare words"); // and not that the code is wrong
    expect(liv.said).toEqual([]);
  }, 120_000);
});
