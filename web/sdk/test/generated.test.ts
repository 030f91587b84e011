/** What is generated is current. (The constants and the words are Python's to check: tests/docs/test_sdk_constants.py.) */

import { expect, test } from "vitest";
import { committed, FILES } from "../../tools/types.mjs";

test.each(Object.entries(FILES))("%s is current: run `make sdk-types` and commit it", async (name, text) => {
  expect(await text()).toBe(committed(name));
});
