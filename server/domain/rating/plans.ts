import type { NewPlan } from "@/server/domain/rating/plan.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId, TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type Markup = {
  readonly basePlanId: string | null;
  readonly factorPpm: number;
  readonly perMinuteFee: Micros;
  readonly callFee: Micros;
  readonly floorPerMinute: Micros;
};

export type PlanRow = {
  readonly id: PlanId;
  readonly name: string;
  readonly currency: string;
  readonly sliceSeconds: number;
  /** What of a price decks are to leave above what is paid, in millionths; 0 at a plan that is bought. */
  readonly marginFloorPpm: number;
  readonly timeZone: string;
  /** null for a plan of prices of its own. Factor in millionths, money in micros. */
  readonly markup: Markup | null;
  readonly createdAt: Date;
  /** False for the plan this tenant buys under: its prices can be read, not changed. */
  readonly own: boolean;
  /** Prefixes that have a price at this moment. */
  readonly rates: number;
  /** Tenants of this branch that buy under it. */
  readonly buyers: number;
};

type Stored = Omit<PlanRow, "markup"> & {
  kind: string;
  basePlanId: string | null;
  factorPpm: number;
  perMinuteFee: bigint;
  callFee: bigint;
  floorPerMinute: bigint;
};

/**
 * The plans a tenant owns and those it buys under, by name. With a subtree transaction the buyers below are counted.
 * How a bought plan is calculated stays with its owner: the factor would tell what the owner pays.
 */
export async function listPlans(tx: TenantRead, tenantId: TenantId): Promise<PlanRow[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT p.id, p.name, p.currency, p.slice_seconds AS "sliceSeconds",
      CASE WHEN p.tenant_id = ${tenantId}::uuid THEN p.margin_floor_ppm ELSE 0 END AS "marginFloorPpm", p.time_zone AS "timeZone", p.created_at AS "createdAt",
      p.tenant_id = ${tenantId}::uuid AS own, p.kind, p.base_plan_id AS "basePlanId", p.factor_ppm AS "factorPpm", p.per_minute_fee_micros AS "perMinuteFee",
      p.call_fee_micros AS "callFee", p.floor_per_minute_micros AS "floorPerMinute",
      (SELECT count(*)::int FROM rate r WHERE r.plan_id = p.id AND r.valid @> now()) AS rates,
      (SELECT count(*)::int FROM tenant t WHERE t.plan_id = p.id OR EXISTS (SELECT FROM tenant_plan x WHERE x.tenant_id = t.id AND x.plan_id = p.id)) AS buyers
    FROM plan p
    WHERE p.tenant_id = ${tenantId}::uuid OR p.id = (SELECT plan_id FROM tenant WHERE id = ${tenantId}::uuid)
      OR p.id IN (SELECT plan_id FROM tenant_plan WHERE tenant_id = ${tenantId}::uuid)
    ORDER BY p.name, p.id`;
  return rows.map(({ kind, basePlanId, factorPpm, perMinuteFee, callFee, floorPerMinute, ...row }) => ({
    ...row,
    markup:
      row.own && kind === "markup"
        ? {
            basePlanId,
            factorPpm,
            perMinuteFee: micros(perMinuteFee),
            callFee: micros(callFee),
            floorPerMinute: micros(floorPerMinute),
          }
        : null,
  }));
}

/**
 * Creates a plan. Its prices come with setRate, or from its base when it is a markup; where there is neither a call has no
 * price and is refused.
 * @throws DomainError plan_taken when the tenant has a plan of that name.
 * @throws DomainError not_found for a base that the tenant neither has nor buys by; currency_mismatch for one in another
 * currency; invalid_state for a markup of nothing.
 */
export async function createPlan(tx: TenantWrite, tenantId: TenantId, plan: NewPlan): Promise<PlanId> {
  if (plan.markup) await checkBase(tx, tenantId, plan.currency, plan.markup.basePlanId);
  // The unique index decides, not a look beforehand: two racing requests cannot both win.
  const [row] = await tx.plan.createManyAndReturn({
    data: [
      {
        tenantId,
        name: plan.name,
        currency: plan.currency,
        ...(plan.sliceSeconds === undefined ? {} : { sliceSeconds: plan.sliceSeconds }),
        ...(plan.marginFloor === undefined ? {} : { marginFloorPpm: Number(plan.marginFloor) }),
        ...(plan.timeZone === undefined ? {} : { timeZone: plan.timeZone }),
        ...(plan.markup ? markupColumns(plan.markup) : {}),
      },
    ],
    skipDuplicates: true,
    select: { id: true },
  });
  if (!row) throw new DomainError("plan_taken", { field: "name", name: plan.name });
  return row.id as PlanId;
}

const markupColumns = (markup: NonNullable<NewPlan["markup"]>) => ({
  kind: "markup",
  basePlanId: markup.basePlanId ?? null,
  factorPpm: Number(markup.factor),
  perMinuteFeeMicros: markup.perMinuteFee ?? 0n,
  callFeeMicros: markup.callFee ?? 0n,
  floorPerMinuteMicros: markup.floorPerMinute ?? 0n,
});

async function checkBase(
  tx: TenantWrite,
  tenantId: TenantId,
  currency: string,
  basePlanId: string | undefined,
): Promise<void> {
  const plans = await listPlans(tx, tenantId);
  const bases =
    basePlanId === undefined ? plans.filter(({ own }) => !own) : plans.filter(({ id }) => id === basePlanId);
  const [base] = bases;
  if (!base && basePlanId !== undefined) throw new DomainError("not_found", { field: "basePlanId" });
  if (!base) {
    const sentence = "You buy by no plan, so there is nothing to add to: name a plan of yours as the base.";
    throw new DomainError("invalid_state", { field: "markup" }, sentence);
  }
  if (bases.some((one) => one.currency !== currency)) {
    throw new DomainError("currency_mismatch", { field: "currency", base: base.currency, plan: currency });
  }
}

/**
 * A plan the tenant owns.
 * @throws DomainError not_found when there is none by that id, or it belongs to somebody else.
 */
export async function getOwnPlan(
  tx: TenantRead,
  tenantId: TenantId,
  planId: string,
): Promise<{ id: PlanId; name: string; currency: string }> {
  const plan = await tx.plan.findFirst({
    where: { tenantId, id: planId },
    select: { id: true, name: true, currency: true },
  });
  if (!plan) throw new DomainError("not_found", { field: "plan" });
  return { ...plan, id: plan.id as PlanId };
}

export type Assigned = { readonly before: string | null; readonly after: string };

/**
 * Puts a tenant on a plan that somebody above it owns. Calls in progress keep the price they were authorised with.
 * The transaction acts for the plan's owner and moves to the buyer; a repeat changes nothing.
 * @throws DomainError not_found for a plan the owner does not have.
 * @throws DomainError not_below unless the buyer stands below the owner: nobody buys from itself or from below.
 * @throws DomainError currency_mismatch when plan and buyer have different currencies.
 */
export async function assignPlan(
  tx: TenantWrite,
  ownerId: TenantId,
  { planId, buyerId }: { planId: string; buyerId: TenantId },
): Promise<Assigned> {
  const plan = await getOwnPlan(tx, ownerId, planId);
  if (buyerId === ownerId) throw new DomainError("not_below", { field: "tenant" });
  await tx.$queryRaw`SELECT act_below(${buyerId}::uuid)::text`;
  const [buyer] = await tx.$queryRaw<{ currency: string; planId: string | null }[]>`
    SELECT currency, plan_id AS "planId" FROM tenant WHERE id = ${buyerId}::uuid FOR UPDATE`;
  if (!buyer) throw new DomainError("not_below", { field: "tenant" });
  if (buyer.currency !== plan.currency) {
    throw new DomainError("currency_mismatch", { field: "plan", plan: plan.currency, tenant: buyer.currency });
  }
  await tx.$executeRaw`UPDATE tenant SET plan_id = ${plan.id}::uuid WHERE id = ${buyerId}::uuid`;
  return { before: buyer.planId, after: plan.id };
}

export type NamedPlan = {
  readonly id: PlanId;
  readonly name: string;
  readonly currency: string;
  readonly ownerId: TenantId;
  readonly ownerSlug: string;
};

/**
 * Plans of a name that a subtree transaction sees, those of the tenants nearest to the root first. Names are unique within
 * one owner only.
 * @param buyerId narrows to plans that this tenant may buy under: those of the tenants above it.
 */
export function findPlansByName(tx: TenantRead, name: string, buyerId?: TenantId): Promise<NamedPlan[]> {
  return tx.$queryRaw<NamedPlan[]>`
    SELECT p.id, p.name, p.currency, o.id AS "ownerId", o.slug AS "ownerSlug"
    FROM plan p JOIN tenant o ON o.id = p.tenant_id
    WHERE p.name = ${name} AND (${buyerId ?? null}::text IS NULL
      OR (o.id <> ${buyerId ?? null}::uuid AND o.id IN (SELECT tenants_above(${buyerId ?? null}::uuid))))
    ORDER BY (SELECT count(*) FROM tenants_above(o.id)), o.slug`;
}
