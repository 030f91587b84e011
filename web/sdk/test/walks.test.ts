/** Random logs, bodies and texts from Python, one a line: both languages make the same of them. `make web-walks`: many. */

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { utf8 } from "../src/protocol/bytes.ts";
import { parseJson } from "../src/protocol/json.ts";
import { CAN_SERVE, PYTHON, ROOT } from "./client/evening.ts";
import { expected, Inputs, outcome } from "./vectors/cases.ts";
import { STATES } from "./vectors/states.ts";

const LOGS = process.env.DUOLOG_WALKS ?? "5";
const SEED = process.env.DUOLOG_SEED ?? "1";

test.skipIf(!CAN_SERVE)(
  "both languages make the same states (skipped without Python's environment)",
  () => {
    const options = {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 2 ** 31,
      env: { ...process.env, PYTHONPATH: ROOT },
    } as const;
    const lines = execFileSync(PYTHON, ["-m", "vectors.walks", SEED, LOGS], options).trim().split("\n");
    expect(lines).toHaveLength(4 * Number(LOGS));
    for (const line of lines) {
      const input = new Inputs(parseJson(utf8(line), "A case", 64));
      const runner = STATES[input.text("kind")];
      if (runner === undefined) throw new Error(`no runner for ${input.text("kind")}`);
      expect(
        outcome(() => runner(input, input)),
        input.text("name"),
      ).toEqual(expected(input));
    }
  },
  3_600_000,
);
