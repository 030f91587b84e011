import { describe, expect, test } from "vitest";
import { expected, outcome, type Runner, vectorFiles } from "./vectors/cases.ts";
import { FORMATS } from "./vectors/formats.ts";

const KINDS: Readonly<Record<string, Runner>> = { ...FORMATS };

describe.each(vectorFiles())("$name", ({ shared, cases }) => {
  test.each(cases.map((input) => [input.text("name"), input] as const))("%s", (_, input) => {
    const runner = KINDS[input.text("kind")];
    if (runner === undefined) throw new Error(`no runner for the kind ${input.text("kind")}`);
    expect(outcome(() => runner(input, shared))).toEqual(expected(input));
  });
});
