import { z } from "zod";

/** A day of the seller's own calendar, or an exact moment. */
const dayOrMoment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "Use a day such as 2027-01-31 or a time such as 2027-01-31T00:00:00Z.",
});

/** Which calls are priced again, and by what. Every filter that is given must hold. */
export const rerateSchema = z.object({
  /** Customers directly below; all of them when left out. */
  buyerSlugs: z.array(z.string().min(1).max(63)).min(1, "Name at least one.").max(200, "At most 200.").optional(),
  /** When the calls began. Included. */
  periodFrom: dayOrMoment,
  /** A day is included; an exact moment is not. */
  periodTo: dayOrMoment,
  prefix: z
    .string()
    .trim()
    .transform((text) => text.replace(/^\+/, ""))
    .refine((text) => /^[1-9]\d{0,14}$/.test(text), "Digits of a full number, such as 4915.")
    .optional(),
  /** Only calls that a plan of this name charged. */
  chargedBy: z.string().trim().min(1).max(100).optional(),
  /** A plan of the seller's own to price by; the plan that charged each call, as it is now, when left out. */
  planId: z.uuid().optional(),
});
export type RerateAsked = z.output<typeof rerateSchema>;

/** What a re-rating job keeps of it. Plain JSON, stored with the job. */
export const rerateInputSchema = z.object({
  preview: z.boolean(),
  buyers: z.array(z.uuid()).nullable(),
  from: z.string(),
  until: z.string(),
  prefix: z.string().nullable(),
  chargedBy: z.string().nullable(),
  pricePlanId: z.uuid().nullable(),
});
export type RerateInput = z.output<typeof rerateInputSchema>;

/** One call whose charge changes; money as decimal strings of micros, with tax. */
export type RerateDifference = Readonly<{
  callId: string;
  buyer: string;
  beforeMicros: string;
  afterMicros: string;
}>;

export type RerateBuyer = Readonly<{ buyer: string; calls: number; upMicros: string; downMicros: string }>;

/** What came of a preview or a run, as the job keeps it. */
export type RerateResult = Readonly<{
  preview: boolean;
  currency: string;
  /** Calls that the filter found with a charge. */
  calls: number;
  /** Of those, how many charges differ from what they should come to, and could be corrected. */
  changed: number;
  upMicros: string;
  downMicros: string;
  /** Calls that would cost more than their wallet has: left as they are. */
  uncollected: number;
  uncollectedMicros: string;
  /** Calls that the plan has no price for: left as they are. */
  noPrice: number;
  /** Calls that would cost more, and are disputed, credited or short: left as they are. */
  kept: number;
  buyersChanged: number;
  /** The fifty with the largest changes. */
  buyers: readonly RerateBuyer[];
  /** The twenty largest differences. */
  top: readonly RerateDifference[];
}>;
