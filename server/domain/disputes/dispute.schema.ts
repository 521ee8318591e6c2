import { z } from "zod";

import { disputeReasons, disputeStates } from "@/server/domain/disputes/dispute-kinds.schema";
import { positiveAmountSchema } from "@/server/domain/rating/amount.schema";

const text = z
  .string()
  .trim()
  .max(2_000, "At most 2000 characters.")
  // Line breaks are what a comment has; other control characters are not.
  .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, "No control characters.");

const reason = z.enum(disputeReasons);
const disputeId = z.uuid();

export const openDisputeSchema = z.object({ callId: z.uuid(), reason: reason.optional(), text: text.optional() });

/** What either side adds; a reason is the buyer's. */
export const sayDisputeSchema = z.object({ disputeId, reason: reason.optional(), text: text.optional() });

/** Without an amount all that is left of the charge is given back. */
export const creditDisputeSchema = z.object({
  disputeId,
  amount: positiveAmountSchema.optional(),
  text: text.optional(),
});

export const rejectDisputeSchema = z.object({ disputeId, text: text.min(1, "Say why: the customer reads it.") });

export const disputeFilterSchema = z.object({
  /** `sold` lists what tenants directly below dispute, `bought` what this tenant disputes with its provider. */
  side: z.enum(["sold", "bought"]).default("bought"),
  state: z.enum(disputeStates).optional(),
  /** A number such as D-000042 or 42, a part of a customer's name or of the number that was called. */
  text: z.string().trim().max(100).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not a cursor of this list.")
    .optional(),
  limit: z.number().int().min(1).max(200).optional(),
});
export type DisputeFilter = z.output<typeof disputeFilterSchema>;
