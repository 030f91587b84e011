/** The golden transcript, as far as the SDK plays it: with its draws it sends the same bytes as Python's client. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CAN_SERVE, PYTHON, ROOT } from "./client/evening.ts";

const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));

test.skipIf(!CAN_SERVE)(
  "two people register, pair, write and agree, byte for byte (skipped without Python's environment)",
  () => {
    const said = execFileSync(PYTHON, ["-m", "vectors.transcript", "play", "--", process.execPath, PROGRAM], {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      encoding: "utf8",
    });
    expect(said).toMatch(/^15 of \d+ acts; the client lacks act 16 \(tablet: new_device\)/);
  },
  60_000,
);
