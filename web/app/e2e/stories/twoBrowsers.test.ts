/** Stories 1 and 2 whole, with Ada and Sam each in a browser: nobody has the command. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AGREED,
  CONTEST,
  FIRST,
  isUnder,
  offerOtherWords,
  openBoundary,
  propose,
  quarantines,
} from "../support/boundaries.ts";
import { startBrowser } from "../support/browser.ts";
import { bothInBrowsers } from "../support/couple.ts";
import {
  answer,
  comeBack,
  HEARD_FIRST,
  HEARD_THEN,
  isToldOfPause,
  isToldOfReturn,
  MISSING,
  mayAnswer,
  openLetter,
  openWritten,
  ownUp,
  pause,
  RESPONSE,
  reflect,
  sayWhatIsMissing,
  TOLD,
} from "../support/letters.ts";
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

  test("story 1: a boundary is in force once both have accepted the same words", async () => {
    const { ada, sam } = await bothInBrowsers(town, browser);
    await propose(ada, FIRST);
    await openBoundary(sam, "Proposed to me");
    await sam.sees(FIRST);
    await offerOtherWords(sam, AGREED);
    await isUnder(sam, "Mine that wait"); // one acceptance is not in force

    await openBoundary(ada, "Proposed to me");
    await ada.sees("Before, by Ada"); // the older text is there to be read, and can't be accepted
    await ada.sees("Now, by Sam");
    const accept = ada.page.getByRole("button", { name: "Accept exactly this" });
    expect(await accept.count()).toBe(1);

    await town.server("forges"); // an acceptance of Ada's that she never gave
    for (const one of [ada, sam]) await quarantines(one, "entries.commitment");
    await isUnder(sam, "Mine that wait");
    await openBoundary(ada, "Proposed to me");
    await accept.click();
    for (const one of [ada, sam]) {
      await openBoundary(one, "In force");
      await one.sees(AGREED);
      for (const name of ["Ada", "Sam"]) await one.sees(new RegExp(`^${name} accepted this text on`));
    }

    await sam.press("Propose to end it"); // neither retires it alone
    await ada.page.goto(`${town.origin}/app/#/journal`);
    await ada.sees("Sam wants to end a boundary.", 30_000);
    await openBoundary(ada, "In force"); // as it is, until she agrees
    await ada.sees("Sam wants to end it");
    await ada.sees("Until both of you agree, it stays as it is.");
    await ada.sees(/^As it is, by Sam$/);
    await ada.sees(AGREED);
    await ada.press("Decline");
    await isUnder(ada, "In force");
    await openBoundary(sam, "In force");
    await sam.press("Contest it");
    await sam.type("Why it no longer holds for you", CONTEST);
    await sam.press("Contest it");
    for (const one of [ada, sam]) {
      await openBoundary(one, "Contested");
      await one.sees(CONTEST);
      await one.sees(AGREED);
      await one.page.goto(`${town.origin}/app/#/journal`);
      await one.sees(FIRST); // both texts stay readable
      await one.sees(AGREED);
    }
    expect([...ada.said, ...sam.said]).toEqual([]);
  }, 240_000);

  test("story 2: Sam owns up and is heard, and only then Ada answers", async () => {
    const { ada, sam } = await bothInBrowsers(town, browser);
    await ownUp(sam, "Robin", TOLD);
    await openWritten(sam);
    const main = sam.page.getByRole("main");
    await sam.sees("Whether it was, isn't shown to anybody.");
    await openLetter(ada, /wrote a letter to you/);
    await ada.sees("Robin");
    expect(await ada.page.getByText(TOLD).count()).toBe(0);
    const before = await main.allInnerTexts();
    await ada.press("Now");
    await ada.sees(TOLD);
    expect(await mayAnswer(ada)).toBe(false); // no answer before "heard"
    await sam.page.reload();
    await sam.unlock();
    await sam.sees(TOLD);
    expect(await main.allInnerTexts()).toEqual(before); // nothing shows Sam that she has read

    await ada.press("Say that I have it"); // read; not ready
    await ada.press("Set it aside");
    await sam.sees("Has the letter", 30_000);
    await ada.sees("You set this aside.");
    await sam.sees("Ada set this aside.", 30_000);
    await pause(ada);
    await isToldOfPause(sam, "Ada");
    await sam.write("Take your time."); // nothing is held back by force
    await comeBack(ada);
    await isToldOfReturn(sam, "Ada");
    await ada.page.goto(`${town.origin}/app/#/journal`);
    await ada.sees("Take your time.", 30_000);

    await openWritten(ada);
    await reflect(ada, HEARD_FIRST);
    expect(await mayAnswer(ada)).toBe(false);
    await openLetter(sam, /says what they hear in your letter/);
    await sam.sees(HEARD_FIRST);
    await sayWhatIsMissing(sam, MISSING);
    await ada.sees(MISSING, 30_000);
    expect(await mayAnswer(ada)).toBe(false);
    await reflect(ada, HEARD_THEN);
    await sam.sees(HEARD_THEN, 30_000);
    await sam.press("Heard: it is right");
    await answer(ada, RESPONSE);
    await sam.sees(RESPONSE, 30_000);
    expect([...ada.said, ...sam.said]).toEqual([]);
  }, 240_000);
});
