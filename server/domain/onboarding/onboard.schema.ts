import { z } from "zod";

import { type LimitPreset, limitPresets } from "@/server/domain/onboarding/limit-preset-kinds.schema";
import { amountSchema, currencySchema } from "@/server/domain/rating/amount.schema";
import {
  countrySchema,
  emailSchema,
  slugSchema,
  tenantNameSchema,
  timeZoneSchema,
} from "@/server/domain/tenancy/tenant.schema";

/** The one form that makes a customer live. Shared by the form and the procedure. */
export const onboardSchema = z.object({
  name: tenantNameSchema,
  slug: slugSchema,
  kind: z.enum(["customer", "reseller"]).default("customer"),
  adminEmail: emailSchema,
  /** null leaves the tenant without prices: it can call nobody but its own extensions and emergency numbers. */
  planId: z.uuid("Choose a plan.").nullable(),
  /** Typed; moved from the wallet of the tenant above. Zero moves nothing. */
  initialCredit: z
    .string()
    .trim()
    .transform((text) => text || "0")
    .pipe(amountSchema),
  currency: currencySchema,
  timeZone: timeZoneSchema,
  country: countrySchema,
  /** What it may do at most; without one the house's usual figures hold, and it may raise them itself. */
  limits: z.enum(Object.keys(limitPresets) as [LimitPreset, ...LimitPreset[]]).optional(),
});
export type Onboarding = z.output<typeof onboardSchema>;
