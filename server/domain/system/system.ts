import { z } from "zod";
import { networkCauses } from "@/server/domain/pbx/trunk-sums.rules";
import { managerSecretAges, type SecretAge } from "@/server/domain/system/manager-secrets";
import { readWorkers, type WorkerState } from "@/server/domain/system/workers";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

const stateSchema = z.object({
  version: z.string(),
  bytes: z.number(),
  connections: z.number(),
  connectionsMost: z.number(),
  /** Jobs that changes asked for and that are not done; at most 10 001 are counted. */
  outbox: z.number(),
  outboxOldest: z.coerce.date().nullable(),
  mails: z.number(),
  /** Of the last day. */
  mailsFailed: z.number(),
});

/** Calls that left by the trunk within the last hour. */
export type TrunkHour = Readonly<{
  calls: number;
  answered: number;
  /** Average seconds of an answered call that is over; null of none. */
  acdSeconds: number | null;
  /** The carrier said that it has no way, or is out of order: causes of the network, not of the people called. */
  failed: number;
  lastAnsweredAt: Date | null;
  lastFailedAt: Date | null;
}>;

export type SystemState = Readonly<{
  now: Date;
  database: z.infer<typeof stateSchema>;
  workers: readonly WorkerState[];
  /** Since when each secret of the manager interface is used; none where there is no PBX. */
  managerSecrets: readonly SecretAge[];
  trunk: TrunkHour;
  /** Names of the tenants that failed jobs belong to, by id. */
  tenants: Readonly<Record<string, string>>;
}>;

/**
 * Whether the parts work, as they say of themselves. Wants a subtree transaction of the operator.
 * @throws DomainError forbidden for anybody else.
 */
export async function readSystem(tx: TenantRead): Promise<SystemState> {
  const [row] = await tx.$queryRaw<{ state: unknown; now: Date }[]>`
    SELECT system_state() AS state, clock_timestamp() AS now`;
  if (!row?.state)
    throw new DomainError("forbidden", { page: "system" }, "The system is the operator's: open it there.");
  const workers = await readWorkers(tx);
  const ids = [...new Set(workers.flatMap(({ failed }) => failed.flatMap((job) => job.tenantId ?? [])))];
  const named = await tx.tenant.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return {
    now: row.now,
    database: stateSchema.parse(row.state),
    workers,
    managerSecrets: await managerSecretAges(tx),
    trunk: await trunkHour(tx),
    tenants: Object.fromEntries(named.map(({ id, name }) => [id, name])),
  };
}

const NETWORK_CAUSES = [...networkCauses];

async function trunkHour(tx: TenantRead): Promise<TrunkHour> {
  const [hour] = await tx.$queryRaw<TrunkHour[]>`
    SELECT count(*)::int AS calls, count(answered_at)::int AS answered,
      (avg(talk_ms) FILTER (WHERE answered_at IS NOT NULL AND state = 'ended') / 1000)::float8 AS "acdSeconds",
      count(*) FILTER (WHERE answered_at IS NULL AND hangup_cause = ANY (${NETWORK_CAUSES}))::int AS failed,
      max(answered_at) AS "lastAnsweredAt",
      max(ended_at) FILTER (WHERE answered_at IS NULL AND hangup_cause = ANY (${NETWORK_CAUSES})) AS "lastFailedAt"
    FROM call WHERE kind = 'external' AND outcome IS DISTINCT FROM 'blocked' AND started_at > now() - interval '1 hour'`;
  return hour ?? { calls: 0, answered: 0, acdSeconds: null, failed: 0, lastAnsweredAt: null, lastFailedAt: null };
}
