import type { Row } from "@/server/domain/exports/cells.rules";
import { incidentsWhere } from "@/server/domain/incidents/incident-list";
import { type ExtensionFilter, listExtensions } from "@/server/domain/provisioning/extension-list";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** More things than this in one list is nothing that anybody has; a file of them would be no list of one moment. */
export const MOST = 200_000;

/** The extensions of a tenant that pass the filter of their page, as cells, by number. */
export async function extensionRows(tx: TenantRead, tenantId: TenantId, filter: ExtensionFilter): Promise<Row[]> {
  const items = await listExtensions(tx, tenantId, filter);
  return items.map((one) => [
    one.number,
    one.displayName,
    one.callerId,
    one.state,
    one.sipUsername,
    one.maxCalls,
    one.dailyCapMicros === null ? null : String(one.dailyCapMicros),
    one.registration ? "yes" : "no",
    one.registration?.userAgent ?? null,
    one.registration?.address ?? null,
    one.lastSeenAt?.getTime() ?? null,
    one.createdAt.getTime(),
    one.id,
  ]);
}

type StoredNumber = { number: string; slug: string; since: Date; extension: string | null; name: string | null };

/** The numbers of a tenant and of those below it as cells. Wants a transaction that reads the subtree. */
export async function numberRows(
  tx: TenantRead,
  _tenantId: TenantId,
  filter: { text?: string | undefined },
): Promise<Row[]> {
  const digits = filter.text?.replace(/\D/g, "").replace(/^00/, "") || null;
  const name = filter.text ? `%${filter.text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await tx.$queryRaw<StoredNumber[]>`
    SELECT d.number, t.slug, d.created_at AS since, e.number AS extension, e.display_name AS name
    FROM did d JOIN tenant t ON t.id = d.tenant_id LEFT JOIN extension e ON e.tenant_id = d.tenant_id AND e.id = d.extension_id
    WHERE (${name}::text IS NULL OR t.name ILIKE ${name}::text OR strpos(d.number, ${digits}::text) > 0)
    ORDER BY d.number COLLATE "C" LIMIT ${MOST + 1}`;
  refuseTooMany(rows.length);
  return rows.map((one) => [`+${one.number}`, one.slug, one.extension, one.name, one.since.getTime()]);
}

type StoredIncident = {
  id: string;
  number: bigint;
  title: string;
  kind: string;
  severity: string;
  state: string;
  owner: string | null;
  signals: bigint;
  times: (Date | null)[];
};

/** Incidents that stand for themselves and pass the filter of their page, as cells, by number. @param me whose "mine" are. */
export async function incidentRows(
  tx: TenantRead,
  tenantId: TenantId,
  filter: Parameters<typeof incidentsWhere>[1],
  me: UserId | undefined,
): Promise<Row[]> {
  const rows = await tx.$queryRaw<StoredIncident[]>`
    SELECT i.id, i.number, i.title, i.kind, i.severity, i.state, coalesce(nullif(p.name, ''), p.email) AS owner, i.signals,
      ARRAY[i.first_at, i.last_at, i.opened_at, i.acknowledged_at, i.contained_at, i.closed_at] AS times
    FROM incident i LEFT JOIN person p ON p.id = i.owner_id
    WHERE ${incidentsWhere(tenantId, filter, me)}
    ORDER BY i.number LIMIT ${MOST + 1}`;
  refuseTooMany(rows.length);
  return rows.map((one) => [
    Number(one.number),
    one.title,
    one.kind,
    one.severity,
    one.state,
    one.owner,
    Number(one.signals),
    ...one.times.map((at) => at?.getTime() ?? null),
    one.id,
  ]);
}

/** @throws DomainError too_large for a list that is longer than the longest. */
export function refuseTooMany(rows: number): void {
  if (rows <= MOST) return;
  throw new DomainError("too_large", { most: MOST }, `That is more than ${MOST} lines; narrow the filter.`);
}
