/** Story 2 whole: owning up and being heard, with the command and the browser in both parts. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { founded, joined } from "../support/couple.ts";
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

const FORCED = "How could you?";

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

  test("Sam owns up with the command, Ada hears it in the browser", async () => {
    const ada = await founded(town, browser, "sam");
    await town.duolog("sam", ["disclose"], `About: Robin\n\n${TOLD}`);
    await openLetter(ada, /letter/);
    await ada.picture("letter-closed");
    const before = (await town.duolog("sam", ["letter", "show", "1"])).said;
    await ada.press("Now");
    await ada.sees(TOLD);
    await ada.picture("letter-open");
    expect((await town.duolog("sam", ["letter", "show", "1"])).said).toBe(before); // nothing shows Sam that she has read
    expect(await mayAnswer(ada)).toBe(false); // no response before "heard"
    await ada.press("Say that I have it");
    await town.eventually("sam", ["letter", "show", "1", "--json"], '"acknowledge"');
    await ada.press("Set it aside");
    await town.eventually("sam", ["letter", "show", "1"], "isn't ready for this now");
    await pause(ada); // it asks nobody
    await town.eventually("sam", ["pauses", "--json"], '"stage": "called"');
    await town.duolog("sam", ["write", "--yes"], "Take your time.");
    await comeBack(ada);
    await town.eventually("sam", ["pauses", "--json"], '"stage": "returned"');
    await openWritten(ada);
    await reflect(ada, HEARD_FIRST);
    await town.eventually("sam", ["letter", "show", "1"], HEARD_FIRST);
    await town.duolog("sam", ["not-quite", "1"], MISSING);
    await ada.sees(MISSING, 30_000);
    await reflect(ada, HEARD_THEN);
    await town.eventually("sam", ["letter", "show", "1"], HEARD_THEN);
    await town.duolog("sam", ["heard", "1", "--yes"]);
    await answer(ada, RESPONSE);
    await town.eventually("sam", ["letter", "show", "1"], "hurt most by the hiding");
    expect(ada.said).toEqual([]);
  }, 240_000);

  test("Sam owns up in the browser, Ada hears it with the command", async () => {
    const sam = await joined(town, browser, "ada");
    await ownUp(sam, "Robin", TOLD);
    await town.eventually("ada", ["letter", "show", "1"], "flattered, then ashamed");
    await town.duolog("ada", ["acknowledge", "1", "--yes"]);
    await town.duolog("ada", ["set-aside", "1", "--words"], "Read; not ready.");
    await town.duolog("ada", ["pause", "--for", "40m"]);
    await isToldOfPause(sam, "Ada");
    await sam.write("Take your time."); // nothing is held back by force
    await town.duolog("ada", ["return", "--yes"]);
    await isToldOfReturn(sam, "Ada");
    await town.duolog("ada", ["respond", "1"], FORCED, 1); // refused before "heard"
    const forced = await town.unguarded("ada", ["respond", "1"], FORCED); // a changed client sends it all the same
    expect(forced).toContain("It arrived, and has no effect");
    await sam.page.goto(`${sam.origin}/app/#/journal`);
    await sam.sees(/^Without effect: Reflect first/, 30_000);
    await sam.picture("letter-forced");
    await openWritten(sam);
    expect(await sam.page.getByText(FORCED).count()).toBe(0);
    await town.duolog("ada", ["reflect", "1"], HEARD_FIRST);
    await openLetter(sam, /letter|hear/i);
    await sam.sees(HEARD_FIRST, 30_000);
    await sayWhatIsMissing(sam, MISSING);
    await town.eventually("ada", ["letter", "show", "1"], MISSING);
    await town.duolog("ada", ["reflect", "1"], HEARD_THEN);
    await sam.sees(HEARD_THEN, 30_000);
    await sam.picture("letter-reflected");
    await sam.press("Heard: it is right");
    await town.eventually("ada", ["letter", "show", "1", "--json"], '"heard"');
    await town.duolog("ada", ["respond", "1"], RESPONSE);
    await sam.sees(RESPONSE, 30_000);
    expect(sam.said).toEqual([]);
  }, 240_000);
});
