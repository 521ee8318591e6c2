import { getOwnPlan } from "@/server/domain/rating/plans";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId, TenantId } from "@/server/kernel/ids";

export type BoughtPlan = {
  readonly planId: PlanId;
  /** null for a plan of somebody who is not visible to the reader. */
  readonly name: string | null;
  /** 1 is asked first; null is the standing plan, asked last. */
  readonly priority: number | null;
  /** Whether it is the reader's own, and so the reader's to take away. */
  readonly yours: boolean;
};

/**
 * The plans that a tenant buys by, in the order in which they are asked for a price: the first that has one wins. With a
 * subtree transaction those of tenants below as well.
 * @param readerId the tenant the transaction reads for.
 */
export function listBoughtPlans(tx: TenantRead, tenantId: TenantId, readerId: TenantId): Promise<BoughtPlan[]> {
  return tx.$queryRaw<BoughtPlan[]>`
    SELECT b.plan_id AS "planId", p.name, b.priority, coalesce(p.tenant_id = ${readerId}::uuid, false) AS yours
    FROM (SELECT plan_id, priority FROM tenant_plan WHERE tenant_id = ${tenantId}::uuid
      UNION ALL SELECT plan_id, NULL FROM tenant WHERE id = ${tenantId}::uuid AND plan_id IS NOT NULL) b
    LEFT JOIN plan p ON p.id = b.plan_id
    ORDER BY b.priority NULLS LAST`;
}

type Given = { readonly planId: string; readonly buyerId: TenantId };

/**
 * Lets a tenant buy by one more plan, asked before its standing one; the smallest priority is asked first. A plan that it has
 * already moves to the new priority. The transaction acts for the plan's owner and moves to the buyer, whose row is locked
 * against others who do the same; calls in progress keep their price. A repeat changes nothing.
 * @returns the priority it had before, null when it had none.
 * @throws DomainError not_found for a plan the owner does not have.
 * @throws DomainError not_below unless the buyer stands below the owner.
 * @throws DomainError currency_mismatch when plan and buyer have different currencies.
 * @throws DomainError invalid_state when another plan has that priority.
 */
export async function addPlan(
  tx: TenantWrite,
  ownerId: TenantId,
  { planId, buyerId, priority }: Given & { readonly priority: number },
): Promise<{ before: number | null }> {
  const plan = await getOwnPlan(tx, ownerId, planId);
  const buyer = await lockBuyer(tx, ownerId, buyerId);
  if (buyer.currency !== plan.currency) {
    const sentence = `The plan is in ${plan.currency}, the tenant's wallet in ${buyer.currency}.`;
    throw new DomainError(
      "currency_mismatch",
      { field: "plan", plan: plan.currency, tenant: buyer.currency },
      sentence,
    );
  }
  const rows = await tx.$queryRaw<{ priority: number; planId: string }[]>`
    SELECT priority, plan_id AS "planId" FROM tenant_plan WHERE tenant_id = ${buyerId}::uuid`;
  if (rows.some((row) => row.priority === priority && row.planId !== planId)) {
    const sentence = `Another plan of this tenant has the priority ${priority}; choose another one.`;
    throw new DomainError("invalid_state", { field: "priority", priority }, sentence);
  }
  await tx.$executeRaw`DELETE FROM tenant_plan WHERE tenant_id = ${buyerId}::uuid AND plan_id = ${planId}::uuid`;
  await tx.$executeRaw`INSERT INTO tenant_plan (tenant_id, priority, plan_id) VALUES (${buyerId}::uuid, ${priority}::int, ${planId}::uuid)`;
  return { before: rows.find((row) => row.planId === planId)?.priority ?? null };
}

/**
 * Takes a plan away from a tenant, wherever it stands in its order. Without any plan left the tenant's calls have no price
 * and are refused. Locks as addPlan does. A repeat changes nothing.
 * @returns whether the tenant had it.
 * @throws DomainError not_found for a plan the owner does not have; not_below unless the buyer stands below the owner.
 */
export async function removePlan(tx: TenantWrite, ownerId: TenantId, { planId, buyerId }: Given): Promise<boolean> {
  await getOwnPlan(tx, ownerId, planId);
  await lockBuyer(tx, ownerId, buyerId);
  const added = await tx.$executeRaw`
    DELETE FROM tenant_plan WHERE tenant_id = ${buyerId}::uuid AND plan_id = ${planId}::uuid`;
  const standing = await tx.$executeRaw`
    UPDATE tenant SET plan_id = NULL WHERE id = ${buyerId}::uuid AND plan_id = ${planId}::uuid`;
  return added + standing > 0;
}

async function lockBuyer(tx: TenantWrite, ownerId: TenantId, buyerId: TenantId): Promise<{ currency: string }> {
  if (buyerId === ownerId) throw new DomainError("not_below", { field: "tenant" });
  await tx.$queryRaw`SELECT act_below(${buyerId}::uuid)::text`;
  const [buyer] = await tx.$queryRaw<{ currency: string }[]>`
    SELECT currency FROM tenant WHERE id = ${buyerId}::uuid FOR NO KEY UPDATE`;
  if (!buyer) throw new DomainError("not_below", { field: "tenant" });
  return buyer;
}
