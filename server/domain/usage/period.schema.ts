export const periods = ["day", "week", "month", "year", "custom"] as const;
export type Period = (typeof periods)[number];

/** Days of one calendar, both included: 2026-11-01. */
export type Span = Readonly<{ from: string; to: string }>;

export const MOST_DAYS = 400;

const at = (day: string): Date => new Date(`${day}T00:00:00Z`);
const text = (date: Date): string => date.toISOString().slice(0, 10);

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  const date = at(day);
  date.setUTCDate(date.getUTCDate() + days);
  return text(date);
}

/** How many days a span has, both ends included. */
export const daysOf = ({ from, to }: Span): number =>
  Math.round((at(to).getTime() - at(from).getTime()) / 86_400_000) + 1;

/** The whole day, week from Monday, month or year that a day lies in; a custom span of thirty days that ends with it. */
export function spanOf(period: Period, day: string): Span {
  const date = at(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (period) {
    case "day":
      return { from: day, to: day };
    case "week": {
      const monday = addDays(day, -((date.getUTCDay() + 6) % 7));
      return { from: monday, to: addDays(monday, 6) };
    }
    case "month":
      return { from: text(new Date(Date.UTC(year, month, 1))), to: text(new Date(Date.UTC(year, month + 1, 0))) };
    case "year":
      return { from: `${year}-01-01`, to: `${year}-12-31` };
    case "custom":
      return { from: addDays(day, -29), to: day };
  }
}

/** The span of the same kind so many steps later, or earlier when negative. */
export function shifted(period: Period, { from, to }: Span, steps: number): Span {
  const date = at(from);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (period === "month") return spanOf("month", text(new Date(Date.UTC(year, month + steps, 1))));
  if (period === "year") return spanOf("year", `${year + steps}-01-01`);
  const days = steps * daysOf({ from, to });
  return { from: addDays(from, days), to: addDays(to, days) };
}

export type Bucket = "hour" | "day" | "month";

/** How finely a span is drawn: hours of up to two days, months of more than a quarter of a year, else days. */
export function bucketOf(span: Span): Bucket {
  const days = daysOf(span);
  if (days <= 2) return "hour";
  return days > 100 ? "month" : "day";
}

/** Every day or month of a span, in order. */
export function keysOf(span: Span, bucket: "day" | "month"): string[] {
  const days = Array.from({ length: daysOf(span) }, (_, index) => addDays(span.from, index));
  return bucket === "day" ? days : [...new Set(days.map((day) => day.slice(0, 7)))];
}
