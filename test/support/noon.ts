/** A time zone in which it is noon now: a day that begins while a test runs would be another day. */
export function noonZone(now = new Date()): string {
  const hours = now.getUTCHours() - 12;
  return `Etc/GMT${hours >= 0 ? "+" : "-"}${Math.abs(hours)}`;
}
