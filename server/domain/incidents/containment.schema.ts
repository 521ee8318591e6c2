import { z } from "zod";

import { incidentId, incidentIds } from "@/server/domain/incidents/incident.schema";

/** What a containment does, in this order: what is true now is kept, the meter is stopped, people are told last. */
export const containSteps = [
  "evidence",
  "refuse",
  "hang_up",
  "rotate",
  "contacts",
  "sources",
  "destinations",
  "notify",
] as const;
export type ContainStep = (typeof containSteps)[number];

/** What whoever decides may leave out. Refusing new calls is what a containment is. */
export const optionalSteps = ["hang_up", "rotate", "contacts", "sources", "notify"] as const;
export type OptionalStep = (typeof optionalSteps)[number];

export type StepState = "waiting" | "running" | "done" | "failed" | "skipped";

/** All of a tenant, or one phone of it. */
const target = {
  /** The short name of the tenant, which is the operator or below it. */
  ofSlug: z.string().trim().min(1).max(63),
  /** The number of the one extension; without it all of the tenant's. */
  extension: z
    .string()
    .trim()
    .regex(/^\d{2,6}$/, "An extension number has two to six digits.")
    .optional(),
};

const skip = z.array(z.enum(optionalSteps)).max(optionalSteps.length).default([]);
const text = z
  .string()
  .trim()
  .max(4_000, "At most 4000 characters.")
  .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, "No control characters.")
  .optional();

/** Several at once: of each the one extension that it touches. */
export const containManySchema = z.object({ incidentIds, skip, text });

export const containPreviewSchema = z.object({ incidentId, ...target });

export const containSchema = z.object({
  incidentId,
  ...target,
  /** Calls of the whole tenant to numbers that begin so are stopped as well; of E.164, without a plus sign. */
  prefixes: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[1-9]\d{0,14}$/, "A prefix is 1 to 15 digits of the international form, such as 881."),
    )
    .max(20, "At most 20 prefixes.")
    .default([]),
  skip,
  text,
});

export const containmentSchema = z.object({ containmentId: z.uuid() });
