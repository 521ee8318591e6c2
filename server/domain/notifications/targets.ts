import type { Severity } from "@/server/domain/incidents/incident.schema";
import type { NewTarget, TargetKind } from "@/server/domain/notifications/notification.schema";
import { secretOf } from "@/server/domain/notifications/signature.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type Target = {
  readonly id: string;
  readonly kind: TargetKind;
  readonly address: string;
  readonly leastSeverity: Severity;
  readonly level: number;
  readonly createdAt: Date;
  /** How the last message to it ended; null before there was one. */
  readonly lastState: "queued" | "held" | "sent" | "failed" | null;
  readonly lastAnswer: string | null;
};

/** Whom a tenant tells of incidents, by level. */
export const listTargets = (tx: TenantRead, tenantId: TenantId): Promise<Target[]> =>
  tx.$queryRaw<Target[]>`
    SELECT t.id, t.kind, t.address, t.least_severity AS "leastSeverity", t.level, t.created_at AS "createdAt", d.state AS "lastState", d.answer AS "lastAnswer"
    FROM notify_target t LEFT JOIN LATERAL (
      SELECT state, answer FROM notify_delivery d WHERE d.tenant_id = t.tenant_id AND d.target_id = t.id ORDER BY d.created_at DESC LIMIT 1) d ON true
    WHERE t.tenant_id = ${tenantId}::uuid AND t.removed_at IS NULL ORDER BY t.level, t.kind, t.address`;

export type Added = Readonly<{ id: string; secretOnce: string | null }>;
const MOST = 50;

/**
 * Adds somebody to be told. What is there already is answered as it is, without its secret.
 * @param key what secrets of webhooks are derived with.
 * @throws DomainError invalid_input beyond fifty.
 */
export async function addTarget(
  tx: TenantWrite,
  tenantId: TenantId,
  target: NewTarget,
  { by, key }: Readonly<{ by: string; key: string }>,
): Promise<Added> {
  const { kind, address, leastSeverity, level } = target;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('notify_target:' || ${tenantId}::text, 0))`;
  const there = await tx.notifyTarget.findFirst({
    where: { tenantId, kind, address, level, removedAt: null },
    select: { id: true },
  });
  if (there) return { id: there.id, secretOnce: null };
  const count = await tx.notifyTarget.count({ where: { tenantId, removedAt: null } });
  if (count >= MOST)
    throw new DomainError("invalid_input", { field: "recipient" }, "At most 50 can be told; remove one first.");
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO notify_target (tenant_id, kind, address, least_severity, level, created_by)
    VALUES (${tenantId}::uuid, ${kind}, ${address}, ${leastSeverity}, ${level}, ${by}) RETURNING id`;
  if (!row) throw new Error("the target was not written");
  return { id: row.id, secretOnce: kind === "webhook" ? secretOf(key, { targetId: row.id, version: 1 }) : null };
}

const found = async (tx: TenantRead, tenantId: TenantId, targetId: string) => {
  const row = await tx.notifyTarget.findUnique({
    where: { tenantId_id: { tenantId, id: targetId } },
    select: { id: true, kind: true, address: true, removedAt: true },
  });
  if (!row || row.removedAt !== null) throw new DomainError("not_found", { targetId });
  return row;
};

/** Somebody is not told any more; what waits for it is not sent. @throws DomainError not_found. */
export async function removeTarget(
  tx: TenantWrite,
  tenantId: TenantId,
  targetId: string,
): Promise<{ kind: string; address: string }> {
  const { kind, address } = await found(tx, tenantId, targetId);
  await tx.$executeRaw`UPDATE notify_target SET removed_at = clock_timestamp() WHERE tenant_id = ${tenantId}::uuid AND id = ${targetId}::uuid`;
  return { kind, address };
}

/**
 * Gives a webhook another secret; messages are signed with it from now on.
 * @throws DomainError not_found; invalid_state for what has no secret.
 */
export async function rotateTarget(
  tx: TenantWrite,
  tenantId: TenantId,
  targetId: string,
  key: string,
): Promise<{ address: string; secretOnce: string }> {
  const { kind, address } = await found(tx, tenantId, targetId);
  if (kind !== "webhook") throw new DomainError("invalid_state", { targetId }, "Only a webhook has a secret.");
  const [row] = await tx.$queryRaw<{ version: number }[]>`
    UPDATE notify_target SET secret_version = secret_version + 1 WHERE tenant_id = ${tenantId}::uuid AND id = ${targetId}::uuid
    RETURNING secret_version AS version`;
  return { address, secretOnce: secretOf(key, { targetId, version: row?.version ?? 0 }) };
}
