import { z } from "zod";

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

/** A day of the tenant's own calendar, or an exact moment. */
const dayOrMoment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "Use a day such as 2027-01-31 or a time such as 2027-01-31T00:00:00Z.",
});

/** The call list's filter, read from the page's address and from the table alike. */
export const callFilterSchema = z.object({
  /** A part of a number as dialled or in full form, of an extension's number or name, or a call's id. */
  text: z.string().trim().max(100).optional(),
  outcome: z.enum(callOutcomes).optional(),
  extensionId: z.uuid().optional(),
  /** Included. */
  from: dayOrMoment.optional(),
  /** A day is included; an exact moment is not. */
  to: dayOrMoment.optional(),
  /** Opaque: the previous page's nextCursor. */
  cursor: z
    .string()
    .regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not a cursor of this list.")
    .optional(),
  limit: z.number().int().min(1).max(200).optional(),
});
export type CallFilter = z.output<typeof callFilterSchema>;
