import { z } from "zod";

import { amountSchema, priceSchema } from "@/server/domain/rating/amount.schema";
import { WeekHoursError, weekHoursOf } from "@/server/domain/rating/week-hours.rules";

const seconds = (least: number, most = 3_600) =>
  z.coerce
    .number<number | string>()
    .int("Use whole seconds.")
    .min(least, `At least ${least}.`)
    .max(most, `At most ${most}.`);

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

/** From that second on another price and increment. */
export const rateStepSchema = z.object({ from: seconds(1, 86_400), perMinute: priceSchema, increment: seconds(1) });

/** When in the week a price holds: days such as "mon-fri,sun", hours such as "08:00-19:00". */
const weekHours = z
  .object({ days: z.string().max(100).optional(), hours: z.string().max(200).optional() })
  .transform(({ days, hours }, context) => {
    if (!days?.trim() && !hours?.trim()) return undefined;
    try {
      return weekHoursOf(days, hours);
    } catch (error) {
      const message = error instanceof WeekHoursError ? error.message : "These are no hours of the week.";
      context.issues.push({ code: "custom", input: days ?? hours, message });
      return z.NEVER;
    }
  });

/** One price of one prefix. Without `from` it holds from now on and ends the present one. */
export const newRateSchema = z
  .object({
    prefix: prefixSchema,
    /** "in": what a call to a number of ours costs whoever owns it. */
    direction: z.enum(["out", "in"]).optional(),
    destination: z.string().trim().max(120, "At most 120 characters.").optional(),
    perMinute: priceSchema,
    connectionFee: priceSchema.optional(),
    firstSeconds: seconds(1).optional(),
    nextSeconds: seconds(1).optional(),
    graceSeconds: seconds(0).optional(),
    freeSeconds: seconds(0, 86_400).optional(),
    minimumCharge: priceSchema.optional(),
    maxCharge: amountSchema
      .refine((amount) => amount > 0n && amount <= 1_000_000_000_000n, "More than zero and at most 1000000.")
      .optional(),
    beyond: z.enum(["cut", "free"], { error: "Beyond the maximum a call is cut or free." }).optional(),
    steps: z.array(rateStepSchema).max(10, "At most ten steps.").optional(),
    week: weekHours.optional(),
    from: moment.optional(),
    to: moment.optional(),
  })
  .refine(({ from, to }) => !to || new Date(to) > (from ? new Date(from) : new Date()), {
    path: ["to"],
    error: "The end must be after the start.",
  })
  .refine(({ steps = [] }) => steps.every((step, at) => at === 0 || step.from > (steps[at - 1]?.from ?? 0)), {
    path: ["steps"],
    error: "Steps must begin later and later.",
  })
  .refine(({ minimumCharge, maxCharge }) => !maxCharge || !minimumCharge || maxCharge >= minimumCharge, {
    path: ["maxCharge"],
    error: "The maximum charge must not be below the minimum.",
  })
  .refine(({ beyond, maxCharge }) => !beyond || maxCharge !== undefined, {
    path: ["beyond"],
    error: "Only with a maximum charge.",
  });
export type NewRate = z.output<typeof newRateSchema>;

const DEAR_PER_MINUTE = 1_000_000_000n;

/** What is allowed and is hardly ever meant: said, not refused. */
export function rateWarnings(rate: Pick<NewRate, "perMinute" | "steps">): readonly string[] {
  const prices = [rate.perMinute, ...(rate.steps ?? []).map(({ perMinute }) => perMinute)];
  return [
    ...(prices.some((price) => price === 0n) ? ["A price of 0 makes the call free."] : []),
    ...(prices.some((price) => price >= DEAR_PER_MINUTE) ? ["1000 per minute is the highest price there is."] : []),
  ];
}

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
  direction: z.enum(["out", "in"]).optional(),
});
export type PriceQuestion = z.output<typeof priceQuestionSchema>;
