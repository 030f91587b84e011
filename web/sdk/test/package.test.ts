/** The package as npm packs it, of what `npm run build` made: what is in it, and that a program with types can use it. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const SDK = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(SDK, "..", "node_modules");
const TSC = join(MODULES, "typescript", "bin", "tsc");
const NPM = join(process.execPath, "..", "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");

const README = readFileSync(join(SDK, "README.md"), "utf8");
const [PROGRAM = "", CLIENT = "", PAIR = ""] = [...README.matchAll(/```ts\n(?<program>[\s\S]*?)```/g)].map(
  (found) => found.groups?.program ?? "",
);
const TYPED = "const typed: readonly string[] = encodeWords(sheet.seed);\nconsole.log(typed.length);\n";

const folder = mkdtempSync(join(tmpdir(), "duolog-sdk-"));
let packed: readonly string[] = [];

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
}

beforeAll(() => {
  if (!existsSync(join(SDK, "dist", "index.js"))) throw new Error("nothing is built: `make web-check` builds first");
  const [made] = JSON.parse(run(NPM, "pack", SDK, "--ignore-scripts", "--json")) as {
    filename: string;
    files: { path: string }[];
  }[];
  packed = made?.files.map((file) => file.path) ?? [];
  execFileSync("tar", ["xzf", made?.filename ?? ""], { cwd: folder });
  mkdirSync(join(folder, "node_modules", "@duolog"), { recursive: true });
  symlinkSync(join(folder, "package"), join(folder, "node_modules", "@duolog", "sdk"));
  mkdirSync(join(folder, "package", "node_modules"));
  for (const name of ["libsodium-wrappers-sumo", "libsodium-sumo"]) {
    symlinkSync(join(MODULES, name), join(folder, "package", "node_modules", name));
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("the package holds what was built, README and licence", () => {
  expect(packed).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts"]),
  );
  expect(
    packed.filter((path) => !path.startsWith("dist/") && !["LICENSE", "README.md", "package.json"].includes(path)),
  ).toEqual([]);
});

test("every module of the package loads", () => {
  const modules = packed.filter((path) => path.endsWith(".js"));
  writeFileSync(join(folder, "all.mjs"), modules.map((path) => `import "./package/${path}";`).join("\n"));
  expect(run("all.mjs")).toBe("");
  expect(modules.length).toBeGreaterThan(80);
});

test("README's programs compile with the package's types; the first one runs, and shows no secret", () => {
  writeFileSync(join(folder, "program.mts"), PROGRAM + TYPED);
  writeFileSync(join(folder, "client.mts"), CLIENT); // these ask for a server, so they are compiled alone
  writeFileSync(join(folder, "pair.mts"), PAIR);
  run(
    TSC,
    "--strict",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--lib",
    "es2022,dom",
    "program.mts",
    "client.mts",
    "pair.mts",
  );
  expect(run("program.mjs").trim().split("\n")).toEqual([
    "24 https://journal.example",
    "KeyholderSecret(<secret>)",
    "24",
  ]);
}, 60_000);
