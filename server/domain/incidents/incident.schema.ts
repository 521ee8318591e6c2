import { z } from "zod";

import { dismissReasons } from "@/server/domain/incidents/dismiss-reasons.schema";
import { incidentSorts } from "@/server/domain/incidents/incident-sort.schema";

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

export const incidentStates = [
  "triage",
  "open",
  "contained",
  "monitoring",
  "resolved",
  "reviewed",
  "dismissed",
] as const;
export type IncidentState = (typeof incidentStates)[number];

export const incidentId = z.uuid();
const note = z
  .string()
  .trim()
  .max(4_000, "At most 4000 characters.")
  // Line breaks are what a comment has; other control characters are not.
  .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, "No control characters.");

export const incidentViews = ["mine", "unassigned", "late", "contained"] as const;
export type IncidentView = (typeof incidentViews)[number];

export const incidentFilterSchema = z.object({
  /** What still needs somebody, what is looked at later, or what is over. */
  show: z.enum(["active", "snoozed", "closed"]).default("active"),
  /** Nothing said: what waits for somebody first, of what is over the last seen. */
  sort: z.enum(incidentSorts).optional(),
  severity: z.enum(severities).optional(),
  /** Mine; nobody's; over the time of a clock; contained and still to be resolved. */
  view: z.enum(incidentViews).optional(),
  /** A number such as 17, a part of the title, or of an address, user name or extension that it touches. */
  text: z.string().trim().max(100).optional(),
  /** Opaque: the previous page's nextCursor. */
  cursor: z
    .string()
    .regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not a cursor of this list.")
    .optional(),
  limit: z.number().int().min(1).max(200).optional(),
});
export type IncidentFilter = z.output<typeof incidentFilterSchema>;

export const openIncidentSchema = z.object({
  title: z.string().trim().min(1, "Say what it is about.").max(200, "At most 200 characters."),
  severity: z.enum(severities).default("medium"),
  text: note.optional(),
});

export const commentSchema = z.object({ incidentId, text: note.min(1, "Write something.") });

/** What the desk writes to one customer whom the incident concerns. */
export const tellSchema = z.object({
  incidentId,
  ofSlug: z.string().trim().min(1).max(63),
  text: note.min(1, "Write something."),
});

export const moveIncidentSchema = z.object({
  incidentId,
  state: z.enum(incidentStates),
  /** Why it is dismissed; needed for that, and for nothing else. */
  reason: z.enum(dismissReasons).optional(),
  /** Why; needed to resolve or reopen, and to dismiss for another reason than those of the list. */
  text: note.optional(),
});

export const severitySchema = z.object({ incidentId, severity: z.enum(severities) });

/** A null owner takes the owner away. */
export const ownerSchema = z.object({ incidentId, ownerId: z.uuid().nullable() });

export const incidentIds = z.array(incidentId).min(1, "Choose at least one.").max(50, "At most 50 at once.");

/** null brings them back now. */
export const snoozeSchema = z.object({ incidentIds, until: z.date().nullable() });

export const chosenSchema = z.object({ incidentIds });
export const assignManySchema = z.object({ incidentIds, ownerId: z.uuid().nullable() });
export const rateManySchema = z.object({ incidentIds, severity: z.enum(severities) });
export const dismissManySchema = z.object({ incidentIds, reason: z.enum(dismissReasons), text: note.optional() });

export const mergeManySchema = z.object({ incidentIds, intoIncidentId: incidentId });

export const mergeSchema = z.object({ incidentId, intoIncidentId: incidentId });
