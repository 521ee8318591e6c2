import { type CallRow, callRowOf, type StoredCall, type StoredHold } from "@/server/domain/calls/call-row";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

/** A call at its level of the chain, as who is above sees it. */
export type BelowCall = Readonly<{
  tenant: Readonly<{ name: string; slug: string }>;
  /** What the tenant directly below paid who looks, without tax, in its own currency; null for one's own calls and for those without a price. */
  paid: Readonly<{ micros: Micros; currency: string }> | null;
}>;

type KeptHold = StoredHold & Readonly<{ charged_micros: number | null; billed_seconds: number | null }>;
type Stored = Readonly<{
  id: string;
  name: string;
  slug: string;
  depth: number;
  own: KeptHold | null;
  sold: KeptHold | null;
  currency: string | null;
}>;

/**
 * Calls of a branch at the level of who looks: its own cost, and what the tenant directly below paid it. What anybody further down
 * paid, or anybody above, is in none of it. Wants a subtree transaction.
 */
export async function belowOf(
  tx: TenantRead,
  viewer: TenantId,
  calls: readonly Readonly<{ id: string; tenantId: string }>[],
): Promise<(call: StoredCall, now: Date) => { call: CallRow; below: BelowCall }> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT c.id, t.name, t.slug, b.depth, to_jsonb(own) AS own, to_jsonb(sold) AS sold, w.currency
    FROM unnest(${calls.map(({ id }) => id)}::uuid[], ${calls.map(({ tenantId }) => tenantId)}::uuid[]) c (id, tenant_id)
    JOIN tenant t ON t.id = c.tenant_id JOIN tenant_below b ON b.ancestor_id = ${viewer}::uuid AND b.descendant_id = c.tenant_id
    LEFT JOIN hold own ON own.tenant_id = ${viewer}::uuid AND own.call_id = c.id
    LEFT JOIN hold sold ON b.depth > 0 AND sold.call_id = c.id AND sold.level = b.depth - 1
    LEFT JOIN wallet w ON w.id = sold.wallet_id`;
  const of = new Map(rows.map((row) => [row.id, row]));
  return (call, now) => {
    const row = of.get(call.id);
    const at = (hold: KeptHold | null) => callRowOf(atLevel(call, hold), now);
    const whose = { name: row?.name ?? "", slug: row?.slug ?? "" };
    if (!row || row.depth === 0) return { call: callRowOf(call, now), below: { tenant: whose, paid: null } };
    const [bought, sold] = [at(row.own), at(row.sold)];
    const paid = row.sold && row.currency !== null ? { micros: sold.costMicros, currency: row.currency } : null;
    // Whoever has no price of its own, as the operator, counts the seconds that it sold.
    const billedSeconds = row.own ? bought.billedSeconds : sold.billedSeconds;
    return { call: { ...bought, billedSeconds }, below: { tenant: whose, paid } };
  };
}

/** The call as one level paid for it. */
const atLevel = (call: StoredCall, hold: KeptHold | null): StoredCall => ({
  ...call,
  price: hold,
  costMicros: micros(BigInt(hold?.charged_micros ?? 0)),
  billedSeconds: hold?.billed_seconds ?? null,
});
