/**
 * libsodium as a phone loads it: its WebAssembly as a file of its own, and of its hundreds of functions those that the SDK uses.
 *
 * Inside a script the WebAssembly stands as base64, which costs 35 KB more. The script that asks for it names its hash, so it takes no
 * other file. The functions that are left are those of the package, unchanged; what nobody calls costs 10 KB. Another release of
 * libsodium may look otherwise: then the build ends here.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const MODULE = /\/libsodium-sumo\.mjs$/;
const WRAPPERS = /\/libsodium-wrappers\.mjs$/;
const DECODED = /\(A=>\{for\((?:(?!\}\)\().)*\}\)\("(AGFzb[A-Za-z0-9+/=]+)"\)/s;
const FUNCTIONS = /var e=\[((?:"\w+",?)+)\],a=\[([\w$,]+)\],_=0/;
const CONSTANTS = /var n=\[((?:"\w+",?)+)\]/;
const OTHERWISE = "libsodium is packed in another way than this build knows.";
const USER = new URL("../../node_modules/@duolog/sdk/src/sodium.ts", import.meta.url); // the one import of libsodium

export function sodium() {
  return {
    name: "duolog-sodium",
    enforce: "pre",
    transform(code, id) {
      if (WRAPPERS.test(id)) return { code: used(code, namesIn(readFileSync(USER, "utf8"))), map: { mappings: "" } };
      if (!MODULE.test(id)) return null;
      const [found, text] = DECODED.exec(code) ?? [];
      if (found === undefined) throw new Error(OTHERWISE);
      const source = Buffer.from(text, "base64");
      const file = this.emitFile({ type: "asset", name: "libsodium.wasm", source });
      const integrity = `sha384-${createHash("sha384").update(source).digest("base64")}`;
      const fetched = `await fetch(import.meta.ROLLUP_FILE_URL_${file},{integrity:"${integrity}",credentials:"omit"})`;
      return {
        code: code.replace(found, () => `new Uint8Array(await(${fetched}).arrayBuffer())`),
        map: { mappings: "" },
      };
    },
  };
}

/** What a module calls of libsodium by the package's names. */
export function namesIn(source) {
  return new Set([...source.matchAll(/\bsodium\.(crypto_\w+)/g)].map(([, name]) => name));
}

/**
 * The package's wrappers, with these functions and constants alone, and those that the package itself calls when it starts: the bundler
 * then leaves out what they don't need.
 */
export function used(code, wanted) {
  const [functions, names, values] = FUNCTIONS.exec(code) ?? [];
  const [constants, sizes] = CONSTANTS.exec(code) ?? [];
  if (functions === undefined || constants === undefined) throw new Error(OTHERWISE);
  const [listed, called, sized] = [JSON.parse(`[${names}]`), values.split(","), JSON.parse(`[${sizes}]`)];
  const known = new Set([...listed, ...sized]);
  if (listed.length !== called.length || [...wanted].some((name) => !known.has(name))) throw new Error(OTHERWISE);
  const own = new Set([...code.matchAll(/\bt\.(\w+)/g)].map(([, name]) => name));
  const isUsed = (name) => wanted.has(name) || own.has(name);
  const kept = listed.flatMap((name, at) => (isUsed(name) ? [[name, called[at]]] : []));
  const [left, of] = [kept.map(([name]) => name), kept.map(([, value]) => value)];
  return code
    .replace(functions, () => `var e=${JSON.stringify(left)},a=[${of}],_=0`)
    .replace(constants, () => `var n=${JSON.stringify(sized.filter(isUsed))}`);
}
