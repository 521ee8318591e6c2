import { z } from "zod";

import { differenceKinds } from "@/server/domain/reconciliation/difference-kinds.schema";

/** Which differences to list. */
export const differenceFilterSchema = z.object({
  kind: z.enum(differenceKinds).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "A currency has three capital letters.")
    .optional(),
  state: z.enum(["open", "closed"]).default("open"),
  /** A tenant's short name, a call's id, a number: whatever stands in the row or its evidence. */
  text: z.string().trim().max(80).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not a cursor of this list.")
    .optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type DifferenceFilter = z.infer<typeof differenceFilterSchema>;

/** Why a person closes a difference; with the talk time when money is still held for the call. */
export const resolutionSchema = z.object({
  reason: z.string().trim().min(3, "Say why, for those who read it later.").max(500),
  talkSeconds: z.number().int().min(0).max(14_400).optional(),
});
export type Resolution = z.infer<typeof resolutionSchema>;
