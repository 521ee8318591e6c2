import { randomUUID } from "node:crypto";

import type { Severity } from "@/server/domain/incidents/incident.schema";
import type { TargetKind } from "@/server/domain/notifications/notification.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

export type Delivery = {
  readonly id: string;
  readonly kind: TargetKind;
  readonly address: string;
  readonly event: string;
  readonly state: "queued" | "held" | "sent" | "failed";
  readonly attempts: number;
  /** What the other side answered last, or why it did not. */
  readonly answer: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

/** What was sent, or is to be, newest first; at most 100. */
export const listDeliveries = (tx: TenantRead, tenantId: TenantId): Promise<Delivery[]> =>
  tx.$queryRaw<Delivery[]>`
    SELECT d.id, t.kind, t.address, d.event, d.state, d.attempts, d.answer, d.created_at AS "createdAt", d.ended_at AS "endedAt"
    FROM notify_delivery d JOIN notify_target t ON t.tenant_id = d.tenant_id AND t.id = d.target_id
    WHERE d.tenant_id = ${tenantId}::uuid ORDER BY d.created_at DESC, d.id LIMIT 100`;

export type Told = Readonly<{
  /** Each target is told once of a key. */
  key: string;
  event: "incident.raised" | "incident.escalated" | "rule.critical" | "test";
  /** For programs, beside the event and the time. */
  data: Readonly<Record<string, string | number>>;
  /** For people; a short message has the first line only. */
  text: string;
}>;

type Whom = Readonly<{ level: number; severity: Severity } | { targetId: string }>;

/**
 * Queues a message to each target of a level that wants to hear of this severity, or to one. Whoever was told of the key
 * already is not told again.
 * @returns how many were queued.
 */
export async function tell(tx: TenantWrite, tenantId: TenantId, whom: Whom, told: Told): Promise<number> {
  const one = "targetId" in whom ? whom.targetId : null;
  const [level, severity] = "targetId" in whom ? [null, null] : [whom.level, whom.severity];
  const targets = await tx.$queryRaw<{ id: string; kind: TargetKind }[]>`
    SELECT id, kind FROM notify_target WHERE tenant_id = ${tenantId}::uuid AND removed_at IS NULL
      AND (id = ${one}::uuid OR level = ${level}::int
        AND array_position(ARRAY['low', 'medium', 'high', 'critical'], least_severity) <= array_position(ARRAY['low', 'medium', 'high', 'critical'], ${severity}::text))`;
  let queued = 0;
  for (const { id, kind } of targets) {
    const [row] = await tx.$queryRaw<{ id: string }[]>`
      INSERT INTO notify_delivery (tenant_id, target_id, key, event, body) VALUES (${tenantId}::uuid, ${id}::uuid, ${told.key}, ${told.event}, ${bodyFor(kind, told)})
      ON CONFLICT (tenant_id, target_id, key) DO NOTHING RETURNING id`;
    if (!row) continue;
    await enqueue(tx, tenantId, "deliverNotification", { deliveryId: row.id });
    queued += 1;
  }
  return queued;
}

const SMS_LENGTH = 300;

function bodyFor(kind: TargetKind, { event, data, text }: Told): string {
  if (kind === "webhook") return JSON.stringify({ type: event, timestamp: new Date().toISOString(), data });
  return kind === "sms" ? text.replace(/\s+/g, " ").slice(0, SMS_LENGTH) : text;
}

/** Messages cost money and go to whomever one names. */
const MOST_TESTS = 10;

/**
 * Sends one target a message that says it is a test.
 * @throws DomainError not_found; rate_limited beyond ten tests of the tenant within an hour.
 */
export async function tellTest(tx: TenantWrite, tenantId: TenantId, targetId: string): Promise<{ address: string }> {
  const target = await tx.notifyTarget.findUnique({
    where: { tenantId_id: { tenantId, id: targetId } },
    select: { address: true, removedAt: true },
  });
  if (!target || target.removedAt !== null) throw new DomainError("not_found", { targetId });
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('notify_test:' || ${tenantId}::text, 0))`;
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM notify_delivery
    WHERE tenant_id = ${tenantId}::uuid AND event = 'test' AND created_at > clock_timestamp() - interval '1 hour'`;
  if ((row?.n ?? 0) >= MOST_TESTS) {
    throw new DomainError(
      "rate_limited",
      { tests: MOST_TESTS },
      "At most ten tests an hour; wait before the next one.",
    );
  }
  const text =
    "This is a test of Ringfence: somebody looks whether you can be told of incidents. There is nothing to do.";
  await tell(tx, tenantId, { targetId }, { key: `test:${randomUUID()}`, event: "test", data: { note: text }, text });
  return { address: target.address };
}

/**
 * Sends a message again that was held or failed, as it was.
 * @throws DomainError not_found; invalid_state for one that was sent, waits, or whose target is not told any more.
 */
export async function sendAgain(tx: TenantWrite, tenantId: TenantId, deliveryId: string): Promise<{ event: string }> {
  const delivery = await tx.notifyDelivery.findUnique({
    where: { tenantId_id: { tenantId, id: deliveryId } },
    select: { event: true },
  });
  if (!delivery) throw new DomainError("not_found", { deliveryId });
  const changed = await tx.$executeRaw`
    UPDATE notify_delivery d SET state = 'queued', answer = '', ended_at = NULL, taken_at = NULL
    WHERE d.tenant_id = ${tenantId}::uuid AND d.id = ${deliveryId}::uuid AND d.state IN ('held', 'failed')
      AND EXISTS (SELECT FROM notify_target t WHERE t.tenant_id = d.tenant_id AND t.id = d.target_id AND t.removed_at IS NULL)`;
  if (changed === 0)
    throw new DomainError(
      "invalid_state",
      { deliveryId },
      "Only a message that was held or failed, to somebody who is still told, goes again.",
    );
  await enqueue(tx, tenantId, "deliverNotification", { deliveryId });
  return delivery;
}
