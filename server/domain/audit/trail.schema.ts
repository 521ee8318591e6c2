import { z } from "zod";

export const auditOutcomes = ["ok", "denied", "failed"] as const;
export const trailFormats = ["csv", "jsonl"] as const;
export type TrailFormat = (typeof trailFormats)[number];

const day = z.iso.date("Use a day such as 2027-01-31.");

/** What narrows a trail; an empty text asks for everything, because search boxes send it. */
export const trailFilterSchema = z.object({
  /** An action, or the first word of several. */
  action: z.string().trim().max(60).optional(),
  /** An actor's id, part of a name or address, or a kind such as "cli". */
  actor: z.string().trim().max(254).optional(),
  /** A part of the subject, such as "extension:" or an id; or a request's id, or the network address it came from; or a ban or network that was banned. */
  about: z.string().trim().max(200).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  /** First and last day, both included, in the tenant's own calendar. */
  from: day.optional(),
  to: day.optional(),
});
export type TrailFilter = z.output<typeof trailFilterSchema>;

/** What was asked for, without what was not: as values of an event. */
export const filterValues = (filter: TrailFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, TrailFilter[keyof TrailFilter] & string] =>
      Boolean(entry[1]),
    ),
  );
