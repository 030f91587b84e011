/** Days without a clock, against the engine's own calendar. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCome, isDay, isWallTime, utcDay } from "../src/documents/days.ts";

describe("days", () => {
  test("the day of a time in UTC is the calendar's", () => {
    const times = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(times, (time) => {
        expect(utcDay(time)).toBe(new Date(time * 1000).toISOString().slice(0, 10));
      }),
      { examples: [[-62_135_596_800], [253_402_300_799], [951_782_400], [0], [-1]], numRuns: 2000 },
    );
  });

  test("a time that no calendar has is on no day, and no day has come then", () => {
    expect([253_402_300_800, -62_135_596_801, 2 ** 53 - 1].map(utcDay)).toEqual(["", "", ""]);
    expect(hasCome("2026-01-01", 2 ** 53 - 1)).toBe(false);
  });

  test.each(["2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "2026-1-1", "20260101", "2026-01-01T00:00"])(
    "%s is no day",
    (text) => expect(isDay(text)).toBe(false),
  );

  test("days and wall times", () => {
    expect(["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"].every(isDay)).toBe(true);
    expect(["2026-11-20", "2026-11-20T18:30", "1900-01-01T23:59"].every(isWallTime)).toBe(true);
    expect(["2026-11-20T24:00", "2026-11-20T18:60", "1899-12-31", "2026-11-20 18:30"].some(isWallTime)).toBe(false);
  });
});
