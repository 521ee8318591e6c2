import type { RerateResult } from "@/server/domain/rerating/rerate.schema";
import type { RerateState } from "@/server/domain/rerating/rerate-sums";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Buyer = { buyer: string; calls: number; up: string; down: string };
type Top = { callId: string; buyer: string; before: string; after: string };

const reading = <T>(db: Db, sellerId: TenantId, work: (tx: TenantRead) => Promise<T>): Promise<T> =>
  readTenant(db, { tenantId: sellerId, subtree: true }, work);

/** What a preview found, with the buyers by their short names. */
export function previewResult(db: Db, sellerId: TenantId, state: RerateState): Promise<RerateResult> {
  return reading(db, sellerId, (tx) =>
    named(tx, sellerId, state, {
      preview: true,
      changed: state.changed,
      upMicros: state.up,
      downMicros: state.down,
      uncollected: state.uncollected,
      uncollectedMicros: state.uncollectedUp,
      buyersChanged: state.buyersChanged,
      buyers: state.buyers,
      top: state.top,
    }),
  );
}

/** What a run did, counted from what it wrote: exact also after it was killed in the middle. */
export function runResult(db: Db, sellerId: TenantId, taskId: string, state: RerateState): Promise<RerateResult> {
  return reading(db, sellerId, async (tx) => {
    const [sums] = await tx.$queryRaw<
      { changed: number; up: string; down: string; uncollected: number; missing: string; buyers: number }[]
    >`
      SELECT count(*) FILTER (WHERE outcome = 'corrected')::int AS changed,
        coalesce(sum(after_micros - before_micros) FILTER (WHERE outcome = 'corrected' AND after_micros > before_micros), 0)::text AS up,
        coalesce(sum(before_micros - after_micros) FILTER (WHERE outcome = 'corrected' AND after_micros < before_micros), 0)::text AS down,
        count(*) FILTER (WHERE outcome = 'uncollected')::int AS uncollected,
        coalesce(sum(after_micros - before_micros) FILTER (WHERE outcome = 'uncollected'), 0)::text AS missing,
        count(DISTINCT buyer_id) FILTER (WHERE outcome = 'corrected')::int AS buyers
      FROM rerate_item WHERE tenant_id = ${sellerId}::uuid AND task_id = ${taskId}::uuid`;
    const buyers = await tx.$queryRaw<Buyer[]>`
      SELECT buyer_id AS buyer, count(*)::int AS calls, coalesce(sum(after_micros - before_micros) FILTER (WHERE after_micros > before_micros), 0)::text AS up,
        coalesce(sum(before_micros - after_micros) FILTER (WHERE after_micros < before_micros), 0)::text AS down
      FROM rerate_item WHERE tenant_id = ${sellerId}::uuid AND task_id = ${taskId}::uuid AND outcome = 'corrected'
      GROUP BY 1 ORDER BY sum(abs(after_micros - before_micros)) DESC, 1 LIMIT 50`;
    const top = await tx.$queryRaw<Top[]>`
      SELECT call_id AS "callId", buyer_id AS buyer, before_micros::text AS before, after_micros::text AS after
      FROM rerate_item WHERE tenant_id = ${sellerId}::uuid AND task_id = ${taskId}::uuid AND outcome = 'corrected'
      ORDER BY abs(after_micros - before_micros) DESC, call_id LIMIT 20`;
    return named(tx, sellerId, state, {
      preview: false,
      changed: sums?.changed ?? 0,
      upMicros: sums?.up ?? "0",
      downMicros: sums?.down ?? "0",
      uncollected: sums?.uncollected ?? 0,
      uncollectedMicros: sums?.missing ?? "0",
      buyersChanged: sums?.buyers ?? 0,
      buyers,
      top,
    });
  });
}

type Unnamed = Omit<RerateResult, "buyers" | "top" | "currency" | "calls" | "noPrice" | "kept"> & {
  buyers: readonly Buyer[];
  top: readonly Top[];
};

async function named(tx: TenantRead, sellerId: TenantId, state: RerateState, found: Unnamed): Promise<RerateResult> {
  const ids = [...new Set([...found.buyers, ...found.top].map(({ buyer }) => buyer))];
  const tenants = await tx.tenant.findMany({ where: { id: { in: ids } }, select: { id: true, slug: true } });
  const slugs = new Map(tenants.map(({ id, slug }) => [id, slug]));
  const seller = await tx.tenant.findUnique({ where: { id: sellerId }, select: { currency: true } });
  return {
    ...found,
    currency: seller?.currency ?? "",
    calls: state.matched,
    noPrice: state.noPrice,
    kept: state.kept,
    buyers: found.buyers.map(({ buyer, calls, up, down }) => ({
      buyer: slugs.get(buyer) ?? buyer,
      calls,
      upMicros: up,
      downMicros: down,
    })),
    top: found.top.map(({ callId, buyer, before, after }) => ({
      callId,
      buyer: slugs.get(buyer) ?? buyer,
      beforeMicros: before,
      afterMicros: after,
    })),
  };
}
