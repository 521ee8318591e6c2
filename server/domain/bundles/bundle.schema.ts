import { z } from "zod";

import { prefixSchema } from "@/server/domain/rating/rate.schema";

/** Free minutes or calls to a group of destinations, anew in each period of the buyer's own calendar. */
export const newBundleSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "A bundle needs a name.")
    .max(100, "At most 100 characters.")
    .regex(/^[^\p{Cc}]+$/u, "No control characters."),
  unit: z.enum(["seconds", "calls"]),
  /** How many of them in one period. */
  quantity: z
    .number("Use a whole number.")
    .int("Use a whole number.")
    .min(1, "At least one.")
    .max(100_000_000, "At most a hundred million."),
  period: z.enum(["day", "month"]),
  /** Numbers that begin with one of these. */
  prefixes: z.array(prefixSchema).min(1, "Name at least one prefix.").max(500, "At most 500 prefixes."),
  /** Of a bundle of calls: how long one may be free. */
  secondsPerCall: z
    .number("Use a whole number.")
    .int("Use a whole number.")
    .min(60, "At least 60.")
    .max(14_400, "At most 14400.")
    .optional(),
});
export type NewBundle = z.output<typeof newBundleSchema>;
