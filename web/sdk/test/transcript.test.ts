/** The golden transcript: with its draws it sends the same bytes as Python's client. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CAN_SERVE, PYTHON, ROOT } from "./client/evening.ts";

const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));

test.skipIf(!CAN_SERVE)(
  "the whole evening, byte for byte (skipped without Python's environment)",
  () => {
    const said = execFileSync(
      PYTHON,
      ["-m", "vectors.transcript", "play", "--port", "0", "--", process.execPath, PROGRAM],
      {
        cwd: ROOT,
        env: { ...process.env, PYTHONPATH: ROOT },
        encoding: "utf8",
      },
    );
    expect(said).toBe("30 of 30 acts, every request as it stands in the transcript\n");
  },
  60_000,
);
