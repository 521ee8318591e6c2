import { getOwnPlan } from "@/server/domain/rating/plans";
import type { RatePrice } from "@/server/domain/rating/price.rules";
import type { NewRate } from "@/server/domain/rating/rate.schema";
import { makeRoom } from "@/server/domain/rating/rate-periods";
import { ratePriceOf, type StoredPrice } from "@/server/domain/rating/stored-price";
import { weekTextOf } from "@/server/domain/rating/week-hours.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

export type RateRow = Required<RatePrice> & {
  readonly id: string;
  readonly prefix: string;
  readonly direction: "out" | "in";
  readonly destination: string;
  /** When in the week it holds, such as "Mon-Fri 08:00-19:00", in the plan's zone; null for always. */
  readonly week: string | null;
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
  direction: "out" | "in";
  destination: string;
  price: StoredPrice;
  hours: string | null;
  validFrom: Date;
  validTo: Date | null;
  /** Its start to the microsecond, which a Date does not keep, and with its place among those of that start. */
  exactFrom: string;
};

const rowOf = ({ exactFrom: _, price, hours, ...row }: Stored): RateRow => ({
  ...row,
  ...ratePriceOf(price),
  week: hours === null ? null : weekTextOf(hours),
});

/**
 * The prices of a plan that hold now or later, by prefix, a page at a time; the cursor is the last prefix and start.
 * `prefix` narrows to those that begin with it. A plan that is not visible has no rates.
 */
export async function listRates(
  tx: TenantRead,
  { planId, prefix = "", cursor, limit = 100 }: RatesOf,
): Promise<RatePage> {
  const [afterPrefix = null, afterFrom = null, afterId = null] = cursor?.split("|") ?? [];
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT id, prefix, direction, destination, to_jsonb(rate) AS price, hours::text AS hours, lower(valid) AS "validFrom", upper(valid) AS "validTo",
      lower(valid)::text AS "exactFrom"
    FROM rate
    WHERE plan_id = ${planId}::uuid AND starts_with(prefix, ${prefix}) AND (upper_inf(valid) OR upper(valid) > now())
      AND (${afterPrefix}::text IS NULL OR (prefix, lower(valid), id) > (${afterPrefix}::text, ${afterFrom}::timestamptz, ${afterId}::uuid))
    ORDER BY prefix, lower(valid), id LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last ? `${last.prefix}|${last.exactFrom}|${last.id}` : null;
  return { items: shown.map(rowOf), nextCursor };
}

/** A price of a plan of the tenant's own, whether it holds, is over or is planned. */
export async function rateOfPlan(
  tx: TenantRead,
  tenantId: TenantId,
  planId: string,
  rateId: string,
): Promise<RateRow | undefined> {
  const [row] = await tx.$queryRaw<Stored[]>`
    SELECT id, prefix, direction, destination, to_jsonb(rate) AS price, hours::text AS hours, lower(valid) AS "validFrom", upper(valid) AS "validTo",
      lower(valid)::text AS "exactFrom"
    FROM rate WHERE tenant_id = ${tenantId}::uuid AND plan_id = ${planId}::uuid AND id = ${rateId}::uuid`;
  return row && rowOf(row);
}

/**
 * Gives a prefix a price, 60/6 without grace unless said otherwise. Without `from` it holds from this moment: the present
 * price of the same hours ends here, and one that was planned for later still takes over when its time comes. With a `from` to
 * come, a price without an end of its own ends there; taking the planned one back lets it go on. One to come with an end
 * must not leave the prefix without a price after it. Otherwise the period must not overlap another price of the prefix;
 * prices of different hours of the week do not.
 * Calls in progress keep the price they were authorised with.
 * @returns the price, and the one that ends where it begins, as it was.
 * @throws DomainError not_found for a plan that is not the tenant's own.
 * @throws DomainError rate_overlap when the period is taken.
 */
export async function setRate(
  tx: TenantWrite,
  tenantId: TenantId,
  { planId, ...rate }: NewRate & { planId: string },
): Promise<{ rate: RateRow; ended: RateRow | null }> {
  const plan = await getOwnPlan(tx, tenantId, planId);
  const { from, until, givesWay, ended } = await makeRoom(tx, plan.id, rate);
  const steps = rate.steps?.length ? rate.steps : undefined;
  const [row] = await tx.$queryRaw<Stored[]>`
    INSERT INTO rate (tenant_id, plan_id, prefix, direction, destination, per_minute_micros, connection_fee_micros, first_seconds, next_seconds,
      grace_seconds, free_seconds, minimum_charge_micros, max_charge_micros, beyond, step_from, step_per_minute, step_increment, hours, valid, hand)
    VALUES (${tenantId}::uuid, ${plan.id}::uuid, ${rate.prefix}, ${rate.direction ?? "out"}, ${rate.destination ?? ""}, ${rate.perMinute},
      ${rate.connectionFee ?? 0n}, ${rate.firstSeconds ?? 60}, ${rate.nextSeconds ?? 6}, ${rate.graceSeconds ?? 0}, ${rate.freeSeconds ?? 0},
      ${rate.minimumCharge ?? 0n}, ${rate.maxCharge ?? null}, ${rate.beyond ?? "cut"}, ${steps?.map(({ from }) => from) ?? null}::int[],
      ${steps?.map(({ perMinute }) => perMinute) ?? null}::bigint[], ${steps?.map(({ increment }) => increment) ?? null}::int[],
      ${rate.week ?? null}::int4multirange, tstzrange(${from}::timestamptz, ${until}::timestamptz),
      ${givesWay ? "until_next" : null})
    RETURNING id, prefix, direction, destination, to_jsonb(rate) AS price, hours::text AS hours, lower(valid) AS "validFrom", upper(valid) AS "validTo",
      lower(valid)::text AS "exactFrom"`;
  if (!row) throw new DomainError("conflict");
  const before = ended && (await rateOfPlan(tx, tenantId, plan.id, ended.id));
  return { rate: rowOf(row), ended: before ? { ...before, validTo: ended.until } : null };
}

/** What the trail keeps of a price. */
export function auditOfRate(rate: RateRow): Readonly<Record<string, string | number | null>> {
  const steps = rate.steps.map(({ from, perMinute, increment }) => `${from}:${decimalOf(perMinute)}:${increment}`);
  return {
    prefix: rate.prefix,
    direction: rate.direction,
    perMinute: decimalOf(rate.perMinute),
    connectionFee: decimalOf(rate.connectionFee),
    increments: `${rate.firstSeconds}/${rate.nextSeconds}`,
    graceSeconds: rate.graceSeconds,
    from: rate.validFrom.toISOString(),
    to: rate.validTo?.toISOString() ?? null,
    ...(rate.freeSeconds > 0 ? { freeSeconds: rate.freeSeconds } : {}),
    ...(rate.minimumCharge > 0n ? { minimumCharge: decimalOf(rate.minimumCharge) } : {}),
    ...(rate.maxCharge === null ? {} : { maxCharge: `${decimalOf(rate.maxCharge)} ${rate.beyond}` }),
    ...(steps.length > 0 ? { steps: steps.join(" ") } : {}),
    ...(rate.week === null ? {} : { week: rate.week }),
  };
}
