import { z } from "zod";

import { MOST_TENANT_CHARACTERS } from "@/server/domain/onboarding/import-limits.schema";

/** More than this at once is no file of customers but a mistake. */
export const MOST_TENANTS = 1_000;

export const tenantFileSchema = z.object({
  csv: z.string().max(MOST_TENANT_CHARACTERS),
  /** Says what would be made, and makes nothing. */
  dryRun: z.boolean().optional(),
  /** Whether the good rows of a file are made although others are not. */
  partly: z.boolean(),
});
