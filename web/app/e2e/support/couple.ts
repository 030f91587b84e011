/** Couples who have compared their words: of two kinds, one with the command and one with the app, or both with the app. */
import type { Browser } from "playwright-core";
import { Person } from "./person.ts";
import type { Town } from "./town.ts";

/** Sam in a browser, joined to a new journal of `ada` at the command. */
export async function joined(town: Town, browser: Browser, ada: string, name = "Sam"): Promise<Person> {
  await town.duolog(ada, ["register", "--server", town.origin, "--no-confirm"]);
  const link = String((await town.data(ada, ["invite"])).link);
  const sam = await Person.at(browser, name, town.origin);
  await sam.visit(link);
  await sam.begin("passphrase", "");
  await sam.press("Join");
  await sam.sees("You have answered.");
  await town.duolog(ada, ["sync"]);
  const words = await sam.words();
  await town.duolog(ada, ["verify"], `${words}\n`);
  await sam.press("All eight are the same");
  await sam.heading("Recovery words").waitFor();
  await town.duolog(ada, ["sync"]);
  await town.duolog(ada, ["profile"], "Ada\n");
  await sam.follow("Later");
  await sam.heading("Journal").waitFor();
  return sam;
}

/** Ada in a browser, who invited `sam` at the command. */
export async function founded(town: Town, browser: Browser, sam: string, name = "Ada"): Promise<Person> {
  const ada = await Person.at(browser, name, town.origin);
  await ada.visit();
  await ada.begin();
  const link = await ada.invite();
  await town.duolog(sam, ["register", "--server", town.origin, "--no-confirm"]);
  await town.duolog(sam, ["join"], `${link}\n`);
  const words = await ada.words();
  await ada.press("All eight are the same");
  await ada.heading("Recovery words").waitFor();
  await town.duolog(sam, ["verify"], `${words}\n`);
  await town.duolog(sam, ["profile"], "Sam\n");
  await ada.follow("Later");
  await ada.heading("Journal").waitFor();
  return ada;
}

/** Ada in a browser, who invited Sam in another one. */
export async function bothInBrowsers(town: Town, browser: Browser): Promise<{ ada: Person; sam: Person }> {
  const ada = await Person.at(browser, "Ada", town.origin);
  const sam = await Person.at(browser, "Sam", town.origin);
  await ada.visit();
  await ada.begin("none");
  const link = await ada.invite();
  await sam.visit(link);
  await sam.begin("passphrase", "");
  await sam.press("Join");
  const [hers, his] = await Promise.all([ada.words(), sam.words()]);
  if (hers !== his) throw new Error(`Two lists of words: ${hers} | ${his}`);
  for (const one of [ada, sam]) await one.press("All eight are the same");
  for (const one of [ada, sam]) {
    await one.reaches("Recovery words");
    await one.follow("Later");
    await one.reaches("Journal");
  }
  return { ada, sam };
}
