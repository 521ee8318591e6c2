import { z } from "zod";

import { postingKeySchema } from "@/server/domain/billing/billing.schema";
import { positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const LEAST = 1_000_000n;
const MOST = 10_000_000_000n;
const CENT = 10_000n;

/** What a card may be charged at once: from 1 to 10 000, in whole cents. */
export const cardAmountSchema = positiveAmountSchema
  .refine((amount) => amount >= LEAST, "The least is 1.00.")
  .refine((amount) => amount <= MOST, "The most at once is 10000.00.")
  .refine((amount) => amount % CENT === 0n, "A card is charged whole cents.");

export const startPaymentSchema = z.object({ amount: cardAmountSchema, saveCard: z.boolean().default(false) });

/** The id is chosen by whoever asks: sent again, it is the same order. */
export const payByCardSchema = z.object({ paymentId: z.uuid(), cardId: z.uuid(), amount: cardAmountSchema });

export const refundSchema = z.object({
  paymentId: z.uuid(),
  amount: positiveAmountSchema.refine((amount) => amount % CENT === 0n, "A card is paid back whole cents."),
  postingKey: postingKeySchema,
  note: z
    .string()
    .trim()
    .max(140, "At most 140 characters.")
    .regex(/^[^\p{Cc}]*$/u, "No control characters.")
    .optional(),
});
