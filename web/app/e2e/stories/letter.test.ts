/** Story 2 whole: owning up and being heard, with the command and the browser in both parts. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { founded, joined } from "../support/couple.ts";
import type { Person } from "../support/person.ts";
import { CAN_SERVE, Town } from "../support/town.ts";

const TOLD = "Robin messaged on Tuesday. I replied twice and hid it. I felt flattered, then ashamed.";
const HEARD_FIRST = "You hid it because you feared losing my trust?";
const MISSING = "I feared your anger.";
const HEARD_THEN = "You hid it because you feared my anger.";
const RESPONSE = "I was hurt most by the hiding. Please tell me the same day.";

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

  /** Opens the letter from the journal's quiet line. */
  async function hear(person: Person, line: RegExp): Promise<void> {
    await person.page.goto(`${person.origin}/app/#/journal`);
    await person.page.getByRole("link", { name: line }).first().click({ timeout: 20_000 });
    await person.heading("Something to hear").waitFor();
  }

  test("Sam owns up with the command, Ada hears it in the browser", async () => {
    const ada = await founded(town, browser, "sam");
    await town.duolog("sam", ["disclose"], `About: Robin\n\n${TOLD}`);
    await hear(ada, /letter/);
    await ada.picture("letter-closed");
    const before = (await town.duolog("sam", ["letter", "show", "1"])).said;
    await ada.press("Now");
    await ada.sees(TOLD);
    await ada.picture("letter-open");
    expect((await town.duolog("sam", ["letter", "show", "1"])).said).toBe(before); // nothing shows Sam that she has read
    expect(await ada.page.getByRole("button", { name: "Answer", exact: true }).count()).toBe(0); // no response before "heard"
    await ada.press("Say that I have it");
    await town.eventually("sam", ["letter", "show", "1", "--json"], '"acknowledge"');
    await ada.type("Say what I hear", HEARD_FIRST);
    await ada.press("This is what I hear");
    await town.eventually("sam", ["letter", "show", "1"], HEARD_FIRST);
    await town.duolog("sam", ["not-quite", "1"], MISSING);
    await ada.sees(MISSING, 30_000);
    await ada.type("Say what I hear", HEARD_THEN);
    await ada.press("This is what I hear");
    await town.eventually("sam", ["letter", "show", "1"], HEARD_THEN);
    await town.duolog("sam", ["heard", "1", "--yes"]);
    await ada.page.getByLabel("Answer", { exact: true }).fill(RESPONSE, { timeout: 30_000 });
    await ada.press("Answer");
    await town.eventually("sam", ["letter", "show", "1"], "hurt most by the hiding");
    expect(ada.said).toEqual([]);
  }, 240_000);

  test("Sam owns up in the browser, Ada hears it with the command", async () => {
    const sam = await joined(town, browser, "ada");
    await sam.page.goto(`${sam.origin}/app/#/write`);
    await sam.page.getByLabel("I want to own up").check();
    await sam.type("One line, read before it is opened", "Robin");
    await sam.type("What happened", TOLD);
    await sam.picture("own-up");
    await sam.press("Put into the journal");
    await sam.heading("Journal").waitFor();
    await town.eventually("ada", ["letter", "show", "1"], "flattered, then ashamed");
    await town.duolog("ada", ["acknowledge", "1", "--yes"]);
    await town.duolog("ada", ["set-aside", "1", "--words"], "Read; not ready.");
    await town.duolog("ada", ["pause", "--for", "40m"]);
    await town.duolog("ada", ["return", "--yes"]);
    await town.duolog("ada", ["respond", "1"], RESPONSE, 1); // refused before "heard"
    await town.duolog("ada", ["reflect", "1"], HEARD_FIRST);
    await hear(sam, /letter|hear/i);
    await sam.sees(HEARD_FIRST, 30_000);
    await sam.press("Not quite: say what is missing");
    await sam.type("Not quite: say what is missing", MISSING);
    await sam.press("Not quite");
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
