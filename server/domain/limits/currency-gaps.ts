import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** A reseller whose calls are refused (RAT-02) where they are sold in another currency than it buys in. */
export type CurrencyGap = Readonly<{ id: string; slug: string; buys: string; sells: readonly string[] }>;

/**
 * The resellers that are seen whose customers pay in another currency than they do themselves, and that do not sell below cost:
 * amounts of two currencies say nothing about each other, so such calls are refused until the reseller says that it means it.
 * At most 100, by slug. Wants a subtree transaction.
 * @param of only this one.
 */
export async function currencyGaps(tx: TenantRead, of?: TenantId): Promise<CurrencyGap[]> {
  return tx.$queryRaw<CurrencyGap[]>`
    SELECT s.id::text AS id, s.slug, s.currency::text AS buys, array_agg(DISTINCT c.currency::text ORDER BY c.currency::text) AS sells
    FROM tenant s JOIN tenant c ON c.parent_id = s.id AND c.currency <> s.currency
    WHERE s.kind = 'reseller' AND NOT s.sells_below_cost AND (${of ?? null}::uuid IS NULL OR s.id = ${of ?? null}::uuid)
      AND (c.plan_id IS NOT NULL OR EXISTS (SELECT FROM tenant_plan q WHERE q.tenant_id = c.id))
    GROUP BY s.id, s.slug, s.currency ORDER BY s.slug LIMIT 100`;
}
