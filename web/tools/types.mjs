/**
 * Writes the types of the server's answers, of documents and of statements, from the files in `openapi/`.
 *
 * `node tools/types.mjs`. The types say nothing at run time: what comes from outside is read by `Fields`.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { compile } from "json-schema-to-typescript";
import openapiTS, { astToString } from "openapi-typescript";

const OPENAPI = new URL("../../openapi/", import.meta.url);
const GENERATED = new URL("../sdk/src/generated/", import.meta.url);
const HEAD = "// Made by `make sdk-types` from openapi/: change the Python code, not this file.\n\n";

// Without the last one a list of 16 at most becomes 17 types of tuples.
const OPTIONS = { bannerComment: "", additionalProperties: false, ignoreMinAndMaxItems: true };

/** Each file that is made, with what makes its text. */
export const FILES = {
  "api.ts": async () => HEAD + astToString(await openapiTS(withoutExamples(read("openapi.json")))),
  "documents.ts": () => typesOf("documents/", "Body"),
  "statements.ts": () => typesOf("statements/", ""),
};

/** The committed text of one of the files. */
export function committed(name) {
  return readFileSync(new URL(name, GENERATED), "utf8");
}

function read(name) {
  return JSON.parse(readFileSync(new URL(name, OPENAPI), "utf8"));
}

/** The document without its examples: binary ones are `data:` addresses, which the tool tries to fetch. */
function withoutExamples(value) {
  if (Array.isArray(value)) return value.map(withoutExamples);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).filter(([key]) => key !== "examples");
  return Object.fromEntries(fields.map(([key, item]) => [key, withoutExamples(item)]));
}

/** The types of all schemas of a folder; each is named after its file, with this ending. */
async function typesOf(folder, ending) {
  const names = readdirSync(new URL(folder, OPENAPI)).filter((name) => /^[a-z_]+\.json$/.test(name));
  const parts = names.sort().map((name) => {
    const title = pascal(name.replace(".json", ""));
    const schema = named(read(folder + name), title);
    return compile({ ...schema, title: title + ending }, title + ending, OPTIONS);
  });
  return HEAD + (await Promise.all(parts)).join("\n");
}

/** The schema without the titles of its fields, its parts named after the whole: two files may have parts of one name. */
function named(schema, prefix) {
  const walk = (value) => {
    if (Array.isArray(value)) return value.map((item) => walk(item));
    if (value === null || typeof value !== "object") return value;
    const fields = Object.entries(value)
      .filter(([key, item]) => key !== "title" || typeof item !== "string")
      .map(([key, item]) => {
        if (key === "$defs") return [key, parts(item)];
        if (key === "$ref") return [key, item.replace("#/$defs/", `#/$defs/${prefix}`)];
        return [key, walk(item)];
      });
    return Object.fromEntries(fields);
  };
  const parts = (defs) =>
    Object.fromEntries(
      Object.entries(defs).map(([name, part]) => [prefix + name, { ...walk(part), title: prefix + name }]),
    );
  return walk(schema);
}

function pascal(name) {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(new URL(name, GENERATED), await text());
}
