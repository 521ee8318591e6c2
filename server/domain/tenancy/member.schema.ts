import { z } from "zod";

import { emailSchema } from "@/server/domain/tenancy/tenant.schema";

export const roleSchema = z.enum(["owner", "admin", "billing", "support", "viewer", "incident_responder", "auditor"]);

/** The last day of a seat that ends by itself, on the tenant's calendar. */
export const lastDaySchema = z.iso.date("A day such as 2027-03-31.");

/** Shared by the form, the procedure and the command line. */
export const newMemberSchema = z.object({ email: emailSchema, role: roleSchema, lastDay: lastDaySchema.optional() });
export type NewMember = z.output<typeof newMemberSchema>;

/** What somebody writes who follows an invitation. Without a password when they have one already. */
export const acceptanceSchema = z.object({
  token: z.string().min(20).max(100),
  name: z
    .string()
    .trim()
    .max(100, "At most 100 characters.")
    .regex(/^[^\p{Cc}]*$/u, "No control characters.")
    .default(""),
  password: z.string().max(1_000).optional(),
});
