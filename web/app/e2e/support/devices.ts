/** Another device of somebody's, in a browser: at its code, let in by a browser or by the command, taken out again. */
import type { Browser } from "playwright-core";
import { Person } from "./person.ts";
import type { Town } from "./town.ts";

/** A browser at its code, as a new device of an account that is elsewhere. */
export async function atTheCode(town: Town, browser: Browser, name: string): Promise<{ person: Person; code: string }> {
  const person = await Person.at(browser, name, town.origin);
  await person.visit();
  await person.press("I have been here before");
  await person.press("I understand");
  await person.press("Mine");
  await person.press("Without a lock");
  await person.press("With another device of mine");
  await person.heading("Let this device in").waitFor();
  const code = await person.page.locator("code").first().textContent();
  return { person, code: code ?? "" };
}

export async function eightWords(person: Person): Promise<string> {
  const list = person.page.getByRole("list", { name: "The eight words" }).locator("li");
  await list.first().waitFor();
  return (await list.allTextContents()).join(" ");
}

/** Another browser of somebody with the command, let in as `label`. */
export async function letInByCommand(town: Town, browser: Browser, who: string, label: string): Promise<Person> {
  const { person, code } = await atTheCode(town, browser, label);
  await town.duolog(who, ["device", "add"], `${code}\nlater\n`, 1);
  await town.duolog(who, ["device", "add", "--label", label], `${code}\n${await eightWords(person)}\n`);
  await person.heading("Journal").waitFor({ timeout: 30_000 });
  return person;
}

export async function takeOutByCommand(town: Town, who: string, label: string): Promise<void> {
  const { keyholders } = await town.data(who, ["device", "list"]);
  const listed = keyholders as { keyholder: string; label: string | null }[];
  const id = listed.find((one) => one.label === label)?.keyholder ?? "";
  await town.duolog(who, ["device", "revoke", id, "--yes"]);
}

/** Another browser of somebody with the app, let in as `label`. */
export async function letInByBrowser(town: Town, browser: Browser, owner: Person, label: string): Promise<Person> {
  const { person, code } = await atTheCode(town, browser, label);
  await owner.page.goto(`${owner.origin}/app/#/add-device`);
  await owner.type("The code that it shows", code);
  await owner.press("Go on");
  const [mine, its] = [await eightWords(owner), await eightWords(person)];
  if (mine !== its) throw new Error(`Two lists of words: ${mine} | ${its}`);
  await owner.type("A name for it, if you like", label);
  await owner.press("All eight are the same");
  await person.heading("Journal").waitFor({ timeout: 30_000 });
  return person;
}

export async function takeOutByBrowser(owner: Person, label: string): Promise<void> {
  await owner.page.goto(`${owner.origin}/app/#/me`);
  await owner.press(`Revoke ${label}`);
  await owner.press(/press again/);
  await owner.page.getByText(label).first().waitFor({ state: "detached", timeout: 30_000 });
}
