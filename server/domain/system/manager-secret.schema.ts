/** A secret of the manager interface is changed once a quarter. */
export const SECRET_DAYS = 90;
const DAY_MS = 86_400_000;

/** Whether it is time for a new one. */
export const isDue = (since: Date, now: Date): boolean => now.getTime() - since.getTime() > SECRET_DAYS * DAY_MS;

/** Whole days that a secret is used. */
export const daysSince = (since: Date, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS));
