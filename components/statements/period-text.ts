const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const full = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

type Period = Readonly<{ kind: "month" | "range"; firstDay: string; lastDay: string }>;

const dayText = (day: string, withYear: boolean): string => {
  const [year = "", month = "", date = ""] = day.split("-");
  return `${Number(date)} ${months[Number(month) - 1] ?? ""}${withYear ? ` ${year}` : ""}`;
};

/** "March 2026" for a month, "3 Mar – 9 Apr 2026" for other days. Days of a calendar, so no zone is asked. */
export function periodText({ kind, firstDay, lastDay }: Period): string {
  const [year = "", month = ""] = firstDay.split("-");
  if (kind === "month") return `${full[Number(month) - 1] ?? ""} ${year}`;
  if (firstDay === lastDay) return dayText(firstDay, true);
  return `${dayText(firstDay, year !== lastDay.slice(0, 4))} \u2013 ${dayText(lastDay, true)}`;
}

/** Where one of its files is to be had. */
export const statementHref = (tenantSlug: string, number: string, format: "pdf" | "csv"): string =>
  `/api/statements/${tenantSlug}/${number}/${format}`;
