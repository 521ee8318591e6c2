import { handLine, stepError } from "@/server/domain/incidents/by-hand-words";
import { type ContainStep, containSteps, type StepState } from "@/server/domain/incidents/containment.schema";
import type { Target } from "@/server/domain/incidents/containments";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type StepRow = {
  readonly step: ContainStep;
  readonly state: StepState;
  /** Blocks, calls, secrets, phones, prefixes or mails, as the step says. */
  readonly count: number;
  /** Why it could not be done, and the commands that do it by hand; empty otherwise. */
  readonly error: string;
  readonly byHand: readonly string[];
  readonly attempts: number;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

export type ContainmentRow = {
  readonly id: string;
  /** Of the incident that decided it: it may be part of the one that was asked about. */
  readonly incident: string;
  readonly subject: string;
  readonly tenantSlug: string;
  /** The extension's number; null for all of a tenant, or when it was deleted. */
  readonly extension: string | null;
  readonly prefixes: readonly string[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
  /** Numbers of other incidents that stop the same calls: a release does not lift theirs. */
  readonly alsoHeldBy: readonly string[];
  readonly steps: readonly StepRow[];
};

type Stored = Omit<ContainmentRow, "incident" | "alsoHeldBy" | "steps"> & { incident: bigint; alsoHeldBy: bigint[] };

/** What an incident contains, or did, with what was merged into it; the newest first. Wants a subtree transaction. */
export async function listContainments(
  tx: TenantRead,
  tenantId: TenantId,
  incidentId: string,
): Promise<ContainmentRow[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT c.id, i.number AS incident, c.subject, t.slug AS "tenantSlug", e.number AS extension, c.prefixes, c.created_at AS "createdAt",
      coalesce(nullif(p.name, ''), p.email, c.created_by) AS "createdBy", c.released_at AS "releasedAt",
      coalesce(nullif(q.name, ''), q.email, nullif(c.released_by, '')) AS "releasedBy",
      ARRAY(SELECT DISTINCT o.number FROM block k JOIN incident o ON o.tenant_id = k.placed_by AND o.id = k.incident_id
        WHERE k.tenant_id = c.of_tenant_id AND k.lifted_at IS NULL AND o.id <> c.incident_id
          AND (k.kind = 'tenant' OR (k.kind = 'extension' AND k.extension_id = c.extension_id)) ORDER BY o.number) AS "alsoHeldBy"
    FROM containment c
    JOIN incident i ON i.tenant_id = c.tenant_id AND i.id = c.incident_id
    JOIN tenant t ON t.id = c.of_tenant_id
    LEFT JOIN extension e ON e.tenant_id = c.of_tenant_id AND e.id = c.extension_id
    LEFT JOIN person p ON p.id::text = c.created_by LEFT JOIN person q ON q.id::text = c.released_by
    WHERE c.tenant_id = ${tenantId}::uuid AND (i.id = ${incidentId}::uuid OR i.merged_into = ${incidentId}::uuid)
    ORDER BY c.created_at DESC LIMIT 100`;
  const steps = await tx.containmentStep.findMany({
    where: { tenantId, containmentId: { in: rows.map(({ id }) => id) } },
  });
  return rows.map((row) => ({
    ...row,
    incident: String(row.incident),
    alsoHeldBy: row.alsoHeldBy.map(String),
    steps: containSteps.flatMap((step) =>
      steps
        .filter((one) => one.containmentId === row.id && one.step === step)
        .map(({ state, count, error, byHand, attempts, startedAt, finishedAt }) => ({
          ...{ step, state: state as StepState, count, error: stepError(error), attempts, startedAt, finishedAt },
          byHand: byHand === "" ? [] : byHand.split("\n").map(handLine),
        })),
    ),
  }));
}

type Named = Readonly<{ ofSlug: string; extension?: string | undefined }>;

/**
 * What the names mean. Wants a subtree transaction.
 * @throws DomainError not_below for a tenant that is not; not_found for an extension that it does not have.
 */
export async function targetNamed(tx: TenantRead, { ofSlug, extension }: Named): Promise<Target> {
  const { id } = await getTenantBelow(tx, ofSlug);
  return { tenantId: id, extensionId: extension ? await getExtensionId(tx, id, extension) : null };
}

export type ContainPreview = {
  readonly subject: string;
  /** The extensions whose new calls would be refused. */
  readonly extensions: number;
  readonly liveCalls: number;
  /** What the live calls hold at whoever buys from the operator, in micros: prices further down are not the operator's to know. */
  readonly heldMicros: bigint;
  readonly currency: string;
  /** Telephones that are registered, and from where: they are cut off, for emergency calls as well. */
  readonly phones: readonly { readonly address: string; readonly userAgent: string }[];
  /** Where its calls come from: those without a reason to keep them would be banned at the PBX. */
  readonly sources: readonly { readonly network: string; readonly kept: string | null }[];
  /** Who would be mailed, and how many people that is. */
  readonly tell: readonly { readonly slug: string; readonly name: string; readonly owners: number }[];
  /** What was called most in 24 hours, by the prefix of its price. */
  readonly destinations: readonly { readonly prefix: string; readonly calls: number; readonly costMicros: bigint }[];
  /** Incidents that hold it already; with this one's own number the press joins. */
  readonly heldBy: readonly string[];
};

type Listed = "phones" | "sources" | "tell" | "destinations" | "heldBy";

/**
 * What a containment would do now. Wants a subtree transaction of the operator; nothing is changed.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function previewContainment(
  tx: TenantRead,
  tenantId: TenantId,
  { incidentId, target }: Readonly<{ incidentId: string; target: Target }>,
): Promise<ContainPreview> {
  const { tenantId: of, extensionId: x } = target;
  const [row] = await tx.$queryRaw<(Omit<ContainPreview, Listed> & { payer: string | null })[]>`
    WITH RECURSIVE up AS (
      SELECT id, parent_id, currency FROM tenant WHERE id = ${of}::uuid
      UNION ALL SELECT t.id, t.parent_id, t.currency FROM up JOIN tenant t ON t.id = up.parent_id),
    payer AS (SELECT id, currency FROM up WHERE parent_id = ${tenantId}::uuid),
    live AS (
      SELECT c.kind, (SELECT h.held_micros FROM hold h JOIN payer p ON p.id = h.tenant_id WHERE h.call_id = c.id) AS held,
        EXISTS (SELECT FROM hold h WHERE h.call_id = c.id) AS paid FROM call c
      WHERE c.tenant_id = ${of}::uuid AND c.state <> 'ended' AND c.kind <> 'emergency' AND NOT call_helps(c) AND (${x}::uuid IS NULL OR c.extension_id = ${x}::uuid))
    SELECT t.name || coalesce(', ' || (SELECT e.number FROM extension e WHERE e.tenant_id = t.id AND e.id = ${x}::uuid), '') AS subject,
      coalesce((SELECT currency FROM payer), t.currency) AS currency, (SELECT id FROM payer) AS payer,
      (SELECT count(*)::int FROM extension e WHERE e.tenant_id = t.id AND (${x}::uuid IS NULL OR e.id = ${x}::uuid)) AS extensions,
      (SELECT count(*)::int FROM live WHERE kind <> 'inbound' OR paid) AS "liveCalls",
      (SELECT coalesce(sum(held), 0)::bigint FROM live) AS "heldMicros"
    FROM tenant t WHERE t.id = ${of}::uuid`;
  if (!row) throw new Error("the tenant of a target that was found is gone");
  const { payer, ...counts } = row;
  return {
    ...counts,
    phones: await tx.registration.findMany({
      where: { tenantId: of, expiresAt: { gt: new Date() }, ...(x === null ? {} : { extensionId: x }) },
      select: { address: true, userAgent: true },
      orderBy: { address: "asc" },
      take: 100,
    }),
    sources: await tx.$queryRaw`
      SELECT abbrev(network) AS network, kept FROM containment_sources(${incidentId}::uuid, ${of}::uuid, ${x}::uuid)`,
    tell: await tx.$queryRaw`
      SELECT t.slug, t.name, (SELECT count(*)::int FROM seat s WHERE s.tenant_id = t.id AND s.role = 'owner') AS owners
      FROM tenant o JOIN tenant t ON t.id = o.id OR (t.id = o.parent_id AND t.kind = 'reseller')
      WHERE o.id = ${of}::uuid AND t.kind <> 'operator' ORDER BY t.id = o.id DESC`,
    destinations: await tx.$queryRaw`
      SELECT h.prefix, count(*)::int AS calls, coalesce(sum(coalesce(h.charged_micros, h.held_micros)), 0)::bigint AS "costMicros"
      FROM call c JOIN hold h ON h.call_id = c.id AND h.tenant_id = ${payer}::uuid
      WHERE c.tenant_id = ${of}::uuid AND c.started_at > now() - interval '24 hours' AND c.kind = 'external' AND (${x}::uuid IS NULL OR c.extension_id = ${x}::uuid)
      GROUP BY h.prefix ORDER BY calls DESC, h.prefix LIMIT 10`,
    heldBy: (
      await tx.$queryRaw<{ number: bigint }[]>`
        SELECT DISTINCT i.number FROM block k JOIN incident i ON i.tenant_id = k.placed_by AND i.id = k.incident_id
        WHERE k.placed_by = ${tenantId}::uuid AND k.tenant_id = ${of}::uuid AND k.lifted_at IS NULL
          AND (k.kind = 'tenant' OR (k.kind = 'extension' AND k.extension_id = ${x}::uuid)) ORDER BY i.number`
    ).map(({ number }) => String(number)),
  };
}
