import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type ShellTenant = {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly kind: "operator" | "reseller" | "customer";
  readonly state: "active" | "suspended";
  readonly currency: string;
  readonly timeZone: string;
  readonly country: string;
  /** In which its people are spoken to while they chose none themselves. */
  readonly language: string;
  /** null at the root, and where the one above is not visible. */
  readonly parentName: string | null;
};

export type Shell = {
  readonly tenant: ShellTenant;
  /** In micros. */
  readonly balance: { currency: string; postedMicros: bigint; heldMicros: bigint; availableMicros: bigint };
  /** Calls that have not ended, with those of the tenants below. */
  readonly liveCalls: number;
  readonly below: readonly { slug: string; name: string; kind: string }[];
};

type Row = ShellTenant & { posted: bigint; held: bigint; credit: bigint; live: number };

/**
 * What frames every page of a tenant. Wants a subtree transaction: a reseller's frame counts what is below as well.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function getShell(tx: TenantRead, tenantId: TenantId): Promise<Shell> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT t.id, t.slug, t.name, t.kind, t.state, t.currency, t.time_zone AS "timeZone", t.country, t.language, provider_name() AS "parentName",
      coalesce(w.posted_micros, 0) AS posted, coalesce(w.held_micros, 0) AS held, coalesce(w.credit_limit_micros, 0) AS credit,
      (SELECT count(*)::int FROM call WHERE state <> 'ended') AS live
    FROM tenant t LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  const below = await tx.$queryRaw<{ slug: string; name: string; kind: string }[]>`
    SELECT t.slug, t.name, t.kind FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0 ORDER BY b.depth, t.name, t.slug LIMIT 500`;
  const { posted, held, credit, live, ...tenant } = row;
  const balance = {
    currency: row.currency,
    postedMicros: posted,
    heldMicros: held,
    availableMicros: posted - held + credit,
  };
  return { tenant, balance, liveCalls: live, below };
}
