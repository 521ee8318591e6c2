import { z } from "zod";

/** So many tenants are written to at once. */
export const MOST_WRITTEN_TO = 100;

export const ownersSchema = z.object({
  childSlugs: z.array(z.string().min(1).max(63)).min(1).max(MOST_WRITTEN_TO),
});

export const writeOwnersSchema = ownersSchema.extend({
  title: z
    .string()
    .trim()
    .min(1, "A subject is required.")
    .max(150, "At most 150 characters.")
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "A subject is one line."),
  text: z.string().trim().min(1, "A text is required.").max(5_000, "At most 5000 characters."),
});
export type WriteOwners = z.output<typeof writeOwnersSchema>;
