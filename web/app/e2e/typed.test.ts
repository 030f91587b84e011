/** Nothing that somebody typed is lost: by a cover, by another screen, or in the second before a draft is kept. */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./support/browser.ts";
import { serve } from "./support/serve.ts";

const BUILD = fileURLToPath(new URL("../build/pretend", import.meta.url));
let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), serve(BUILD)]);
});

afterAll(async () => {
  await browser.close();
  server.close();
});

async function open(at: string, state = "open"): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${server.origin}/app/?state=${state}${at}`);
  await page.locator("textarea").first().waitFor();
  return page;
}

test.each([
  ["a note", "#/write", "open"],
  ["an answer", "#/entry/two", "open"],
  ["an answer to a disclosure", "#/hear/told", "heard"],
  ["a boundary", "#/propose", "open"],
  ["a check-in", "#/check-in", "open"],
])("%s that is being written survives a cover, and isn't in the page meanwhile", async (_, at, state) => {
  const page = await open(at, state);
  await page.locator("textarea").first().fill("a canary of words");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Show" }).waitFor();
  expect(await page.content()).not.toContain("canary");
  expect(await page.locator("textarea").count()).toBe(0);
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator("textarea").first().waitFor();
  await expect.poll(() => page.locator("textarea").first().inputValue()).toBe("a canary of words");
  await page.close();
});

test("a note that is left within a second is there when it is opened again", async () => {
  const page = await open("#/write");
  await page.locator("textarea").first().fill("a canary of words");
  await page.getByRole("link", { name: "Leave it as a draft" }).click();
  await page.getByRole("link", { name: "Write" }).click();
  await expect.poll(() => page.locator("textarea").first().inputValue()).toBe("a canary of words");
  await page.close();
});

test("an act that ends after its screen was left takes nobody anywhere", async () => {
  const page = await browser.newPage();
  await page.goto(`${server.origin}/app/?state=compare&slow=800#/compare`);
  await page.getByRole("button", { name: "All eight are the same" }).click();
  await page.getByRole("link", { name: "Boundaries" }).click();
  await page.getByRole("heading", { name: "Boundaries" }).waitFor();
  await page.waitForTimeout(1200);
  expect(page.url()).toContain("#/boundaries");
  await page.close();
});
