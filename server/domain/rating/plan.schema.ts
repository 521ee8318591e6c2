import { z } from "zod";

import { currencySchema } from "@/server/domain/rating/amount.schema";

export const newPlanSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "A plan needs a name.")
    .max(100, "At most 100 characters.")
    .regex(/^[^\p{Cc}]+$/u, "No control characters."),
  currency: currencySchema,
  /** How much time one hold pays for. */
  sliceSeconds: z.number().int().min(10).max(3_600).optional(),
});
export type NewPlan = z.output<typeof newPlanSchema>;
