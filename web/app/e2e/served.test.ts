/** The service worker in a real browser, under the server's headers: what is kept stays, and a newer build waits. */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bundle } from "../tools/build.mjs";
import { finish } from "../tools/finish.mjs";
import { startBrowser } from "./support/browser.ts";
import { POLICY, type Served, serveBuild } from "./support/served.ts";

const ROOT = fileURLToPath(new URL("served", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "duolog-served-"));
const [one, two, changed] = ["one", "two", "changed"].map((name) => join(folder, name)) as [string, string, string];
const digests = { one: "", two: "" };
let browser: Browser;
let server: Served;
let context: BrowserContext;
let page: Page;
let said: string[];

/** Rewrites the scripts of a build. */
function rewrite(build: string, from: string, to: string): void {
  const assets = join(build, "assets");
  for (const name of readdirSync(assets).filter((each) => each.endsWith(".js"))) {
    writeFileSync(join(assets, name), readFileSync(join(assets, name), "utf8").replace(from, to));
  }
}

/** The headers' policy, with the hash of the page's import map. */
function policyOf(html: string): string {
  const map = /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(map).digest("base64");
  return POLICY.replace("'wasm-unsafe-eval'", `'wasm-unsafe-eval' 'sha256-${hash}'`);
}

beforeAll(async () => {
  await bundle(one, ROOT);
  cpSync(one, two, { recursive: true });
  rewrite(two, "the first build", "the second build");
  [digests.one, digests.two] = [finish(one), finish(two)];
  cpSync(one, changed, { recursive: true });
  rewrite(changed, "the first build", "a changed build");
  writeFileSync(join(changed, "index.html"), readFileSync(join(one, "index.html"), "utf8").replace("small", "evil"));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  server = await serveBuild(one, policyOf);
  context = await browser.newContext();
  said = [];
  page = await open();
});

afterEach(async () => {
  await context.close();
  await server.close();
});

async function open(): Promise<Page> {
  const opened = await context.newPage();
  opened.setDefaultTimeout(5000);
  opened.on("console", (message) => said.push(message.text()));
  opened.on("pageerror", (error) => said.push(String(error)));
  return opened;
}

/** Opens a page, and waits until it says which build is kept. */
async function visit(path = "/app/"): Promise<void> {
  await page.goto(server.origin + path);
  await page.locator("#kept:not(:empty)").waitFor();
}

const text = (id: string) => page.locator(`#${id}`).textContent();

test("a build with its hashes runs under the server's headers, and the console stays silent", async () => {
  await visit();
  expect([await text("build"), await text("kept")]).toEqual(["the first build", digests.one]);
  await page.locator("#later:not(:empty)").waitFor();
  expect(await text("later")).toBe("loaded later");
  expect(said).toEqual([]);
});

test("a script that isn't the hashed one doesn't run, nor one that is loaded later", async () => {
  for (const [words, id] of [
    ["the first build", "build"],
    ["loaded later", "later"],
  ] as const) {
    const other = join(folder, `other-${id}`);
    cpSync(one, other, { recursive: true });
    rewrite(other, words, "something else");
    server.folder = other;
    page = await open();
    await page.goto(`${server.origin}/app/`);
    await expect.poll(() => said.join("\n")).toMatch(/integrity|Failed to fetch dynamically/i);
    expect(await text(id)).toBe("");
    said = [];
  }
});

test("what was opened once opens offline, by the app's address and by an invitation's", async () => {
  await visit();
  await server.close();
  for (const path of ["/app/", "/app", "/app/#/journal", "/join#secret"]) {
    page = await open();
    await visit(path);
    expect([await text("build"), await text("kept")]).toEqual(["the first build", digests.one]);
  }
  await page.locator("#later:not(:empty)").waitFor();
});

test("a server that changes files and leaves the service worker as it is changes nothing at a later visit", async () => {
  await visit();
  server.folder = changed;
  page = await open();
  await visit();
  expect(await page.locator("h1").textContent()).toBe("A small app");
  expect(await text("build")).toBe("the first build");
});

test("a file that the browser dropped comes from the network if it is the same, and otherwise not at all", async () => {
  await visit();
  const drop = () =>
    page.evaluate(async () => {
      for (const name of await caches.keys()) await (await caches.open(name)).delete("/app/index.html");
    });
  await drop();
  await visit();
  expect(await text("build")).toBe("the first build");
  server.folder = changed;
  await expect(page.goto(`${server.origin}/app/`)).rejects.toThrow(/ERR_FAILED/);
});

test("a file that was changed in the browser's own cache isn't used", async () => {
  await visit();
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      await (await caches.open(name)).put("/app/index.html", new Response("<h1>Planted</h1>"));
    }
  });
  await visit();
  expect(await page.locator("h1").textContent()).toBe("A small app");
});

test("a newer build is fetched and waits, through reloads and new pages, until the person takes it", async () => {
  await visit();
  server.folder = two;
  await page.getByRole("button", { name: "Look" }).click();
  await page.locator("#waiting:not(:empty)").waitFor();
  expect(await text("waiting")).toBe(digests.two);
  await visit();
  expect([await text("build"), await text("kept")]).toEqual(["the first build", digests.one]);
  await page.getByRole("button", { name: "Take" }).click();
  await page.getByText("the second build").waitFor();
  await expect.poll(() => text("kept")).toBe(digests.two);
  expect(await page.evaluate(() => caches.keys())).toEqual([`duolog-app-${digests.two}`]);
});

test("a newer build with a file that isn't the listed one is refused whole", async () => {
  await visit();
  const broken = join(folder, "broken");
  cpSync(two, broken, { recursive: true });
  writeFileSync(join(broken, "index.html"), readFileSync(join(two, "index.html"), "utf8").replace("small", "evil"));
  server.folder = broken;
  await page.getByRole("button", { name: "Look" }).click();
  await page.locator("#waiting:not(:empty)").waitFor();
  expect(await text("waiting")).toBe("none");
  expect(await page.evaluate(() => caches.keys())).toEqual([`duolog-app-${digests.one}`]);
});

test("only the listed files are kept: nothing of the API, nothing with a token, no address that was opened", async () => {
  await visit();
  await visit("/join?from=somebody#secret");
  server.asked.length = 0;
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("asked", { exact: true }).waitFor();
  expect(server.asked.filter((path) => path !== "/app/sw.js")).toEqual(["/v1/journals", "/app/icon.svg"]);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.flat().map((request) => new URL(request.url).pathname + new URL(request.url).search);
  });
  const listed = readFileSync(join(one, "sw.js"), "utf8").match(/"files":\{([^}]*)\}/)?.[1] ?? "";
  expect(kept.sort()).toEqual([...listed.matchAll(/"([^"]+)":/g)].map(([, name]) => `/app/${name}`).sort());
});

test("on somebody else's computer nothing stays", async () => {
  await visit();
  await page.getByRole("button", { name: "Forget" }).click();
  await page.getByText("forgotten").waitFor();
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  await server.close();
  await expect(page.goto(`${server.origin}/app/`)).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
});
