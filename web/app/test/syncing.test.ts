/** How often an open home asks a server that lets it in no more. */
import { ServerRefused } from "@duolog/sdk";
import { type Home, MemoryStore } from "@duolog/sdk/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Syncing } from "../src/worker/syncing.ts";

const MINUTE = 60_000; // milliseconds

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a device that was taken out asks once a minute, so that the others at home can log in", async () => {
  let asked = 0;
  const syncing = new Syncing({
    home: { connection: { token: () => null, origin: "https://journal.example" } } as unknown as Home,
    store: new MemoryStore(),
    ask: () => {
      asked++;
      return Promise.reject(new ServerRefused("No.", "login_refused", 401));
    },
    due: () => Promise.resolve(false),
    changed: () => undefined,
    forked: () => undefined,
  });
  await vi.advanceTimersByTimeAsync(MINUTE - 1);
  expect(syncing.reach).toBe("out");
  expect(asked).toBe(2); // by the loop, and by what listens
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect(asked).toBe(5);
  syncing.end();
});
