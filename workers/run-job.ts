import { UnrecoverableError } from "bullmq";
import { z } from "zod";

import { DomainError, type DomainErrorCode } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type JobKey, jobs } from "@/server/queue/jobs";
import type { Processors, SystemContext, TenantContext } from "@/workers/processors/types";

/** What travels in the queue. A job from the outbox carries its tenant; one of a schedule has none. */
const envelopeSchema = z.object({ tenantId: z.uuid().optional(), payload: z.unknown().default({}) });
const keyByName = new Map(Object.entries(jobs).map(([key, job]) => [job.name as string, key as JobKey]));
const worthRetrying: ReadonlySet<DomainErrorCode> = new Set(["pbx_unreachable", "payment_provider_away", "conflict"]);

export type QueuedJob = Readonly<{ id: string; name: string; data: unknown }>;
type Deps = Readonly<{ processors: Processors; base: Omit<SystemContext, "jobId"> }>;

/**
 * Runs one queued job: names it, checks its shape, gives it a tenant.
 * @returns "unknown" when no code handles the name: schedules outlive deploys, so that is noted and dropped.
 * @throws UnrecoverableError for what a retry cannot fix. BullMQ stops only for that class, not for look-alikes.
 */
export async function runJob(job: QueuedJob, deps: Deps): Promise<"done" | "unknown"> {
  const key = keyByName.get(job.name);
  if (!key) return "unknown";

  const envelope = envelopeSchema.safeParse(job.data ?? {});
  const payload = envelope.success ? jobs[key].schema.safeParse(envelope.data.payload) : undefined;
  const tenantId = envelope.data?.tenantId as TenantId | undefined;
  if (!payload?.success || (jobs[key].scope === "tenant") !== (tenantId !== undefined)) {
    throw new UnrecoverableError(`malformed payload for ${job.name}`);
  }
  const base: SystemContext = { ...deps.base, jobId: job.id };
  const ctx = tenantId === undefined ? base : { ...base, tenantId };
  try {
    await (deps.processors[key] as (p: unknown, c: SystemContext | TenantContext) => Promise<void>)(payload.data, ctx);
  } catch (error) {
    if (error instanceof DomainError && !worthRetrying.has(error.code)) throw new UnrecoverableError(error.code);
    throw error;
  }
  return "done";
}
