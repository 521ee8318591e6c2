import { dateFormat } from "@/server/kernel/locale";

type Period = Readonly<{ kind: "month" | "range"; firstDay: string; lastDay: string }>;

const written = (day: string, parts: Intl.DateTimeFormatOptions): string =>
  dateFormat({ ...parts, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

const dayText = (day: string, withYear: boolean): string =>
  written(day, { day: "numeric", month: "short", ...(withYear ? { year: "numeric" } : {}) });

/** "March 2026" for a month, "3 Mar – 9 Apr 2026" for other days. Days of a calendar, so no zone is asked. */
export function periodText({ kind, firstDay, lastDay }: Period): string {
  if (kind === "month") return written(firstDay, { month: "long", year: "numeric" });
  if (firstDay === lastDay) return dayText(firstDay, true);
  return `${dayText(firstDay, firstDay.slice(0, 4) !== lastDay.slice(0, 4))} \u2013 ${dayText(lastDay, true)}`;
}

/** Where one of its files is to be had. */
export const statementHref = (tenantSlug: string, number: string, format: "pdf" | "csv"): string =>
  `/api/statements/${tenantSlug}/${number}/${format}`;
