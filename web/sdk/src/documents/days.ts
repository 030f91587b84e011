/**
 * Days and times without a clock: `YYYY-MM-DD`, a day with a time on somebody's wall, and Unix seconds in UTC.
 *
 * A reader's own day depends on their zone. Views take it from the caller, as a function from seconds to a day.
 */

const DAY_FORM = /^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})$/;
const WALL_FORM = /^(?<date>(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T(?<hour>[0-9]{2}):(?<minute>[0-9]{2}))?$/;

export const DAY = 86_400; // seconds

/** Whether a text is a real day from the year 1 on. */
export function isDay(text: string): boolean {
  const [, year = "", month = "", day = ""] = DAY_FORM.exec(text) ?? [];
  return Number(year) >= 1 && Number(day) >= 1 && Number(day) <= daysOf(Number(year), Number(month));
}

/** Whether a text is a real day, or day and time, by a clock on the wall, in the years 1900 to 2199. */
export function isWallTime(text: string): boolean {
  const [, date = "", hour = "0", minute = "0"] = WALL_FORM.exec(text) ?? [];
  return isDay(date) && Number(hour) < 24 && Number(minute) < 60;
}

/** The day of a time in UTC, as `2026-11-23`; an empty text for a time that no calendar has. */
export function utcDay(seconds: number): string {
  const when = new Date(seconds * 1000);
  const year = when.getUTCFullYear();
  return year >= 1 && year <= 9999 ? when.toISOString().slice(0, 10) : "";
}

/** Whether a day has begun at a time, in UTC. It has not at a time that no calendar has. */
export function hasCome(day: string, now: number): boolean {
  const today = utcDay(now);
  return today !== "" && today >= day;
}

function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
