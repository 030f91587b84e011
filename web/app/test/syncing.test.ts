/** How often an open home asks: a server that lets it in no more or again, and one whose answers find no room here. */
import { HomeError, ServerRefused } from "@duolog/sdk";
import { type Home, MemoryStore, type Step } from "@duolog/sdk/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FULL } from "../src/worker/indexedDbStore.ts";
import { Syncing } from "../src/worker/syncing.ts";

const MINUTE = 60_000; // milliseconds
const TOKEN = "a step that asks for a token";
const HOME = {
  connection: { token: () => TOKEN, origin: "https://journal.example" },
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

/** A home that syncs, where `asks` plays the server: what is asked for, a pass of the loop or a token of what listens. */
function syncingWith(asks: (what: "pass" | "token") => Promise<unknown>): Syncing {
  return new Syncing({
    ...QUIET,
    home: HOME,
    store: new MemoryStore(),
    ask: <T>(step: Step<T>) => asks((step as unknown) === TOKEN ? "token" : "pass") as Promise<T>,
  });
}

const OUT = () => Promise.reject(new ServerRefused("No.", "login_refused", 401));
const NOTHING_NEW = () => Promise.resolve({ fetched: 0, problems: [] });

test("a device that was taken out asks once a minute, so that the others at home can log in", async () => {
  let asked = 0;
  const syncing = syncingWith(() => {
    asked++;
    return OUT();
  });
  await vi.advanceTimersByTimeAsync(MINUTE - 1);
  expect(syncing.reach).toBe("out");
  expect(asked).toBe(2); // by the loop, and by what listens
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect(asked).toBe(5);
  syncing.end();
});

test.each([
  ["a page that is seen listens again", true, 1],
  ["a page that is hidden doesn't", false, 0],
])("a device that the server lets in again after it was out: %s", async (_, isVisible, listens) => {
  let isOut = true;
  let tokens = 0;
  const syncing = syncingWith((what) => {
    if (isOut) return OUT();
    if (what === "pass") return NOTHING_NEW();
    tokens++;
    return new Promise(() => undefined); // it goes on listening
  });
  syncing.attend(isVisible, false);
  await vi.advanceTimersByTimeAsync(MINUTE / 2);
  expect(syncing.reach).toBe("out");
  isOut = false;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect([syncing.reach, tokens]).toEqual(["online", listens]);
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(tokens, "one stream is enough").toBe(listens);
  syncing.end();
});

test.each([
  ["within ten seconds where somebody looks", true, 10_000],
  ["within a minute where nobody does", false, MINUTE],
])("what found no room is fetched once there is some: %s", async (_, isVisible, most) => {
  let isFull = true;
  const syncing = syncingWith((what) => {
    if (what === "token") return new Promise(() => undefined);
    return isFull ? Promise.reject(new HomeError(FULL)) : NOTHING_NEW();
  });
  syncing.attend(isVisible, false);
  await vi.advanceTimersByTimeAsync(4.2 * MINUTE); // into the middle of the longest pause
  expect(syncing.reach).toBe("full");
  isFull = false;
  await vi.advanceTimersByTimeAsync(most);
  expect(syncing.reach).toBe("online");
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
