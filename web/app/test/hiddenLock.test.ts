/** The lock that falls when nobody looks. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HiddenLock } from "../src/worker/hiddenLock.ts";

let fallen = 0;
let lock: HiddenLock;

beforeEach(() => {
  vi.useFakeTimers();
  fallen = 0;
  lock = new HiddenLock(
    async () => 5,
    async () => {
      fallen++;
    },
  );
});

afterEach(() => {
  lock.end();
  vi.useRealTimers();
});

test("it falls after so many minutes, and not before", async () => {
  await lock.attend(false);
  await vi.advanceTimersByTimeAsync(5 * 60_000 - 1);
  expect(fallen).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(fallen).toBe(1);
});

test("who comes back in time finds it open, and the minutes begin anew", async () => {
  await lock.attend(false);
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  await lock.attend(true);
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  await lock.attend(false);
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  expect(fallen).toBe(0);
});

test("a page that is hidden and seen within one moment stays open", async () => {
  await Promise.all([lock.attend(false), lock.attend(true)]);
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(fallen).toBe(0);
});

test("a program that slept meanwhile locks as soon as it is seen", async () => {
  await lock.attend(false);
  lock.end(); // its timers stood still
  vi.setSystemTime(Date.now() + 6 * 60_000);
  await lock.attend(true);
  expect(fallen).toBe(1);
});
