/** How often an open home asks a server that lets it in no more. */
import { ServerRefused } from "@duolog/sdk";
import { type Home, MemoryStore } from "@duolog/sdk/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Syncing } from "../src/worker/syncing.ts";

const MINUTE = 60_000; // milliseconds
const HOME = {
  connection: { token: () => null, origin: "https://journal.example" },
  identity: { sets: [], accountJournal: new Uint8Array(32) },
} as unknown as Home;
const QUIET = {
  commits: () => 0,
  due: () => Promise.resolve(false),
  changed: () => undefined,
  forked: () => undefined,
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a device that was taken out asks once a minute, so that the others at home can log in", async () => {
  let asked = 0;
  const syncing = new Syncing({
    home: HOME,
    store: new MemoryStore(),
    ask: () => {
      asked++;
      return Promise.reject(new ServerRefused("No.", "login_refused", 401));
    },
    ...QUIET,
  });
  await vi.advanceTimersByTimeAsync(MINUTE - 1);
  expect(syncing.reach).toBe("out");
  expect(asked).toBe(2); // by the loop, and by what listens
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect(asked).toBe(5);
  syncing.end();
});

test("while much is fetched, the page is told of each part that is stored, and at the end", async () => {
  let commits = 0;
  let end: () => void = () => undefined;
  const told: string[] = [];
  const syncing = new Syncing({
    ...QUIET,
    home: HOME,
    store: new MemoryStore(),
    ask: () =>
      new Promise((resolve) => {
        end = () => resolve({ fetched: commits, problems: [] } as never);
      }),
    commits: () => commits,
    changed: () => told.push(syncing.reach),
  });
  await vi.advanceTimersByTimeAsync(2000);
  expect(told, "nothing came yet").toEqual([]);
  commits++;
  await vi.advanceTimersByTimeAsync(2000);
  commits++;
  await vi.advanceTimersByTimeAsync(2000);
  expect(told).toEqual(["coming", "coming"]);
  end();
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(["coming", "coming", "online"]);
  syncing.end();
});
