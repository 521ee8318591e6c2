import { momentIn } from "@/components/ui/local-moment";
import { t } from "@/server/kernel/words";

export type SnoozeChoice = Readonly<{ label: string; until: Date }>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MORNING = "08:00";

/** The day of a moment on a zone's clock, as 2027-01-31. */
const dayIn = (zone: string, at: Date): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

const weekdayOf = (day: string): number => new Date(`${day}T12:00:00Z`).getUTCDay();
const later = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Until when something may be put off, in the clock of the tenant: mornings are at eight. */
export function snoozeChoices(now: Date, zone: string): readonly SnoozeChoice[] {
  const today = dayIn(zone, now);
  const monday = later(today, (8 - weekdayOf(today)) % 7 || 7);
  const morning = (day: string): Date => momentIn(zone, `${day}T${MORNING}`) ?? new Date(now.getTime() + DAY_MS);
  return [
    { label: t("For an hour"), until: new Date(now.getTime() + HOUR_MS) },
    { label: t("For four hours"), until: new Date(now.getTime() + 4 * HOUR_MS) },
    { label: t("Until tomorrow morning, 08:00"), until: morning(later(today, 1)) },
    { label: t("Until Monday morning, 08:00"), until: morning(monday) },
  ];
}
