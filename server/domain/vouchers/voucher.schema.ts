import { z } from "zod";

import { currencySchema, positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const MOST_CODES = 10_000;
const MOST_WORTH = 1_000_000_000n;

export const voucherBatchSchema = z.object({
  count: z
    .number("How many codes?")
    .int("A whole number of codes.")
    .min(1, "At least one code.")
    .max(MOST_CODES, `At most ${MOST_CODES} codes.`),
  amount: positiveAmountSchema.refine((amount) => amount <= MOST_WORTH, "A code is worth at most 1000.00."),
  /** The seller's own when left out. */
  currency: currencySchema.optional(),
  expiresAt: z.date("A day such as 2027-12-31."),
  prefix: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9]{0,8}$/, "At most eight letters and digits.")
    .default(""),
  note: z
    .string()
    .trim()
    .max(140, "At most 140 characters.")
    .regex(/^[^\p{Cc}]*$/u, "No control characters.")
    .default(""),
});
export type VoucherBatchInput = z.output<typeof voucherBatchSchema>;

/** Anything typed is looked at; what cannot be a code is told as a typing mistake. */
export const voucherCodeSchema = z.string().min(1, "Write the code.").max(100, "A code is shorter than that.");
