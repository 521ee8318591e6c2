import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What an incident is about, its merged parts included: whose rows are evidence. */
export type EvidenceScope = {
  readonly incident: {
    readonly id: string;
    readonly number: string;
    readonly title: string;
    readonly severity: string;
    readonly state: string;
  };
  /** The short name of the tenant whose incident it is. */
  readonly slug: string;
  readonly incidentIds: readonly string[];
  readonly tenantIds: readonly string[];
  readonly extensionIds: readonly string[];
  /** SIP names, of extensions and of nobody. */
  readonly usernames: readonly string[];
  readonly networks: readonly string[];
};

/** What somebody who acts on an incident is about to change, whether or not a signal named it. */
export type Beside = Readonly<{ tenantIds?: readonly string[]; extensionIds?: readonly string[] }>;

type Row = EvidenceScope["incident"] & { slug: string; incidentIds: string[]; networks: string[] };
type Subject = { kind: string; value: string; tenantId: string | null; extensionId: string | null };

/**
 * Reads what an incident touches. Wants a subtree transaction.
 * @throws DomainError not_found.
 */
export async function scopeOf(
  tx: TenantRead,
  tenantId: TenantId,
  incidentId: string,
  beside: Beside = {},
): Promise<EvidenceScope> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT i.id, i.number::text AS number, i.title, i.severity, i.state, t.slug, array_agg(p.id) AS "incidentIds",
      array_agg(DISTINCT p.source) FILTER (WHERE p.source <> '') AS networks
    FROM incident i JOIN tenant t ON t.id = i.tenant_id
    JOIN incident p ON p.tenant_id = i.tenant_id AND (p.id = i.id OR p.merged_into = i.id)
    WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ${incidentId}::uuid GROUP BY i.tenant_id, i.id, t.slug`;
  if (!row) throw new DomainError("not_found", { incidentId });
  const subjects = await tx.$queryRaw<Subject[]>`
    SELECT s.kind, s.value, s.of_tenant_id AS "tenantId", s.extension_id AS "extensionId" FROM incident_subject s
    WHERE s.tenant_id = ${tenantId}::uuid AND s.incident_id = ANY (${row.incidentIds}::uuid[])
    UNION ALL SELECT 'extension', x.sip_username, x.tenant_id, x.id FROM extension x
    WHERE x.id = ANY (${[...(beside.extensionIds ?? [])]}::uuid[])
    UNION ALL SELECT 'tenant', t.slug, t.id, NULL FROM tenant t WHERE t.id = ANY (${[...(beside.tenantIds ?? [])]}::uuid[])
    UNION ALL SELECT 'network', network_of(s.value), NULL, NULL FROM incident_subject s
    WHERE s.tenant_id = ${tenantId}::uuid AND s.incident_id = ANY (${row.incidentIds}::uuid[]) AND s.kind = 'address'`;
  const some = (values: readonly (string | null)[]) => [...new Set(values.filter((value) => value !== null))];
  const ofKinds = (...kinds: string[]) => subjects.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value);
  const { slug, incidentIds, networks, ...incident } = row;
  return {
    incident,
    slug,
    incidentIds,
    tenantIds: some(subjects.map((subject) => subject.tenantId)),
    extensionIds: some(subjects.map(({ extensionId }) => extensionId)),
    usernames: some(ofKinds("extension", "username")),
    networks: some([...(networks ?? []), ...ofKinds("network")]),
  };
}
