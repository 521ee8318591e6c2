import { z } from "zod";

import { roleSchema } from "@/server/domain/tenancy/member.schema";

/** Six digits of an app, or a recovery code with its dashes. */
export const codeSchema = z.object({ code: z.string().trim().min(1).max(40) });

/** What is shown when one is asked again: a password, or a code of the second factor. */
export const shownSchema = z.object({
  password: z.string().max(1_000).optional(),
  code: z.string().trim().max(40).optional(),
});

/** The roles whose seats here work only with a second factor. */
export const factorPolicySchema = z.object({ roles: z.array(roleSchema).max(7) });
