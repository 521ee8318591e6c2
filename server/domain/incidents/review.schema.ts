import { z } from "zod";

import { incidentId } from "@/server/domain/incidents/incident.schema";

const text = z
  .string()
  .trim()
  .max(8_000, "At most 8000 characters.")
  // Paragraphs and lists are what a review is made of; other control characters are not.
  .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, "No control characters.");

/** What is still to be done after an incident. A draft may leave open by whom and until when; a finished review does not. */
const followUpSchema = z.object({
  /** Of one that was saved before; a new one has none. */
  followUpId: z.uuid().optional(),
  text: z
    .string()
    .trim()
    .min(1, "Say what is to be done.")
    .max(500, "At most 500 characters.")
    .regex(/^\P{Cc}*$/u, "No line breaks or other control characters."),
  ownerId: z.uuid().nullable(),
  /** A day such as 2027-01-31. */
  dueOn: z.iso.date("Use a day such as 2027-01-31.").nullable(),
});
export type FollowUpDraft = z.output<typeof followUpSchema>;

export const saveReviewSchema = z.object({
  incidentId,
  /** Of the review as it was seen; 0 while nothing was saved. */
  version: z.number().int().min(0),
  cause: text,
  worked: text,
  changes: text,
  /** All of them: one that is missing here is taken off. */
  followUps: z.array(followUpSchema).max(30, "At most 30 of them."),
});
export type ReviewDraft = z.output<typeof saveReviewSchema>;

export const followUpDoneSchema = z.object({ followUpId: z.uuid(), done: z.boolean() });

export const followUpFilterSchema = z.object({
  show: z.enum(["open", "done"]).default("open"),
  /** Only those of whoever asks. */
  mine: z.boolean().default(false),
});
export type FollowUpFilter = z.output<typeof followUpFilterSchema>;

const moment = z.iso.datetime().pipe(z.coerce.date());
const micros = z
  .string()
  .regex(/^-?\d+$/)
  .pipe(z.coerce.bigint());

/** What a review takes from the incident, and keeps as it was when it is finished. Money in micros, as decimal strings in the database. */
export const reviewFactsSchema = z.object({
  signals: z.number().int(),
  firstAt: moment,
  openedAt: moment,
  acknowledgedAt: moment.nullable(),
  containedAt: moment.nullable(),
  /** When the last containment was let go; null while one holds, or when there was none. */
  releasedAt: moment.nullable(),
  closedAt: moment.nullable(),
  outcome: z.string(),
  /** What the calls cost that it is about, per currency. */
  losses: z.array(z.object({ currency: z.string(), spentMicros: micros, calls: z.number().int() })),
  /** What was done to whom, in the order in which it was finished. */
  steps: z.array(z.object({ at: moment, subject: z.string(), step: z.string(), count: z.number().int() })),
  evidence: z.array(z.object({ number: z.number().int(), at: moment, reason: z.string(), sha256: z.string() })),
});
export type ReviewFacts = z.output<typeof reviewFactsSchema>;
/** The same as it is stored. */
export type StoredFacts = z.input<typeof reviewFactsSchema>;
