/** Random logs from Python, one a line: both languages make the same states of them. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseJson } from "../src/protocol/json.ts";
import { expected, Inputs, outcome } from "./vectors/cases.ts";
import { STATES } from "./vectors/states.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const [python = ""] = [process.env.DUOLOG_PYTHON ?? "", `${ROOT}.venv/bin/python`].filter((one) => existsSync(one));
const LOGS = process.env.DUOLOG_WALKS ?? "10";
const SEED = process.env.DUOLOG_SEED ?? "1";

describe.skipIf(python === "")("random logs", () => {
  test("both languages make the same states", () => {
    const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 31, env: { ...process.env, TZ: "UTC" } } as const;
    const lines = execFileSync(python, ["-m", "vectors.walks", SEED, LOGS], options).trim().split("\n");
    expect(lines).toHaveLength(4 * Number(LOGS));
    for (const line of lines) {
      const input = new Inputs(parseJson(new TextEncoder().encode(line), "A case", 64));
      const runner = STATES[input.text("kind")];
      if (runner === undefined) throw new Error("no runner");
      expect(
        outcome(() => runner(input, input)),
        input.text("name"),
      ).toEqual(expected(input));
    }
  }, 600_000);
});
