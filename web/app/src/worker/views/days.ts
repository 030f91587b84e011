/** Days in the person's own time zone. */

/** How a time becomes a day of this zone, as `2026-11-18`. */
export function daysIn(zone: string): (seconds: number) => string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (seconds) => format.format(seconds * 1000);
}

/** The zone of this machine. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
