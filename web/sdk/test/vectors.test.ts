/** Every case of `vectors/*.json`. A kind without a runner fails. */

import { describe, expect, test } from "vitest";
import { expected, outcome, type Runner, vectorFiles } from "./vectors/cases.ts";
import { DOCUMENTS } from "./vectors/documents.ts";
import { FORMATS } from "./vectors/formats.ts";
import { LOGS } from "./vectors/logs.ts";
import { PRIMITIVES } from "./vectors/primitives.ts";
import { SECRETS } from "./vectors/secrets.ts";
import { STATES } from "./vectors/states.ts";

const KINDS: Readonly<Record<string, Runner>> = {
  ...DOCUMENTS,
  ...STATES,
  ...FORMATS,
  ...LOGS,
  ...SECRETS,
  ...PRIMITIVES,
};

const FILES = vectorFiles();

describe.each(FILES)("$name", ({ shared, cases }) => {
  test.each(cases.map((input) => [input.text("name"), input] as const))("%s", (_, input) => {
    const runner = KINDS[input.text("kind")];
    if (runner === undefined) throw new Error(`no runner for the kind ${input.text("kind")}`);
    expect(outcome(() => runner(input, shared))).toEqual(expected(input));
  });
});

test("there are as many cases as Python plays", () => {
  const count = FILES.reduce((sum, file) => sum + file.cases.length, 0);
  expect(count).toBeGreaterThanOrEqual(379);
});
