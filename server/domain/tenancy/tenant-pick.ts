import { literally } from "@/server/domain/search/reading.rules";
import type { TenantPick } from "@/server/domain/tenancy/tenant-pick.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type PickedTenant = Readonly<{
  slug: string;
  name: string;
  kind: "reseller" | "customer";
  parentSlug: string;
  currency: string;
  planName: string | null;
  availableMicros: bigint;
}>;

const SHOWN = 20;

/**
 * The tenants below that a text may mean, for a field that chooses one: those whose name begins with it first; at most twenty of
 * however many there are. Wants a subtree transaction.
 */
export async function pickTenants(
  tx: TenantRead,
  tenantId: TenantId,
  { text = "", slug, direct, currency }: TenantPick,
): Promise<{ items: readonly PickedTenant[]; more: boolean }> {
  const part = literally(text);
  const rows = await tx.$queryRaw<PickedTenant[]>`
    SELECT t.slug, t.name, t.kind, up.slug AS "parentSlug", t.currency, p.name AS "planName",
      coalesce(w.posted_micros - w.held_micros + w.credit_limit_micros, 0) AS "availableMicros"
    FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id JOIN tenant up ON up.id = t.parent_id
    LEFT JOIN plan p ON p.id = t.plan_id LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0 AND (NOT ${direct ?? false}::boolean OR b.depth = 1)
      AND (${slug ?? null}::text IS NULL OR t.slug = ${slug ?? null}::text)
      AND (${currency ?? null}::text IS NULL OR t.currency = ${currency ?? null}::text)
      AND (t.name ILIKE ${`%${part}%`} OR t.slug ILIKE ${`%${part}%`})
    ORDER BY (t.name ILIKE ${`${part}%`} OR t.slug ILIKE ${`${part}%`}) DESC, lower(t.name), t.slug LIMIT ${SHOWN + 1}`;
  return { items: rows.slice(0, SHOWN), more: rows.length > SHOWN };
}
