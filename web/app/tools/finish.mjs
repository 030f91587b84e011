/**
 * Finishes a build for those who serve it: `node tools/finish.mjs FOLDER`, once, after vite.
 *
 * - `index.html` names the hash of each script and style sheet (SRI). Scripts that other scripts load stand in an
 *   import map with their hashes.
 * - `sw.js` begins with the list of all files and their SHA-256.
 * - Beside each file that gets smaller lie `.br` and `.gz`.
 * - `SHA256SUMS` names every file. The same sources give the same sums, on every machine with the same Node.
 *
 * It runs alone and not inside a hook of vite: there the order of work isn't ours.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export const BASE = "/app/";
export const SUMS = "SHA256SUMS";
const WORKER = "sw.js";
const PAGE = "index.html";
const BEGINS = "const DUOLOG_BUILD=";
const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|wasm|txt)$/;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** The names of all files below a folder, with `/` between folders, in the order of their bytes. */
export function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, ""));
  return names.sort((one, other) => (one < other ? -1 : 1));
}

function digest(data, form) {
  return createHash(form === "base64" ? "sha384" : "sha256")
    .update(data)
    .digest(form);
}

function integrity(folder, name) {
  return `sha384-${digest(readFileSync(join(folder, name)), "base64")}`;
}

/**
 * The scripts that a page's own scripts import, directly or by another: all of them run in the page. `later`: those alone
 * that are imported when they are needed.
 */
export function importedBy(folder, scripts, { later = false } = {}) {
  const found = new Set();
  const waiting = [...scripts];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const text = readFileSync(join(folder, name), "utf8");
    const imports = later
      ? /\b(import)\s*\(\s*["'`]([^"'`\s]+\.js)["'`]/g
      : /\b(from|import)\s*\(?\s*["'`]([^"'`\s]+\.js)["'`]/g;
    for (const [, , target] of text.matchAll(imports)) {
      const other = target.startsWith(BASE) ? target.slice(BASE.length) : posix.join(posix.dirname(name), target);
      if (!found.has(other) && existsSync(join(folder, other))) {
        found.add(other);
        waiting.push(other);
      }
    }
  }
  return [...found].filter((name) => !scripts.includes(name)).sort();
}

/** The scripts that the page itself names. */
export function scriptsOf(html) {
  return [...html.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)].map(([, address]) => nameAt(address));
}

function nameAt(address) {
  if (!address.startsWith(BASE)) throw new Error(`${PAGE} loads ${address}, which is not below ${BASE}`);
  return address.slice(BASE.length);
}

function withHashes(folder, html) {
  if (/<script\b(?![^>]*\bsrc=)/.test(html))
    throw new Error(`${PAGE} has a script of its own: the headers forbid that.`);
  const tag = /<(script|link)\b[^>]*\b(?:src|href)="([^"]+)"[^>]*>/g;
  const hashed = html.replace(tag, (whole, kind, address) => {
    const loads = kind === "script" || /\brel="(stylesheet|modulepreload)"/.test(whole);
    return loads ? whole.replace(/>$/, ` integrity="${integrity(folder, nameAt(address))}">`) : whole;
  });
  const others = importedBy(folder, scriptsOf(html));
  if (others.length === 0) return hashed;
  const map = { integrity: Object.fromEntries(others.map((name) => [BASE + name, integrity(folder, name)])) };
  const script = `<script type="importmap">${JSON.stringify(map)}</script>`;
  return hashed.replace(/<(script|link)\b/, (first) => `${script}\n    ${first}`); // before anything that loads
}

/** Finishes the build in a folder; the digest of its list of files. */
export function finish(folder) {
  const names = filesOf(folder);
  for (const name of [PAGE, WORKER])
    if (!names.includes(name)) throw new Error(`${folder} has no ${name}: build first.`);
  const strange = names.find((name) => !NAME.test(name));
  if (strange !== undefined) throw new Error(`A file's name is not plain: ${strange}`);
  const worker = readFileSync(join(folder, WORKER), "utf8");
  if (names.includes(SUMS) || worker.startsWith(BEGINS)) throw new Error(`${folder} is finished already: build anew.`);

  writeFileSync(join(folder, PAGE), withHashes(folder, readFileSync(join(folder, PAGE), "utf8")));
  const listed = names.filter((name) => name !== WORKER);
  const files = Object.fromEntries(listed.map((name) => [name, digest(readFileSync(join(folder, name)), "hex")]));
  const build = digest(JSON.stringify(files), "hex");
  writeFileSync(join(folder, WORKER), `${BEGINS}${JSON.stringify({ build, files })};\n${worker}`);
  for (const name of names.filter((one) => COMPRESSIBLE.test(one))) compress(join(folder, name));
  const sums = filesOf(folder).map((name) => `${digest(readFileSync(join(folder, name)), "hex")}  ${name}\n`);
  writeFileSync(join(folder, SUMS), sums.join(""));
  return build;
}

/** Writes both compressed forms of a file, where they are smaller than the file. */
function compress(path) {
  const data = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  const gz = gzipSync(data, { level: 9 });
  gz[9] = 255; // the system that compressed it: unknown, wherever that was
  for (const [end, smaller] of [
    ["br", brotliCompressSync(data, { params })],
    ["gz", gz],
  ]) {
    if (smaller.length < data.length) writeFileSync(`${path}.${end}`, smaller);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    process.stdout.write(`build ${finish(process.argv[2] ?? "")}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
