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

/** A share in percent, such as 8 or 12.5, as millionths. */
const marginFloorSchema = z
  .string()
  .trim()
  .regex(/^\d{1,3}([.,]\d{1,4})?$/, "A percentage such as 8 or 12.5.")
  .transform((text) => BigInt(Math.round(Number(text.replace(",", ".")) * 10_000)))
  .refine((ppm) => ppm < 1_000_000n, "Less than 100.");

export const newPlanSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "A plan needs a name.")
    .max(100, "At most 100 characters.")
    .regex(/^[^\p{Cc}]+$/u, "No control characters."),
  currency: currencySchema,
  /** How much time one hold pays for. */
  sliceSeconds: z.coerce
    .number<number | string>()
    .int("Use whole seconds.")
    .min(10, "At least 10.")
    .max(3_600, "At most 3600.")
    .optional(),
  /** In which hours of the week are counted. */
  timeZone: z
    .string()
    .refine(
      (zone) => zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone),
      "Use a zone such as Europe/Berlin.",
    )
    .optional(),
  markup: markupSchema.optional(),
  marginFloor: marginFloorSchema.optional(),
});
/** What of a plan can be changed later; what is left out stays. Charges on record keep the name that the plan had then. */
export const planEditSchema = z.object({
  planId: z.uuid(),
  /** The state that whoever changes it saw. */
  seen: z.string().max(40).optional(),
  name: newPlanSchema.shape.name.optional(),
  sliceSeconds: newPlanSchema.shape.sliceSeconds,
  /** The least share of a price, in percent, that decks are to leave above what is paid. */
  marginFloor: marginFloorSchema.optional(),
  factor: markupSchema.shape.factor.optional(),
  perMinuteFee: priceSchema.optional(),
  callFee: priceSchema.optional(),
  floorPerMinute: priceSchema.optional(),
});
export type PlanEdit = z.output<typeof planEditSchema>;

export type NewPlan = z.output<typeof newPlanSchema>;
