import { createHash } from "node:crypto";

import type { PlanEdit } from "@/server/domain/rating/plan.schema";
import { listPlans, type Markup, type PlanRow } from "@/server/domain/rating/plans";
import { auditOfRate, type RateRow, rateOfPlan } from "@/server/domain/rating/rates";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

/** What of a plan can be changed, for the trail. */
type Shown = Readonly<Record<string, string | number>>;

const shownOf = ({ name, sliceSeconds, marginFloorPpm, markup }: PlanRow): Shown => ({
  name,
  sliceSeconds,
  marginFloor: decimalOf(BigInt(marginFloorPpm)),
  ...(markup ? shownOfMarkup(markup) : {}),
});
const shownOfMarkup = ({ factorPpm, perMinuteFee, callFee, floorPerMinute }: Markup) => ({
  factor: decimalOf(BigInt(factorPpm)),
  perMinuteFee: decimalOf(perMinuteFee),
  callFee: decimalOf(callFee),
  floorPerMinute: decimalOf(floorPerMinute),
});

/** A short word for what a plan said when somebody looked, so that whoever changes it knows whether it still says so. */
export const planState = (plan: PlanRow): string =>
  createHash("sha256")
    .update(JSON.stringify(shownOf(plan)))
    .digest("base64url")
    .slice(0, 16);

/**
 * Changes what a plan of the tenant's own says besides its prices; what is left out stays. Calls that go on keep the price and
 * the slice they began with. Locks the plan.
 * @returns what was changed, before and after.
 * @throws DomainError not_found; plan_taken for a name of another plan; changed_meanwhile when it is not as it was `seen`;
 * invalid_state for a markup's figures at a plan of prices of its own.
 */
export async function editPlan(
  tx: TenantWrite,
  tenantId: TenantId,
  { planId, seen, ...change }: PlanEdit,
): Promise<Readonly<{ before: Shown; after: Shown }>> {
  await tx.$queryRaw`SELECT id FROM plan WHERE tenant_id = ${tenantId}::uuid AND id = ${planId}::uuid FOR UPDATE`;
  const plans = (await listPlans(tx, tenantId)).filter(({ own }) => own);
  const plan = plans.find(({ id }) => id === planId);
  if (!plan) throw new DomainError("not_found", { field: "plan" });
  if (seen !== undefined && seen !== planState(plan)) {
    const sentence = "Somebody else changed this plan meanwhile. Look at it again, then make your change.";
    throw new DomainError("changed_meanwhile", { field: "name" }, sentence);
  }
  const { name, sliceSeconds, marginFloor, factor, perMinuteFee, callFee, floorPerMinute } = change;
  if (name !== undefined && plans.some((other) => other.id !== planId && other.name === name)) {
    throw new DomainError("plan_taken", { field: "name", name });
  }
  const figures = { factor, perMinuteFee, callFee, floorPerMinute };
  const [odd] = Object.entries(figures).find(([, value]) => value !== undefined) ?? [];
  if (!plan.markup && odd !== undefined) {
    const sentence = `${plan.name} has prices of its own: a factor and fees are a markup's.`;
    throw new DomainError("invalid_state", { field: odd }, sentence);
  }
  await tx.plan.updateMany({
    where: { tenantId, id: planId },
    data: {
      ...(name === undefined ? {} : { name }),
      ...(sliceSeconds === undefined ? {} : { sliceSeconds }),
      ...(marginFloor === undefined ? {} : { marginFloorPpm: Number(marginFloor) }),
      ...(factor === undefined ? {} : { factorPpm: Number(factor) }),
      ...(perMinuteFee === undefined ? {} : { perMinuteFeeMicros: perMinuteFee }),
      ...(callFee === undefined ? {} : { callFeeMicros: callFee }),
      ...(floorPerMinute === undefined ? {} : { floorPerMinuteMicros: floorPerMinute }),
    },
  });
  const edited = (await listPlans(tx, tenantId)).find(({ id }) => id === planId);
  if (!edited) throw new DomainError("not_found", { field: "plan" });
  const [before, after] = [shownOf(plan), shownOf(edited)];
  const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
  const only = (of: Shown): Shown => Object.fromEntries(changed.map((key) => [key, of[key] ?? ""]));
  return { before: only(before), after: only(after) };
}

/**
 * Ends a price of a plan of the tenant's own: one that holds ends at the moment, one that was planned goes as if it had never been.
 * Calls in progress keep it. A deck that is taken back later leaves it ended. Locks the plan.
 * @returns the price as it was, and whether it was only planned.
 * @throws DomainError not_found; invalid_state for one that is over.
 */
export async function endRate(
  tx: TenantWrite,
  tenantId: TenantId,
  { planId, rateId }: Readonly<{ planId: string; rateId: string }>,
): Promise<Readonly<{ rate: RateRow; planned: boolean; before: ReturnType<typeof auditOfRate> }>> {
  await tx.$queryRaw`SELECT id FROM plan WHERE tenant_id = ${tenantId}::uuid AND id = ${planId}::uuid FOR UPDATE`;
  const rate = await rateOfPlan(tx, tenantId, planId, rateId);
  if (!rate) throw new DomainError("not_found", { field: "rate" });
  const where = { tenantId, planId, rateId };
  const ended = await tx.$executeRaw`
    UPDATE rate SET valid = tstzrange(lower(valid), clock_timestamp()), hand = 'ended' WHERE tenant_id = ${where.tenantId}::uuid AND plan_id = ${where.planId}::uuid
      AND id = ${where.rateId}::uuid AND lower(valid) < clock_timestamp() AND coalesce(upper(valid) > clock_timestamp(), true)`;
  const dropped =
    ended > 0
      ? []
      : await tx.$queryRaw<Dropped[]>`
          DELETE FROM rate WHERE tenant_id = ${where.tenantId}::uuid AND plan_id = ${where.planId}::uuid AND id = ${where.rateId}::uuid
            AND lower(valid) >= clock_timestamp()
          RETURNING direction, prefix, hours::text AS hours, lower(valid)::text AS since, upper(valid)::text AS until, id, deck_id AS deck, hand`;
  for (const planned of dropped) await goOn(tx, { tenantId, planId, planned });
  if (ended + dropped.length === 0)
    throw new DomainError("invalid_state", { field: "rate" }, "That price is over already.");
  return { rate, planned: dropped.length > 0, before: auditOfRate(rate) };
}

/** A planned price that went; its moments as the database has them, finer than a Date. */
type Dropped = Readonly<{
  direction: string;
  prefix: string;
  hours: string | null;
  since: string;
  until: string | null;
  id: string;
  deck: string | null;
  hand: string | null;
}>;

/**
 * What gave way to a planned price goes on, or calls would have no price from that day: until the next price when somebody planned
 * it, and when a deck brought it, until where that one was to end, where what follows takes over in its stead. An own end stays:
 * one that somebody gave, and that of what a deck left out.
 */
async function goOn(
  tx: TenantWrite,
  { tenantId, planId, planned }: Readonly<{ tenantId: string; planId: string; planned: Dropped }>,
): Promise<void> {
  const { id, deck, hand, direction, prefix, hours, since, until } = planned;
  await tx.$executeRaw`
    WITH gave_way AS (
      SELECT w.id, w.hand, e.valid AS was,
        (SELECT min(lower(x.valid)) FROM rate x WHERE x.plan_id = w.plan_id AND x.direction = w.direction AND x.prefix = w.prefix AND lower(x.valid) >= upper(w.valid)
          AND (x.hours IS NULL) = (w.hours IS NULL) AND (x.hours IS NULL OR x.hours && w.hours)) AS next
      FROM rate w LEFT JOIN deck_ended e ON e.tenant_id = w.tenant_id AND e.deck_id = ${deck}::uuid AND e.rate_id = w.id AND e.ended_at = upper(w.valid)
      WHERE w.tenant_id = ${tenantId}::uuid AND w.plan_id = ${planId}::uuid AND w.direction = ${direction} AND w.prefix = ${prefix}
        AND upper(w.valid) = ${since}::timestamptz AND w.hours IS NOT DISTINCT FROM ${hours}::int4multirange AND (w.hand = 'until_next' OR e.rate_id IS NOT NULL)),
    goes_on AS (
      SELECT id, hand IS NOT DISTINCT FROM 'until_next' AS given_way, CASE WHEN hand = 'until_next' THEN next ELSE least(upper(was), ${until}::timestamptz) END AS until,
        ${hand}::text IS NOT DISTINCT FROM 'until_next' OR EXISTS (SELECT FROM deck_ended e JOIN rate x ON x.deck_id = e.deck_id AND x.plan_id = ${planId}::uuid
          AND x.direction = ${direction} AND x.prefix = ${prefix} AND lower(x.valid) = e.ended_at
          WHERE e.tenant_id = ${tenantId}::uuid AND e.rate_id = ${id}::uuid AND e.ended_at = ${until}::timestamptz) AS followed
      FROM gave_way)
    UPDATE rate r SET valid = tstzrange(lower(r.valid), n.until),
      hand = CASE WHEN n.until IS NOT NULL AND (n.given_way OR n.followed AND n.until = ${until}::timestamptz) THEN 'until_next' END
    FROM goes_on n WHERE r.tenant_id = ${tenantId}::uuid AND r.plan_id = ${planId}::uuid AND r.id = n.id`;
}
