import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { RealServer } from "../support/server.ts";

let server: RealServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([RealServer.start(), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.end();
});

test("register", async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  page.on("console", (m) => console.log("CONSOLE", m.type(), m.text()));
  page.on("pageerror", (e) => console.log("ERROR", e.message));
  page.on("requestfailed", (r) => console.log("FAILED", r.url(), r.failure()?.errorText));
  await page.goto(`${server.origin}/app/`);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.screenshot({ path: "/tmp/shot1.png" });
  await page.getByRole("button", { name: "I understand" }).click();
  await page.getByRole("button", { name: "Mine", exact: true }).click();
  await page.getByRole("button", { name: "With a passphrase" }).click();
  await page.getByLabel("Passphrase").fill("lantern tulip bridge orbit");
  await page.getByLabel("The same again").fill("lantern tulip bridge orbit");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("What your partner calls you").fill("Ada");
  const t = Date.now();
  await page.getByRole("button", { name: "Begin" }).click();
  await page
    .getByRole("heading", { name: "Invite" })
    .waitFor({ timeout: 15000 })
    .catch(() => undefined);
  console.log("registered", Date.now() - t);
  await page.screenshot({ path: "/tmp/shot2.png" });
  await page.getByRole("link", { name: "Me" }).click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: "/tmp/shot3.png", fullPage: true });
  await page.getByRole("link", { name: "Journal" }).click();
  await page.waitForTimeout(500);
  await page.screenshot({ path: "/tmp/shot4.png", fullPage: true });
}, 60000);
