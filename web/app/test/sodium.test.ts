/** libsodium as the build leaves it: what the SDK uses, unchanged, and no more; where the package looks otherwise, there is no build. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { namesIn, used } from "../tools/sodium.mjs";

const HERE = import.meta.dirname;
const USER = readFileSync(join(HERE, "../../sdk/src/sodium.ts"), "utf8");
const MODULES = join(HERE, "../../node_modules");
const PACKAGE = join(MODULES, "libsodium-wrappers-sumo/dist/modules-sumo-esm/libsodium-wrappers.mjs");
const CORE = pathToFileURL(join(MODULES, "libsodium-sumo/dist/modules-sumo-esm/libsodium-sumo.mjs")).href;
const WHOLE = readFileSync(PACKAGE, "utf8");

test("the functions that are left start, and give what those of the whole package give", async () => {
  const wanted = namesIn(USER);
  const path = join(mkdtempSync(join(tmpdir(), "duolog-sodium-")), "few.mjs");
  writeFileSync(path, used(WHOLE, wanted).replace('from"libsodium-sumo"', `from"${CORE}"`));
  const [{ default: few }, { default: all }] = await Promise.all([
    import(/* @vite-ignore */ pathToFileURL(path).href),
    import(/* @vite-ignore */ pathToFileURL(PACKAGE).href),
  ]);
  await Promise.all([few.ready, all.ready]);
  expect([...wanted].filter((name) => typeof few[name] !== typeof all[name])).toEqual([]);
  expect(WHOLE.endsWith(used(WHOLE, wanted).slice(-100_000)), "the functions themselves are the package's").toBe(true);
  expect(few.crypto_hash_sha256("words")).toEqual(all.crypto_hash_sha256("words"));
  expect(few.crypto_box_easy).toBeUndefined();
});

test("a package that looks otherwise, or lacks a function, ends the build", () => {
  expect(() => used(WHOLE, new Set(["crypto_of_tomorrow"]))).toThrow(/packed in another way/);
  expect(() => used("export default {};", new Set())).toThrow(/packed in another way/);
});
