import { z } from "zod";

/** As whom a tenant can be looked at. */
export const viewRoles = ["owner", "admin", "billing", "support", "viewer"] as const;

/** How long one may look before asking again. */
export const VIEW_MINUTES = 30;

export const beginViewSchema = z.object({
  childSlug: z.string().min(1).max(63),
  role: z.enum(viewRoles),
  reason: z.string().trim().min(3, "Write why, in three characters or more.").max(300, "Write at most 300 characters."),
});
export type BeginView = z.output<typeof beginViewSchema>;
