import { z } from "zod";

import { amountSchema, priceSchema } from "@/server/domain/rating/amount.schema";

/** null sets no limit; a count then falls back to its standard. What is left out stays as it is. */
const cap = amountSchema.nullable().optional();
const count = (most: number) =>
  z.number("Use a whole number.").int("Use a whole number.").min(0, "Not below 0.").max(most, `At most ${most}.`);

/** What a tenant's calls may cost and how many there may be; amounts are decimals of the tenant's currency. */
export const limitsSchema = z.object({
  /** On one day of the tenant's own calendar. */
  dailyCap: cap,
  monthlyCap: cap,
  /** For one call. */
  callCap: cap,
  /** The highest price of a minute that is dialled at all. */
  maxPerMinute: priceSchema.nullable().optional(),
  maxCalls: count(10_000).nullable().optional(),
  maxCallsPerMinute: count(100_000).nullable().optional(),
  /** Beside those of a minute: what begins too fast is seldom a person. */
  maxCallsPerSecond: count(1_000).nullable().optional(),
});
export type LimitsPatch = z.output<typeof limitsSchema>;

/** The same of one extension; calls per minute and second are counted for the tenant only. */
export const extensionLimitsSchema = limitsSchema
  .omit({ maxCallsPerMinute: true, maxCallsPerSecond: true })
  .extend({ maxCalls: count(100).nullable().optional() });
export type ExtensionLimitsPatch = z.output<typeof extensionLimitsSchema>;

/** A cap to be tried against what was charged in the past 30 days. */
export const previewSchema = limitsSchema.omit({ maxCalls: true, maxCallsPerMinute: true, maxCallsPerSecond: true });
export type Preview = z.output<typeof previewSchema>;
