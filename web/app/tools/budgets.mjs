/** Fails where a finished build is larger than a phone should have to load: `node tools/budgets.mjs FOLDER`. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filesOf, importedBy, SUMS, scriptsOf } from "./finish.mjs";

const KB = 1000; // bytes
export const BUDGETS = { shell: 45 * KB, worker: 210 * KB, visit: 280 * KB };
const LANGUAGE = /\/[a-z]{2}-[^/]*\.js$/; // the bundler begins a script's name with its source's
const WORDS = {
  shell: "page, scripts and styles",
  worker: "the Worker with libsodium",
  visit: "all that a first visit loads",
};

/** Bytes of each part, as they go over the wire to a browser that takes Brotli. */
export function measure(folder) {
  const names = filesOf(folder).filter((name) => !/\.(br|gz)$/.test(name) && name !== SUMS);
  const own = scriptsOf(readFileSync(join(folder, "index.html"), "utf8"));
  const page = new Set(["index.html", ...own, ...importedBy(folder, own), ...names.filter((n) => n.endsWith(".css"))]);
  const others = names.filter((name) => /\.(js|wasm)$/.test(name) && !page.has(name) && name !== "sw.js");
  const later = importedBy(folder, own, { later: true });
  const languages = later.filter((name) => LANGUAGE.test(name)); // a first look loads one of them
  const largest = Math.max(0, ...languages.map((name) => onTheWire(join(folder, name))));
  const sum = (of) => of.reduce((bytes, name) => bytes + onTheWire(join(folder, name)), 0);
  const shell = sum([...page].filter((name) => !later.includes(name))) + largest;
  return { shell, worker: sum(others), visit: sum(names) };
}

function onTheWire(path) {
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

/** A sentence for each part that is too large. */
export function tooLarge(measured, budgets = BUDGETS) {
  return Object.keys(budgets)
    .filter((part) => measured[part] > budgets[part])
    .map((part) => `Too large: ${WORDS[part]}, ${measured[part]} bytes of at most ${budgets[part]}.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const measured = measure(process.argv[2] ?? "");
  for (const [part, bytes] of Object.entries(measured)) {
    process.stdout.write(`${bytes} of ${BUDGETS[part]} bytes: ${WORDS[part]}\n`);
  }
  for (const sentence of tooLarge(measured)) {
    process.stderr.write(`${sentence}\n`);
    process.exitCode = 1;
  }
}
