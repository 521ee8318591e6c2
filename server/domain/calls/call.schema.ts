import { z } from "zod";

import { callSorts } from "@/server/domain/calls/call-sort.schema";
import { isRefusalCode } from "@/server/kernel/refusals";

export const callOutcomes = [
  "answered",
  "busy",
  "no_answer",
  "failed",
  "blocked",
  "cancelled",
  "ringing",
  "live",
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** Whose calls: the tenant's own; its and those of all below it; or, as the portal shows them first, the latter for who has any below. */
export const callScopes = ["own", "below", "usual"] as const;

export const callDirections = ["out", "in", "internal"] as const;

/** A day of the tenant's own calendar, or an exact moment. */
const dayOrMoment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "Use a day such as 2027-01-31 or a time such as 2027-01-31T00:00:00Z.",
});

/** The call list's filter, read from the page's address and from the table alike. */
export const callFilterSchema = z.object({
  /**
   * The beginning of a number in any written form, from six digits on; else a part of a number, of an extension's number or name, or
   * of a call's id.
   */
  text: z.string().trim().max(100).optional(),
  outcome: z.enum(callOutcomes).optional(),
  /** A code such as CAP-01. */
  reason: z.string().refine(isRefusalCode, "Use a reason such as CAP-01.").optional(),
  direction: z.enum(callDirections).optional(),
  /** Of the number called. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "Use the two letters of a country, such as DE.")
    .optional(),
  extensionId: z.uuid().optional(),
  /** The least that it cost without tax, in the tenant's currency; of a call below: what was paid to the tenant for it. */
  minCost: z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,6})?$/, "Use an amount such as 0.50.")
    .optional(),
  /** The least that was talked. */
  minSeconds: z.number().int().min(0).max(1_000_000).optional(),
  /** Nothing said: the tenant's own. */
  scope: z.enum(callScopes).optional(),
  /** The short name of a tenant below, whose calls and those below it are meant. */
  tenant: z.string().min(1).max(63).optional(),
  /** Included. */
  from: dayOrMoment.optional(),
  /** A day is included; an exact moment is not. */
  to: dayOrMoment.optional(),
  /** The newest first, unless the oldest are asked for. */
  sort: z.enum(callSorts).optional(),
  /** Opaque: the nextCursor of the page before, in the same order. */
  cursor: z
    .string()
    .regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not a cursor of this list.")
    .optional(),
  limit: z.number().int().min(1).max(200).optional(),
  /** Look through more calls before answering with what was found so far. */
  far: z.boolean().optional(),
});
export type CallFilter = z.output<typeof callFilterSchema>;
