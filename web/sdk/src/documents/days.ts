/**
 * Days and times without a clock: `YYYY-MM-DD`, a day with a time on somebody's wall, and Unix seconds in UTC.
 *
 * A reader's own day depends on their zone. Views take it from the caller, as a function from seconds to a day.
 */

const DAY_FORM = /^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})$/;
/** The form of a day, or of a day and time, by a clock on the wall; no proof of a real one. */
export const WALL_FORM = /^(?<date>(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T(?<hour>[0-9]{2}):(?<minute>[0-9]{2}))?$/;

export const DAY = 86_400; // seconds
const FIRST = -719_162; // 0001-01-01, in days from 1970
const LAST = 2_932_896; // 9999-12-31

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
  const number = Math.floor(seconds / DAY);
  if (number < FIRST || number > LAST) return "";
  // Counted in years that begin in March, so that a leap day is the last of its year; 0000-03-01 is 719468 days before 1970
  const days = number + 719_468;
  const age = days - Math.floor(days / 146_097) * 146_097; // days in 400 years
  const years = Math.floor((age - Math.floor(age / 1460) + Math.floor(age / 36_524) - Math.floor(age / 146_096)) / 365);
  const ofYear = age - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = years + Math.floor(days / 146_097) * 400 + (month <= 2 ? 1 : 0);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
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

function padded(number: number, size: number): string {
  return String(number).padStart(size, "0");
}
