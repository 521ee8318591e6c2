import { z } from "zod";

import { daysOf, MOST_DAYS, periods } from "@/server/domain/usage/period.schema";

const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** What a report is about. */
export const reportSchema = z
  .object({
    period: z.enum(periods),
    /** First and last day, in the calendar of the zone. */
    from: z.iso.date("Use a day such as 2027-01-31."),
    to: z.iso.date("Use a day such as 2027-01-31."),
    /** A name such as Europe/Berlin; the tenant's own when left out. */
    zone: z.string().max(64).refine(isZone, "Use a time zone such as Europe/Berlin.").optional(),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], error: "The last day is before the first." })
  .refine(({ from, to }) => daysOf({ from, to }) <= MOST_DAYS, {
    path: ["to"],
    error: `A report covers at most ${MOST_DAYS} days.`,
  });
export type ReportInput = z.output<typeof reportSchema>;
