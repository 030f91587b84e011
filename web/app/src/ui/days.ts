/** Days, as `2026-11-18`, in the zone of this browser. */

/** The last second of a day, in Unix seconds. */
export function endOf(day: string): number {
  return Math.floor(new Date(`${day}T23:59:59`).getTime() / 1000);
}
