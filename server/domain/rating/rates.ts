import { getOwnPlan } from "@/server/domain/rating/plans";
import type { RatePrice } from "@/server/domain/rating/price.rules";
import type { NewRate } from "@/server/domain/rating/rate.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { PlanId, TenantId } from "@/server/kernel/ids";
import { micros } from "@/server/kernel/money";

export type RateRow = RatePrice & {
  readonly id: string;
  readonly prefix: string;
  readonly validFrom: Date;
  /** null while no end is known. */
  readonly validTo: Date | null;
};

export type RatePage = { readonly items: readonly RateRow[]; readonly nextCursor: string | null };

export type RatesOf = {
  readonly planId: string;
  /** Only those that begin with it. */
  readonly prefix?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

type Stored = {
  id: string;
  prefix: string;
  perMinute: bigint;
  connectionFee: bigint;
  firstSeconds: number;
  nextSeconds: number;
  graceSeconds: number;
  validFrom: Date;
  validTo: Date | null;
  /** Its start to the microsecond, which a Date does not keep. */
  exactFrom: string;
};

const rowOf = ({ exactFrom: _, ...row }: Stored): RateRow => ({
  ...row,
  perMinute: micros(row.perMinute),
  connectionFee: micros(row.connectionFee),
});

/**
 * The prices of a plan that hold now or later, by prefix, a page at a time; the cursor is the last prefix and start.
 * `prefix` narrows to those that begin with it. A plan that is not visible has no rates.
 */
export async function listRates(
  tx: TenantRead,
  { planId, prefix = "", cursor, limit = 100 }: RatesOf,
): Promise<RatePage> {
  const [afterPrefix = null, afterFrom = null] = cursor?.split("|") ?? [];
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT id, prefix, per_minute_micros AS "perMinute", connection_fee_micros AS "connectionFee", first_seconds AS "firstSeconds",
      next_seconds AS "nextSeconds", grace_seconds AS "graceSeconds", lower(valid) AS "validFrom", upper(valid) AS "validTo", lower(valid)::text AS "exactFrom"
    FROM rate
    WHERE plan_id = ${planId}::uuid AND starts_with(prefix, ${prefix}) AND (upper_inf(valid) OR upper(valid) > now())
      AND (${afterPrefix}::text IS NULL OR (prefix, lower(valid)) > (${afterPrefix}::text, ${afterFrom}::timestamptz))
    ORDER BY prefix, lower(valid) LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last ? `${last.prefix}|${last.exactFrom}` : null;
  return { items: shown.map(rowOf), nextCursor };
}

/**
 * Gives a prefix a price, 60/6 without grace unless said otherwise. Without `from` it holds from this moment: the present price ends here, and one that was planned
 * for later still takes over when its time comes. With `from` it must not overlap another price of the prefix.
 * Calls in progress keep the price they were authorised with.
 * @throws DomainError not_found for a plan that is not the tenant's own.
 * @throws DomainError rate_overlap when the period is taken.
 */
export async function setRate(
  tx: TenantWrite,
  tenantId: TenantId,
  { planId, ...rate }: NewRate & { planId: string },
): Promise<RateRow> {
  const plan = await getOwnPlan(tx, tenantId, planId);
  const { from, until } =
    rate.from === undefined ? await endPresent(tx, plan.id, rate) : { from: rate.from, until: rate.to ?? null };
  const [row] = await tx.$queryRaw<Stored[]>`
    INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, valid)
    VALUES (${tenantId}::uuid, ${plan.id}::uuid, ${rate.prefix}, ${rate.perMinute}, ${rate.connectionFee ?? 0n}, ${rate.firstSeconds ?? 60},
      ${rate.nextSeconds ?? 6}, ${rate.graceSeconds ?? 0},
      tstzrange(${from}::timestamptz, ${until}::timestamptz))
    RETURNING id, prefix, per_minute_micros AS "perMinute", connection_fee_micros AS "connectionFee", first_seconds AS "firstSeconds",
      next_seconds AS "nextSeconds", grace_seconds AS "graceSeconds", lower(valid) AS "validFrom", upper(valid) AS "validTo", lower(valid)::text AS "exactFrom"`;
  if (!row) throw new DomainError("conflict");
  return rowOf(row);
}

/**
 * Ends what holds now, so that a price without a start can begin. Locks the plan: one price at a time per prefix, so whoever
 * sets the same one waits here, and then ends the other's.
 * @returns the moment, and when the new price ends by itself: at the wished time, or where a planned price takes over.
 * @throws DomainError rate_overlap when the wished time reaches into a planned price.
 */
async function endPresent(
  tx: TenantWrite,
  planId: PlanId,
  { prefix, to }: Pick<NewRate, "prefix" | "to">,
): Promise<{ from: string; until: string | null }> {
  await tx.$queryRaw`SELECT id FROM plan WHERE id = ${planId}::uuid FOR UPDATE`;
  // The time after the wait, not that of the transaction's start: the last one to get here sets the last price.
  const [clock] = await tx.$queryRaw<{ now: string }[]>`SELECT clock_timestamp()::text AS now`;
  const now = clock?.now ?? new Date().toISOString();
  // A price that began in this very moment never held.
  await tx.$executeRaw`
    DELETE FROM rate WHERE plan_id = ${planId}::uuid AND prefix = ${prefix} AND lower(valid) = ${now}::timestamptz`;
  await tx.$executeRaw`
    UPDATE rate SET valid = tstzrange(lower(valid), ${now}::timestamptz)
    WHERE plan_id = ${planId}::uuid AND prefix = ${prefix} AND valid @> ${now}::timestamptz`;
  const [planned] = await tx.$queryRaw<{ from: string; before: boolean }[]>`
    SELECT lower(valid)::text AS from, coalesce(lower(valid) < ${to ?? null}::timestamptz, false) AS before FROM rate
    WHERE plan_id = ${planId}::uuid AND prefix = ${prefix} AND lower(valid) > ${now}::timestamptz ORDER BY lower(valid) LIMIT 1`;
  if (planned?.before) throw new DomainError("rate_overlap", { field: "to", prefix });
  return { from: now, until: to ?? planned?.from ?? null };
}
