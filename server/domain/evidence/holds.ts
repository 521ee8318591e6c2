import type { HoldKind } from "@/server/domain/evidence/evidence.schema";
import { findIncident } from "@/server/domain/incidents/incident-list";
import type { RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type Hold = {
  /** null for one that an open incident with evidence holds by itself. */
  readonly id: string | null;
  /** As what it holds is asked for. */
  readonly key: string;
  readonly kind: HoldKind;
  /** An incident's number and title, a tenant's name, a person's address, a number. */
  readonly label: string;
  readonly reason: string;
  readonly placedBy: string;
  readonly since: Date;
  readonly liftedAt: Date | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
};

/** What keeps rows from retention: holds of people and open incidents that have evidence, then those that were lifted. */
export function listHolds(tx: TenantRead, tenantId: TenantId): Promise<Hold[]> {
  return tx.$queryRaw<Hold[]>`
    SELECT * FROM (
      SELECT h.id, 'hold ' || h.id AS key, h.kind, h.label, h.reason, coalesce(nullif(p.name, ''), p.email, h.placed_by) AS "placedBy", h.since, h.lifted_at AS "liftedAt",
        coalesce(nullif(l.name, ''), l.email, h.lifted_by) AS "liftedBy", h.lift_reason AS "liftReason"
      FROM legal_hold h LEFT JOIN person p ON p.id::text = h.placed_by LEFT JOIN person l ON l.id::text = h.lifted_by
      WHERE h.tenant_id = ${tenantId}::uuid
      UNION ALL
      SELECT NULL, 'incident ' || i.number, 'incident', 'Incident ' || i.number || ': ' || i.title, 'It is open and has evidence.', 'Ringfence', min(s.sealed_at), NULL, NULL, NULL
      FROM incident i JOIN evidence_snapshot s ON s.tenant_id = i.tenant_id AND s.incident_id = i.id
      WHERE i.tenant_id = ${tenantId}::uuid AND i.closed_at IS NULL GROUP BY i.tenant_id, i.id) held
    ORDER BY "liftedAt" DESC NULLS FIRST, since DESC LIMIT 500`;
}

/** What a hold keeps from retention, by class; counts every row, so it takes its time. Nothing once it is lifted. */
export const countHeld = (tx: TenantRead, key: string): Promise<{ class: RetentionClass; rows: bigint }[]> =>
  tx.$queryRaw<{ class: RetentionClass; rows: bigint }[]>`SELECT class, rows FROM hold_counts(${key})`;

type Asked = Readonly<{ kind: HoldKind; subject: string; reason: string }>;
type Placed = Readonly<{ id: string; label: string; before: boolean }>;

/**
 * Holds rows from retention until somebody lifts it. What is held already stays as it is.
 * @throws DomainError not_found for an incident, tenant or person that is none; invalid_input for a number that is none.
 */
export async function placeHold(tx: TenantWrite, tenantId: TenantId, asked: Asked, by: string): Promise<Placed> {
  const { subject, label } = await subjectOf(tx, tenantId, asked);
  const found = () =>
    tx.legalHold.findFirst({
      where: { tenantId, kind: asked.kind, subject, liftedAt: null },
      select: { id: true, label: true },
    });
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('hold:' || ${tenantId}::text, 0))`;
  const before = await found();
  if (before) return { ...before, before: true };
  await tx.$executeRaw`
    INSERT INTO legal_hold (tenant_id, kind, subject, label, reason, placed_by)
    VALUES (${tenantId}::uuid, ${asked.kind}, ${subject}, ${label}, ${asked.reason}, ${by})`;
  const placed = await found();
  if (!placed) throw new Error("the hold was not written");
  return { ...placed, before: false };
}

async function subjectOf(
  tx: TenantRead,
  tenantId: TenantId,
  { kind, subject }: Asked,
): Promise<{ subject: string; label: string }> {
  const none = (what: string) => new DomainError("not_found", { kind }, what);
  if (kind === "incident") {
    const id = await findIncident(tx, tenantId, subject);
    const row = await tx.incident.findUnique({
      where: { tenantId_id: { tenantId, id } },
      select: { number: true, title: true },
    });
    return { subject: id, label: `Incident ${row?.number}: ${row?.title}` };
  }
  if (kind === "tenant") {
    const [row] = await tx.$queryRaw<
      { id: string; name: string }[]
    >`SELECT id, name FROM tenant_named_below(${subject})`;
    if (!row) throw none("There is no tenant of that short name here.");
    return { subject: row.id, label: row.name };
  }
  if (kind === "person") {
    const [row] = await tx.$queryRaw<
      { id: string; email: string }[]
    >`SELECT id, email FROM person_below(${subject.toLowerCase()})`;
    if (!row) throw none("Nobody with that e-mail address has a seat here or below.");
    return { subject: row.id, label: row.email };
  }
  const digits = /^\+?([1-9]\d{4,14})$/.exec(subject.replace(/[\s()/.-]/g, ""))?.[1];
  if (!digits)
    throw new DomainError("invalid_input", { field: "subject" }, "A number is written in full, such as +4930123456.");
  return { subject: digits, label: `+${digits}` };
}

/**
 * Lets retention go on. A repeat changes nothing.
 * @throws DomainError not_found.
 */
export async function liftHold(
  tx: TenantWrite,
  tenantId: TenantId,
  { holdId, reason }: Readonly<{ holdId: string; reason: string }>,
  by: string,
): Promise<{ label: string }> {
  const row = await tx.legalHold.findUnique({
    where: { tenantId_id: { tenantId, id: holdId } },
    select: { label: true },
  });
  if (!row) throw new DomainError("not_found", { holdId });
  await tx.$executeRaw`
    UPDATE legal_hold SET lifted_at = clock_timestamp(), lifted_by = ${by}, lift_reason = ${reason}
    WHERE tenant_id = ${tenantId}::uuid AND id = ${holdId}::uuid AND lifted_at IS NULL`;
  return row;
}
