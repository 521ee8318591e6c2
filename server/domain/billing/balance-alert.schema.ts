import { z } from "zod";

import { positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const MOST = 100_000_000_000n;
const MOST_DAYS = 60;
export const MOST_LEVELS = 3;

/** One level: below how much the owners are told, or when it lasts less than so many days. One of both. */
const levelSchema = z
  .object({
    below: positiveAmountSchema.refine((amount) => amount <= MOST, "The most is 100000.00.").nullable(),
    forDays: z
      .number()
      .int("A whole number of days.")
      .min(1, "At least one day.")
      .max(MOST_DAYS, `At most ${MOST_DAYS} days.`)
      .nullable(),
  })
  .refine(
    ({ below, forDays }) => (below === null) !== (forDays === null),
    "A level is an amount or days, one of both.",
  );

type Level = z.output<typeof levelSchema>;

const fall = (of: readonly (bigint | number | null)[]): boolean => {
  const some = of.filter((one) => one !== null);
  return some.every((one, at) => at === 0 || one < (some[at - 1] ?? 0));
};
const falling = (levels: readonly Level[]): boolean =>
  fall(levels.map(({ below }) => below)) && fall(levels.map(({ forDays }) => forDays));

/** The levels at which the owners are told that credit is low, falling; none tells nobody. */
export const balanceAlertSchema = z.object({
  levels: z
    .array(levelSchema)
    .max(MOST_LEVELS, `At most ${MOST_LEVELS} levels.`)
    .refine(falling, "Each level must be lower than the one before it."),
});
export type BalanceAlertInput = z.output<typeof balanceAlertSchema>;
