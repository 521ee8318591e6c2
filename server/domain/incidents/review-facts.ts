import { lossOf } from "@/server/domain/incidents/loss";
import type { StoredFacts } from "@/server/domain/incidents/review.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

type Timed = Readonly<{
  signals: bigint;
  firstAt: Date;
  openedAt: Date;
  acknowledgedAt: Date | null;
  containedAt: Date | null;
  closedAt: Date | null;
  outcome: string;
}>;
type Snapshot = Readonly<{ number: number; at: Date; reason: string; sha256: string }>;

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/**
 * What a review takes from its incident and what was merged into it, as of now: times, money, what was done, what was kept. In the
 * form in which it is stored. Sums are of whoever buys from the operator.
 * @throws DomainError not_found.
 */
export async function factsOf(tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<StoredFacts> {
  // With what was merged into it: the first signal may be of a part.
  const [times] = await tx.$queryRaw<Timed[]>`
    SELECT sum(p.signals)::bigint AS signals, min(p.first_at) AS "firstAt", i.opened_at AS "openedAt", i.acknowledged_at AS "acknowledgedAt",
      i.contained_at AS "containedAt", i.closed_at AS "closedAt", i.outcome
    FROM incident i JOIN incident p ON p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id)
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid GROUP BY i.tenant_id, i.id`;
  if (!times) throw new DomainError("not_found", { incidentId });
  const steps = await stepsOf(tx, tenantId, incidentId);
  const released = await releasedAt(tx, tenantId, incidentId);
  const losses = (await lossOf(tx, [incidentId])).get(incidentId) ?? [];
  const snapshots = await tx.$queryRaw<Snapshot[]>`
    SELECT s.number, s.taken_at AS at, s.reason, encode(s.manifest_sha256, 'hex') AS sha256
    FROM evidence_snapshot s JOIN incident p ON p.tenant_id = s.tenant_id AND p.id = s.incident_id
    WHERE s.tenant_id = ${tenantId}::uuid AND (p.id = ${incidentId}::uuid OR p.merged_into = ${incidentId}::uuid)
    ORDER BY s.number LIMIT 100`;
  return {
    signals: Number(times.signals),
    firstAt: times.firstAt.toISOString(),
    openedAt: times.openedAt.toISOString(),
    acknowledgedAt: iso(times.acknowledgedAt),
    containedAt: iso(times.containedAt),
    releasedAt: iso(released),
    closedAt: iso(times.closedAt),
    outcome: times.outcome,
    losses: losses.map(({ currency, chargedMicros, talkedMicros, calls }) => ({
      currency,
      spentMicros: String(chargedMicros + talkedMicros),
      calls,
    })),
    steps: steps.map(({ at, ...step }) => ({ at: at.toISOString(), ...step })),
    evidence: snapshots.map(({ at, ...snapshot }) => ({ ...snapshot, at: at.toISOString() })),
  };
}

type Step = Readonly<{ at: Date; subject: string; step: string; count: number }>;

/** Names are those that the containment was given: they need no look at the tenants below. */
const stepsOf = (tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<Step[]> =>
  tx.$queryRaw<Step[]>`
    SELECT s.finished_at AS at, c.subject, s.step, s.count
    FROM containment c JOIN incident p ON p.tenant_id = c.tenant_id AND p.id = c.incident_id
    JOIN containment_step s ON s.tenant_id = c.tenant_id AND s.containment_id = c.id
    WHERE c.tenant_id = ${tenantId}::uuid AND (p.id = ${incidentId}::uuid OR p.merged_into = ${incidentId}::uuid)
      AND s.state = 'done' AND s.finished_at IS NOT NULL
    ORDER BY s.finished_at, c.id, s.step LIMIT 500`;

async function releasedAt(tx: TenantRead, tenantId: TenantId, incidentId: string): Promise<Date | null> {
  const [row] = await tx.$queryRaw<{ at: Date | null }[]>`
    SELECT CASE WHEN bool_and(c.released_at IS NOT NULL) THEN max(c.released_at) END AS at
    FROM containment c JOIN incident p ON p.tenant_id = c.tenant_id AND p.id = c.incident_id
    WHERE c.tenant_id = ${tenantId}::uuid AND (p.id = ${incidentId}::uuid OR p.merged_into = ${incidentId}::uuid)`;
  return row?.at ?? null;
}
