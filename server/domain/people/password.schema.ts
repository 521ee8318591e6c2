import { z } from "zod";

import { emailSchema } from "@/server/domain/tenancy/tenant.schema";

/** Roomy, so that what is too long is told by the rule for passwords and not by a bound. */
const typed = z.string().min(1).max(1_000);

export const resetAskSchema = z.object({ email: emailSchema });
export const resetTokenSchema = z.object({ token: z.string().min(20).max(100) });
export const resetSchema = resetTokenSchema.extend({ password: typed });
export const passwordChangeSchema = z.object({ current: typed, password: typed });
