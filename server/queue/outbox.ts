import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { jobs, type PayloadOf, type TenantJobKey } from "@/server/queue/jobs";

/** The Postgres channel that wakes the relay; without it the relay looks once a second. */
export const OUTBOX_CHANNEL = "outbox";

/**
 * Queues a job in the caller's transaction: a change that is rolled back enqueues nothing, and one that is committed
 * cannot lose its job, whatever happens to Redis.
 * @returns the job's id; the queue uses the same.
 */
export async function enqueue<K extends TenantJobKey>(
  tx: TenantWrite,
  tenantId: TenantId,
  key: K,
  payload: PayloadOf<K>,
): Promise<string> {
  const { id } = await tx.outboxJob.create({
    data: { tenantId, jobName: jobs[key].name, payload: jobs[key].schema.parse(payload) },
    select: { id: true },
  });
  await tx.$executeRaw`SELECT pg_notify(${OUTBOX_CHANNEL}, '')`;
  return id;
}
