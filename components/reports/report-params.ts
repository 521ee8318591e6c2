import { daysOf, MOST_DAYS, type Period, periods, type Span, spanOf } from "@/server/domain/usage/period.schema";
import type { ReportInput } from "@/server/domain/usage/report.schema";

export type ZoneChoice = "tenant" | "mine" | "utc";
export type ReportParams = Readonly<{ period: Period; span: Span; zone: ZoneChoice; compare: boolean }>;

type Source = Readonly<{ get: (name: string) => string | null }>;

const isPeriod = (text: string | null): text is Period => (periods as readonly (string | null)[]).includes(text);
const dayOf = (text: string | null): string | undefined =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;

/** Reads the address: period, from, to, zone, compare. What is not understood counts as not given. */
export function readReportParams(params: Source, today: string): ReportParams {
  const asked = params.get("period");
  const period = isPeriod(asked) ? asked : "month";
  const [from, to] = [dayOf(params.get("from")), dayOf(params.get("to"))];
  const whole = spanOf(period, from ?? today);
  const custom = from !== undefined && to !== undefined && from <= to ? { from, to } : spanOf("custom", to ?? today);
  const span = period === "custom" ? custom : whole;
  const zone = params.get("zone");
  return {
    period,
    span,
    zone: zone === "utc" || zone === "mine" ? zone : "tenant",
    compare: params.get("compare") === "1",
  };
}

/** What the procedure is asked; page and browser use this one function, so the server's answer is found in the browser's cache. */
export function reportInput(
  tenantSlug: string,
  { period, span, zone }: ReportParams,
): ReportInput & { tenantSlug: string } {
  const of = zone === "utc" ? "UTC" : zone === "mine" ? Intl.DateTimeFormat().resolvedOptions().timeZone : undefined;
  const asked = { period, ...span, ...(of ? { zone: of } : {}) };
  // A custom span that is too long is cut to its end, rather than answered with an error to whoever follows a link.
  return {
    tenantSlug,
    ...(daysOf(span) <= MOST_DAYS ? asked : { ...asked, ...spanOf("custom", span.to) }),
  };
}

/** The day of now in a time zone, 2026-11-26. */
export const todayIn = (timeZone: string, now: Date): string =>
  new Intl.DateTimeFormat("sv", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
