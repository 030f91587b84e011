/** The rooms of the SDK: what imports what, and what no room reaches around its ports. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));
const MAX_LINES = 300;

/** What each room may import besides itself. A file at the top is a room of its own. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": ["generated"],
  "random.ts": [],
  "sodium.ts": [],
  "index.ts": ["errors.ts", "generated", "random.ts"],
  generated: [],
  protocol: ["errors.ts", "generated", "sodium.ts"],
  seal: ["errors.ts", "generated", "random.ts", "sodium.ts", "protocol"],
  documents: ["errors.ts", "generated", "protocol"],
  client: ["errors.ts", "generated", "random.ts", "sodium.ts", "protocol", "seal", "documents"],
};

/** What only the far side of a port may touch: clocks, randomness, network, the page, the process. */
const OUTSIDE =
  /\b(?:window|navigator|localStorage|indexedDB|XMLHttpRequest|WebSocket|fetch\(|setTimeout|setInterval|Date\b|performance\.|Math\.random|getRandomValues|randombytes|process\.|Buffer\b|console\.|globalThis|eval\()/;
const ADAPTERS = /^client\/adapters\//;

const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => ({ name, source: readFileSync(SRC + name, "utf8") }));

function importsOf(source: string): readonly string[] {
  return [...source.matchAll(/^(?:import|export)[^;]*?from "(?<from>[^"]+)";|^import "(?<bare>[^"]+)";/gm)].map(
    (found) => found.groups?.from ?? found.groups?.bare ?? "",
  );
}

/** The first folder of a path in `src`, or the file itself. */
function roomOf(name: string): string {
  return name.split("/")[0] ?? name;
}

/** Code without its comments: a comment may name what the code must not touch. */
function code(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

describe.each(FILES)("$name", ({ name, source }) => {
  test("imports no room but those that its own may", () => {
    const allowed = [roomOf(name), ...(ROOMS[roomOf(name)] ?? [])];
    for (const from of importsOf(source)) {
      if (!from.startsWith(".")) {
        expect([name, from]).toEqual(["sodium.ts", "libsodium-wrappers-sumo"]);
      } else {
        expect(allowed, from).toContain(roomOf(posix.join(dirname(name), from)));
      }
    }
  });

  test.skipIf(name.startsWith("generated/"))("is short, and reaches nothing around the ports", () => {
    expect(source.split("\n").length - 1).toBeLessThanOrEqual(MAX_LINES);
    if (!ADAPTERS.test(name)) expect(OUTSIDE.exec(code(source))?.[0]).toBeUndefined();
  });
});

test("every room has its rule", () => {
  expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining([...new Set(FILES.map(({ name }) => roomOf(name)))]));
});

test.each(["documents", "protocol", "seal"])("the entrance of %s opens every module of it", (room) => {
  const names = FILES.map(({ name }) => name).filter((name) => roomOf(name) === room && name !== `${room}/index.ts`);
  const entrance = FILES.find(({ name }) => name === `${room}/index.ts`)?.source ?? "";
  expect(importsOf(entrance).toSorted()).toEqual(names.map((name) => name.replace(`${room}/`, "./")).toSorted());
});
