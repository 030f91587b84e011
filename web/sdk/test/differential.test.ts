/** Python's parsers and these give the same verdict about changed bytes: a few thousand here, a million by `make web-fuzz`. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CAN_SERVE, PYTHON, ROOT } from "./client/evening.ts";

const OTHER = fileURLToPath(new URL("verdicts.mjs", import.meta.url));

test.skipIf(!CAN_SERVE)(
  "both languages judge alike (skipped without Python's environment)",
  () => {
    const said = execFileSync(PYTHON, ["-m", "fuzz.differential", "--inputs", "3000", "--", process.execPath, OTHER], {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      encoding: "utf8",
    });
    expect(said).toContain("3000 inputs, 0 differences");
  },
  120_000,
);
