import { z } from "zod";

import { incidentId } from "@/server/domain/incidents/incident.schema";

/** What a manifest calls itself; another form gets another number. */
export const EVIDENCE_FORMAT = "ringfence-evidence/1";
export const MANIFEST = "manifest.json";
export const SUMS = "SHA256SUMS";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const moment = z.iso.datetime();

/** One item of a manifest: a file with its hash, or what could not be had with the reason. `chain` covers all before it. */
const itemSchema = z.object({
  name: z.string().regex(/^[a-z0-9-]{1,60}\.jsonl$/),
  about: z.string(),
  at: moment,
  tookMs: z.number().int().min(0),
  chain: sha256,
  rows: z.number().int().min(0).nullable(),
  bytes: z.number().int().min(0).nullable(),
  sha256: sha256.nullable(),
  /** Why it was cut or is missing; empty for what is whole. */
  note: z.string(),
});
export type ManifestItem = z.output<typeof itemSchema>;

export const manifestSchema = z.object({
  format: z.literal(EVIDENCE_FORMAT),
  tenant: z.object({ id: z.uuid(), slug: z.string() }),
  snapshot: z.object({
    id: z.uuid(),
    number: z.number().int().positive(),
    takenAt: moment,
    takenBy: z.string(),
    reason: z.string(),
  }),
  incident: z.object({
    id: z.uuid(),
    number: z.string(),
    title: z.string(),
    severity: z.string(),
    state: z.string(),
  }),
  /** The snapshot before, by the hash of its manifest. */
  previous: z.object({ number: z.number().int().positive(), manifestSha256: sha256 }).nullable(),
  items: z.array(itemSchema).min(1).max(50),
  chainHead: sha256,
});
export type Manifest = z.output<typeof manifestSchema>;

const reason = z.string().trim().min(1, "Say why.").max(500, "At most 500 characters.");

export const askEvidenceSchema = z.object({ incidentId, reason });

export const holdKinds = ["incident", "tenant", "person", "number"] as const;
export type HoldKind = (typeof holdKinds)[number];

export const placeHoldSchema = z.object({
  kind: z.enum(holdKinds),
  /** The number of an incident, the short name of a tenant, a person's e-mail address, or a telephone number. */
  subject: z.string().trim().min(1, "Say what is to be held.").max(254),
  reason: z.string().trim().min(1, "Say why: whoever lifts it was not there.").max(2_000, "At most 2000 characters."),
});

export const liftHoldSchema = z.object({
  holdId: z.uuid(),
  reason: z.string().trim().min(1, "Say why.").max(2_000, "At most 2000 characters."),
});
