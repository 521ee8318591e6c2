import { z } from "zod";

import { retentionActions, retentionClasses } from "@/server/domain/retention/retention-kinds.schema";

export const retentionClassSchema = z.enum(retentionClasses, "names no class of data");

/** A policy as it is wished for; floor and ceiling of the class decide what comes of it. */
export const policySchema = z.object({
  class: retentionClassSchema,
  action: z.enum(retentionActions, "is keep, pseudonymise or delete"),
  keepDays: z.coerce
    .number("is a number of days")
    .int("is whole days")
    .min(1, "is at least one day")
    .max(36_500, "is at most a hundred years"),
});
export type Policy = z.infer<typeof policySchema>;
