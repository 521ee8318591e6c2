import { z } from "zod";

import { amountSchema, currencySchema, positiveAmountSchema } from "@/server/domain/rating/amount.schema";

/**
 * Chosen by whoever sends the form: the same key twice moves money once. The keys of charges, corrections and
 * payments stay ours, so that nobody can take one that is still to come.
 */
export const postingKeySchema = z
  .string()
  .trim()
  .min(1, "A key is required.")
  .max(150, "At most 150 characters.")
  .regex(/^[\x21-\x7e]+$/, "Plain characters without blanks.")
  .regex(/^(?!call:|correct:)/, "Keys that begin with call: or correct: are those of charges and their corrections.")
  .regex(/^(?!undo:)/, "Keys that begin with undo: are those of transfers taken back.")
  .regex(
    /^(?!payment:|reversal:|debt:|voucher:|request:)/,
    "Keys that begin with payment:, voucher: or request: are those of payments, vouchers and requests.",
  );

const memo = z
  .string()
  .trim()
  .max(200, "At most 200 characters.")
  .regex(/^[^\p{Cc}]*$/u, "No control characters.");

/** Money on its way into a wallet. */
export const movementSchema = z.object({
  amount: positiveAmountSchema,
  /** The wallet's own when left out; another one is refused rather than converted. */
  currency: currencySchema.optional(),
  postingKey: postingKeySchema,
  memo: memo.optional(),
});
/** What somebody says to have paid outside; at most a hundred thousand at once. */
export const topUpRequestSchema = z.object({
  amount: positiveAmountSchema.refine((amount) => amount <= 100_000_000_000n, "The most at once is 100000.00."),
  postingKey: postingKeySchema,
  memo: memo.optional(),
});
export type TopUpRequest = z.output<typeof topUpRequestSchema>;

export type Movement = z.output<typeof movementSchema>;

/** How far a wallet may go below nothing; 0 takes the credit away. */
export const creditLimitSchema = z.object({ limit: amountSchema });
