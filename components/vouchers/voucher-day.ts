/** The last moment of a day as the form writes it, in UTC; undefined when it is no day. */
export function dayEnd(day: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const end = new Date(`${day}T23:59:59Z`);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** The same day a year on, as a form writes it. */
export function nextYear(now: Date = new Date()): string {
  const then = new Date(now);
  then.setUTCFullYear(then.getUTCFullYear() + 1);
  return then.toISOString().slice(0, 10);
}
