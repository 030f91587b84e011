/**
 * Builds the app twice, here and from a copy at another place, and compares every byte: `node tools/double.mjs [ROOT]`.
 * ROOT: the folder with `index.html`, below this one.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SUMS } from "./finish.mjs";

const APP = fileURLToPath(new URL("..", import.meta.url));
const LEFT = new Set(["build", "node_modules"].map((name) => join(APP, name)));
const root = process.argv[2] ?? ".";
const folder = mkdtempSync(join(tmpdir(), "duolog-double-"));

function sums(app, name, settings) {
  const built = join(folder, name);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings };
  execFileSync(process.execPath, [join(app, "tools", "build.mjs"), built, join(app, root)], { env: environment });
  return readFileSync(join(built, SUMS), "utf8").trimEnd().split("\n");
}

try {
  const copy = join(folder, "elsewhere", "web", "app");
  cpSync(APP, copy, { recursive: true, filter: (path) => !LEFT.has(path) });
  cpSync(join(APP, "..", "tsconfig.json"), join(copy, "..", "tsconfig.json"));
  symlinkSync(join(APP, "..", "node_modules"), join(copy, "..", "node_modules"));
  const one = sums(APP, "one", { TZ: "Pacific/Kiritimati" });
  const other = sums(copy, "other", { TZ: "America/Adak", LC_ALL: "C" });
  const differ = [...new Set([...one, ...other])].filter((line) => !one.includes(line) || !other.includes(line));
  for (const line of differ) process.stderr.write(`differs: ${line}\n`);
  if (differ.length > 0) process.exitCode = 1;
  else process.stdout.write(`two builds, ${one.length} files, equal to the byte\n`);
} finally {
  rmSync(folder, { recursive: true });
}
