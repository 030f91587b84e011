/** A finished build: hashes that are true, the same bytes each time, and a budget that refuses. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { measure, tooLarge } from "../tools/budgets.mjs";
import { filesOf, finish } from "../tools/finish.mjs";

const TOOLS = fileURLToPath(new URL("../tools/", import.meta.url));
const PAGE = `<!doctype html>
<html>
  <head>
    <link rel="icon" href="/app/icon.svg" />
    <link rel="stylesheet" crossorigin href="/app/assets/main.css">
    <script type="module" crossorigin src="/app/assets/main.js"></script>
  </head>
</html>
`;
const BUILD: Record<string, string> = {
  "index.html": PAGE,
  "icon.svg": "<svg/>",
  "sw.js": `self.addEventListener("fetch", () => {});\n${"// and so on\n".repeat(20)}`,
  "assets/main.css": "p { color: red }\n".repeat(20),
  "assets/main.js": `import { a } from "./shared.js";\nimport("./en-1.js");import("./other.js");new Worker("/app/assets/worker.js");\n`,
  "assets/shared.js": "export const a = 1;\n".repeat(20),
  "assets/en-1.js": `import{a}from"./shared.js";\n`,
  "assets/other.js": "1\n",
  "assets/worker.js": "self.onmessage = () => {};\n".repeat(20),
};
let folder: string;

function lay(files: Record<string, string>): string {
  const to = mkdtempSync(join(folder, "build-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), text);
  }
  return to;
}

const read = (build: string, name: string) => readFileSync(join(build, name));
const hash = (data: Buffer, kind: string, form: "hex" | "base64") => createHash(kind).update(data).digest(form);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duolog-finish-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("the page names the hash of all that it loads, and a map those of all that its scripts load", () => {
  const build = lay(BUILD);
  finish(build);
  const html = read(build, "index.html").toString();
  const of = (name: string) => `sha384-${hash(read(build, name), "sha384", "base64")}`;
  expect(html).toContain(`src="/app/assets/main.js" integrity="${of("assets/main.js")}">`);
  expect(html).toContain(`href="/app/assets/main.css" integrity="${of("assets/main.css")}">`);
  expect(html).not.toMatch(/icon.svg"[^>]*integrity/);
  const map = /<script type="importmap">(.*?)<\/script>/.exec(html);
  expect(html.indexOf("importmap")).toBeLessThan(html.indexOf("main.js"));
  expect(JSON.parse(map?.[1] ?? "")).toEqual({
    integrity: {
      "/app/assets/en-1.js": of("assets/en-1.js"),
      "/app/assets/other.js": of("assets/other.js"),
      "/app/assets/shared.js": of("assets/shared.js"),
    },
  });
});

test("a page with one script has no map", () => {
  const build = lay({ ...BUILD, "assets/main.js": "alert(1);" });
  finish(build);
  expect(read(build, "index.html").toString()).not.toContain("importmap");
});

test("the service worker knows every file but itself, and the sums know all", () => {
  const build = lay(BUILD);
  const digest = finish(build);
  const known = JSON.parse(/^const DUOLOG_BUILD=(.*);\n/.exec(read(build, "sw.js").toString())?.[1] ?? "");
  expect(Object.keys(known.files)).toEqual(
    Object.keys(BUILD)
      .filter((name) => name !== "sw.js")
      .sort(),
  );
  for (const [name, sum] of Object.entries(known.files)) expect(hash(read(build, name), "sha256", "hex")).toBe(sum);
  expect([known.build, digest]).toEqual([digest, hash(Buffer.from(JSON.stringify(known.files)), "sha256", "hex")]);
  execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: build });
  const listed = read(build, "SHA256SUMS")
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(66));
  expect(listed).toEqual(filesOf(build).filter((name) => name !== "SHA256SUMS"));
});

test("the compressed forms hold the same bytes, and are there only where they are smaller", () => {
  const build = lay(BUILD);
  finish(build);
  for (const name of ["sw.js", "assets/main.css", "assets/worker.js"]) {
    expect(brotliDecompressSync(read(build, `${name}.br`))).toEqual(read(build, name));
    expect(gunzipSync(read(build, `${name}.gz`))).toEqual(read(build, name));
  }
  expect(existsSync(join(build, "icon.svg.gz"))).toBe(false);
});

test("the same files give the same sums, in another folder and another process", () => {
  const [one, other] = [lay(BUILD), lay(Object.fromEntries(Object.entries(BUILD).reverse()))];
  finish(one);
  execFileSync(process.execPath, [`${TOOLS}finish.mjs`, other], { env: { TZ: "Asia/Tokyo", LC_ALL: "tr_TR.UTF-8" } });
  expect(read(other, "SHA256SUMS")).toEqual(read(one, "SHA256SUMS"));
});

test.each([
  ["no page", { "sw.js": "1" }, /has no index.html/],
  ["no service worker", { "index.html": PAGE }, /has no sw.js/],
  ["a script of its own in the page", { ...BUILD, "index.html": "<script>1</script>" }, /script of its own/],
  [
    "a script from elsewhere",
    { ...BUILD, "index.html": '<script src="https://x.example/a.js"></script>' },
    /not below/,
  ],
  ["a name with a space", { ...BUILD, "a b.js": "1" }, /not plain/],
])("a build with %s is refused", (_, files, words) => {
  expect(() => finish(lay(files as Record<string, string>))).toThrow(words);
});

test("a build is finished once", () => {
  const build = lay(BUILD);
  finish(build);
  expect(() => finish(build)).toThrow(/finished already/);
});

test("sizes are those on the wire: the page with its scripts and its largest language, the Worker alone, and all together", () => {
  const build = lay(BUILD);
  finish(build);
  const wire = (name: string) => read(build, existsSync(join(build, `${name}.br`)) ? `${name}.br` : name).length;
  const { shell, worker, visit } = measure(build);
  const scripts = ["main.js", "shared.js", "en-1.js", "main.css"].map((name) => wire(`assets/${name}`));
  expect(shell).toBe(scripts.reduce((sum, bytes) => sum + bytes, wire("index.html")));
  expect(worker).toBe(wire("assets/worker.js"));
  expect(visit).toBe(shell + worker + wire("assets/other.js") + wire("icon.svg") + wire("sw.js"));
});

test("a build above a budget is refused with the part and both sizes", () => {
  const build = lay({ ...BUILD, "assets/picture.png": "x".repeat(290_000) });
  finish(build);
  const [sentence, ...more] = tooLarge(measure(build));
  expect([sentence, more]).toEqual([
    expect.stringMatching(/Too large: all .* loads, 29\d+ bytes of at most 280000/),
    [],
  ]);
  expect(tooLarge({ shell: 45_001, worker: 210_001, visit: 280_000 })).toHaveLength(2);
  expect(() => execFileSync(process.execPath, [`${TOOLS}budgets.mjs`, build], { stdio: "pipe" })).toThrow(/Too large/);
});
