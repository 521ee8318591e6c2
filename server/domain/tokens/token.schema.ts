import { z } from "zod";

export const MOST_TOKEN_DAYS = 365;
export const MOST_OVERLAP_HOURS = 72;

/** What a token may do is a part of what its maker's seat may do. */
export const newTokenSchema = z.object({
  name: z
    .string()
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "No control characters.")
    .trim()
    .min(1, "A name is required.")
    .max(80, "At most 80 characters."),
  scopes: z
    .array(z.string().regex(/^[a-z_]{2,30}\.[a-z_]{2,30}$/, "Is no permission."))
    .min(1, "Choose at least one.")
    .max(200),
  /** Whole days from now. */
  validDays: z
    .number()
    .int("Whole days.")
    .min(1, "At least a day.")
    .max(MOST_TOKEN_DAYS, `At most ${MOST_TOKEN_DAYS} days.`),
});
export type NewTokenInput = z.output<typeof newTokenSchema>;

export const rotateTokenSchema = z.object({
  tokenId: z.uuid(),
  /** For how long the one before is still taken; whole hours. */
  overlapHours: z
    .number()
    .int("Whole hours.")
    .min(0, "Not below 0.")
    .max(MOST_OVERLAP_HOURS, `At most ${MOST_OVERLAP_HOURS}.`),
});
