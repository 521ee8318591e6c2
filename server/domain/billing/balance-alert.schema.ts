import { z } from "zod";

import { positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const MOST = 100_000_000_000n;
const MOST_DAYS = 60;

/** Below how much the owners are told, or when it lasts less than so many days; null asks for neither. */
export const balanceAlertSchema = z.object({
  below: positiveAmountSchema.refine((amount) => amount <= MOST, "The most is 100000.00.").nullable(),
  forDays: z
    .number()
    .int("A whole number of days.")
    .min(1, "At least one day.")
    .max(MOST_DAYS, `At most ${MOST_DAYS} days.`)
    .nullable(),
});
export type BalanceAlertInput = z.output<typeof balanceAlertSchema>;
