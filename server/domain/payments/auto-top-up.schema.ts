import { z } from "zod";

import { cardAmountSchema } from "@/server/domain/payments/payment.schema";
import { positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const MOST = 100_000_000_000n;

/** When the saved card is charged, how much at once, and how much in a month at most. */
export const autoTopUpSchema = z.object({
  cardId: z.uuid("Choose a saved card."),
  threshold: positiveAmountSchema.refine((amount) => amount <= MOST, "The most is 100000.00."),
  amount: cardAmountSchema,
  monthly: positiveAmountSchema.refine((amount) => amount <= MOST, "The most is 100000.00."),
});
export type AutoTopUpInput = z.output<typeof autoTopUpSchema>;
