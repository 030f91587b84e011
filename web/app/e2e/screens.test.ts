/**
 * Each screen in each state, in a real browser, under the strict headers: no fault that axe finds, nothing in the console, no sideways
 * scrolling, no text covered; and a picture of each, in `build/pictures`.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pseudo } from "../src/ui/words.ts";
import { LOOKS, type Look, STATES, type State } from "./states.ts";
import { startBrowser } from "./support/browser.ts";
import { serve } from "./support/serve.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const BUILD = fileURLToPath(new URL("../build/pretend", import.meta.url));
const PICTURES = fileURLToPath(new URL("../build/pictures", import.meta.url));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(BUILD)]);
});

afterAll(async () => {
  await browser.close();
  server.close();
});

/** One page for all screens of a look, and what its console says. */
async function pageOf(look: Look): Promise<{ page: Page; said: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width > 1000 ? 900 : 844 },
    colorScheme: look.scheme,
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  return { page, said };
}

async function open(page: Page, state: State, look: Look): Promise<void> {
  const say = (text: string) => (look.mirrored ? pseudo(text) : text);
  const asked = new URLSearchParams({ state: state.state });
  if (state.invited) asked.set("invited", "https://journal.example/join#abc");
  if (look.mirrored) asked.set("mirrored", "");
  await page.goto("about:blank"); // a fragment alone would load nothing anew
  await page.goto(`${server.origin}/app/?${asked}${state.at}`);
  await page.evaluate((text) => {
    document.documentElement.style.fontSize = `${text * 100}%`;
  }, look.text);
  await page.locator("h1").waitFor();
  for (const name of state.press ?? [])
    await page
      .getByRole("button", { name: say(name), exact: true })
      .first()
      .click();
  await page.getByText(say("One moment.")).first().waitFor({ state: "detached" });
}

/** What a person with this look can't reach: things beyond the side of the screen, and text under something else. */
async function hidden(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found: string[] = [];
    if (document.documentElement.scrollWidth > width + 1)
      found.push(`the page is ${document.documentElement.scrollWidth} wide, the screen ${width}`);
    for (const one of document.querySelectorAll<HTMLElement>("a, button, input, textarea, select, h1, h2, p, li")) {
      const shown = one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
      const empty = one.matches("h1, h2, p, li") && one.textContent.trim() === "";
      if (!shown || empty || one.closest(".unseen") !== null) continue;
      one.scrollIntoView({ block: "center" });
      const box = one.getBoundingClientRect();
      if (box.left < -1 || box.right > width + 1) found.push(`beyond the side: ${one.textContent.slice(0, 40)}`);
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 400));
      if (top !== null && !one.contains(top) && !top.contains(one))
        found.push(`covered: ${one.textContent.slice(0, 40)} by ${top.tagName}`);
    }
    return found;
  });
}

interface Fault {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate((values) => {
    const axe = (
      globalThis as unknown as { axe: { run(about: Document, options: object): Promise<{ violations: Fault[] }> } }
    ).axe;
    return axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
  }, RULES);
  return found.violations.flatMap((fault) =>
    fault.nodes.map((node) => `${fault.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`),
  );
}

for (const look of LOOKS) {
  describe(look.name, () => {
    let page: Page;
    let said: string[];

    beforeAll(async () => {
      ({ page, said } = await pageOf(look));
    });

    test.each(STATES.map((state) => [state.name, state] as const))("%s", async (_, state) => {
      said.length = 0;
      await open(page, state, look);
      await page.screenshot({ path: `${PICTURES}/${look.name}/${state.name}.png`, fullPage: true });
      expect(await faults(page)).toEqual([]);
      expect(await hidden(page)).toEqual([]);
      expect(said).toEqual([]);
    });
  });
}
