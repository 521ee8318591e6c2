import { z } from "zod";

import { priceSchema } from "@/server/domain/rating/amount.schema";

const seconds = (least: number) =>
  z.coerce
    .number<number | string>()
    .int("Use whole seconds.")
    .min(least, `At least ${least}.`)
    .max(3_600, "At most 3600.");

/** The beginning of a number in E.164 digits; a plus sign in front is understood. */
export const prefixSchema = z
  .string()
  .trim()
  .transform((text) => text.replace(/^\+/, ""))
  .pipe(
    z.string().regex(/^[1-9]\d{0,14}$/, "One to fifteen digits of the number in full form, without leading zeros."),
  );

/** A time with its offset, or a day, which begins at midnight UTC. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: "Use a time such as 2027-01-31T00:00:00Z." })
  .transform((text) => (text.length === 10 ? `${text}T00:00:00Z` : text));

/** One price of one prefix. Without `from` it holds from now on and ends the present one. */
export const newRateSchema = z
  .object({
    prefix: prefixSchema,
    perMinute: priceSchema,
    connectionFee: priceSchema.optional(),
    firstSeconds: seconds(1).optional(),
    nextSeconds: seconds(1).optional(),
    graceSeconds: seconds(0).optional(),
    from: moment.optional(),
    to: moment.optional(),
  })
  .refine(({ from, to }) => !to || new Date(to) > (from ? new Date(from) : new Date()), {
    path: ["to"],
    error: "The end must be after the start.",
  });
export type NewRate = z.output<typeof newRateSchema>;

/** What somebody wants to know the price of. */
export const priceQuestionSchema = z.object({
  to: z
    .string()
    .trim()
    .transform((text) => text.replace(/[\s()./-]/g, "").replace(/^(\+|00)/, ""))
    .pipe(z.string().regex(/^[1-9]\d{2,14}$/, "Write the number in full form, such as +49 30 1234567.")),
  ms: z.coerce
    .number<number | string>()
    .int("Use whole milliseconds.")
    .min(0, "At least 0.")
    .max(86_400_000, "At most a day."),
  at: moment.optional(),
});
export type PriceQuestion = z.output<typeof priceQuestionSchema>;
