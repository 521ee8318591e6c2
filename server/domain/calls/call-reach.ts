import type { CallFilter } from "@/server/domain/calls/call.schema";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** Whose calls a list is of. Without `below`: of the tenant itself. */
export type CallReach = Readonly<{
  /** Who looks. */
  tenantId: TenantId;
  below: boolean;
  /** The tenants meant; null: all that the transaction sees, which are too many to be named. */
  ids: readonly TenantId[] | null;
  /** The tenant asked for, with all below it; `depth` says how far below it is. */
  chosen: Readonly<{ id: TenantId; depth: number }> | null;
}>;

/** Up to so many tenants are asked one by one. */
export const FEW_TENANTS = 200;
/** Of a branch that somebody chose in one that is larger still. */
const MOST_TENANTS = 50_000;

/** Whether a list reaches below, as far as the filter tells: it is then read in a transaction that sees the subtree. */
export const mayReachBelow = ({ scope, tenant }: Pick<CallFilter, "scope" | "tenant">): boolean =>
  tenant !== undefined || (scope !== undefined && scope !== "own");

/**
 * Whose calls a filter means. Wants a subtree transaction when it reaches below.
 * @throws DomainError not_found when the tenant, or the one asked for, is not visible.
 */
export async function reachOf(
  tx: TenantRead,
  tenantId: TenantId,
  { scope, tenant }: Pick<CallFilter, "scope" | "tenant">,
): Promise<CallReach> {
  const own: CallReach = { tenantId, below: false, ids: [tenantId], chosen: null };
  if (!mayReachBelow({ scope, tenant })) return own;
  if (tenant === undefined) {
    const ids = await tx.$queryRaw<{ id: TenantId; kind: string }[]>`
      SELECT b.descendant_id AS id, t.kind FROM tenant t JOIN tenant_below b ON b.ancestor_id = t.id
      WHERE t.id = ${tenantId}::uuid LIMIT ${FEW_TENANTS + 1}::int`;
    if (ids.length === 0) throw new DomainError("not_found");
    if (ids[0]?.kind === "customer") return own;
    return { ...own, below: true, ids: ids.length > FEW_TENANTS ? null : ids.map(({ id }) => id) };
  }
  const ids = await tx.$queryRaw<{ id: TenantId; depth: number; first: boolean }[]>`
    WITH RECURSIVE branch AS (
      SELECT t.id, b.depth, true AS first FROM tenant t JOIN tenant_below b ON b.ancestor_id = ${tenantId}::uuid AND b.descendant_id = t.id
        WHERE t.slug = ${tenant}
      UNION ALL SELECT t.id, b.depth + 1, false FROM branch b JOIN tenant t ON t.parent_id = b.id)
    SELECT * FROM branch ORDER BY first DESC LIMIT ${MOST_TENANTS}::int`;
  const chosen = ids.find(({ first }) => first);
  if (!chosen) throw new DomainError("not_found", { tenant });
  return {
    ...own,
    below: true,
    ids: ids.map(({ id }) => id),
    chosen: chosen.depth > 0 ? { id: chosen.id, depth: chosen.depth } : null,
  };
}

/** Whether the tenants are few enough to be asked one by one. */
export const areFewTenants = ({ ids }: CallReach): boolean => ids !== null && ids.length <= FEW_TENANTS;

/**
 * The calls of the tenants meant, as a condition. Where none is named, row security leaves those of the branch. The index of all
 * calls in their order answers who names the beginning of time.
 */
export const whoseOf = ({ ids }: CallReach): Sql =>
  sql`started_at > '-infinity'${ids === null ? sql`` : sql` AND tenant_id = ANY (${[...ids]}::uuid[])`}`;

/** The tenants meant as a table `b` with their `id`. */
export const tenantsOf = ({ tenantId, ids }: CallReach): Sql =>
  ids === null
    ? sql`(SELECT descendant_id AS id FROM tenant_below WHERE ancestor_id = ${tenantId}::uuid) b`
    : sql`unnest(${[...ids]}::uuid[]) b (id)`;

/**
 * What was paid for a row of the calls to who looks, in its own currency: by the tenant directly below, or of its own calls by
 * itself. Nothing of what anybody further down paid.
 */
export const paidBelow = (viewer: TenantId, currency: string): Sql => sql`(
  SELECT CASE WHEN b.depth < 2 THEN CASE WHEN currency = ${currency} THEN cost_micros END
    ELSE (SELECT s.charged_micros FROM hold s WHERE s.call_id = id AND s.level = b.depth - 1
      AND EXISTS (SELECT FROM wallet w WHERE w.id = s.wallet_id AND w.currency = ${currency})) END
  FROM tenant_below b WHERE b.ancestor_id = ${viewer}::uuid AND b.descendant_id = tenant_id)`;
