import { z } from "zod";

import { amountSchema, currencySchema, priceSchema } from "@/server/domain/rating/amount.schema";

/** A markup: what the base asks, times the factor, plus the fees, and per minute never below the floor. */
export const markupSchema = z.object({
  /** A plan that the owner has or buys by; left out: whatever the owner buys by. */
  basePlanId: z.uuid().optional(),
  /** A decimal with at most six places; micros and millionths are the same to it. */
  factor: amountSchema.refine((factor) => factor <= 100_000_000n, "A factor is at most 100."),
  perMinuteFee: priceSchema.optional(),
  callFee: priceSchema.optional(),
  floorPerMinute: priceSchema.optional(),
});

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
  /** In which hours of the week are counted. */
  timeZone: z
    .string()
    .refine(
      (zone) => zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone),
      "Use a zone such as Europe/Berlin.",
    )
    .optional(),
  markup: markupSchema.optional(),
});
export type NewPlan = z.output<typeof newPlanSchema>;
