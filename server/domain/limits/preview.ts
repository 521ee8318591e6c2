import type { Preview } from "@/server/domain/limits/limits.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type Stopped = {
  /** Days of the last 30 on which at least one call would have been stopped. */
  readonly days: number;
  readonly calls: number;
};

export type PreviewKind = "dailyCap" | "monthlyCap" | "callCap" | "maxPerMinute";

export type LimitPreview = {
  /** For each limit that was asked about what it would have stopped; null for one that was not. */
  readonly stopped: Readonly<Record<PreviewKind, Stopped | null>>;
  /** The most there was in the last 30 days: on one day, in one month up to then, for one call, of one minute. */
  readonly most: Readonly<Record<PreviewKind, Micros>>;
};

type Row = Record<`${PreviewKind}${"Days" | "Calls"}`, number> & Record<`${PreviewKind}Most`, bigint>;

/**
 * What limits would have stopped in the last 30 days (today counts) of the tenant's own calendar, worked out from every
 * answered call and what the tenant, or one extension of it, was charged for it with tax. A day or month cap stops a call
 * when what the day or month had cost before it, with its own cost, is more than the cap: it would have been cut or refused.
 * Each limit is looked at by itself. Charges count on the day they were made, as caps count them.
 */
export async function previewLimits(
  tx: TenantRead,
  tenantId: TenantId,
  asked: Preview & { extensionId?: string | undefined },
): Promise<LimitPreview> {
  const { dailyCap = null, monthlyCap = null, callCap = null, maxPerMinute = null } = asked;
  const [row] = await tx.$queryRaw<Row[]>`
    WITH here AS (
      SELECT time_zone AS zone, (now() AT TIME ZONE time_zone)::date - 29 AS first_day FROM tenant WHERE id = ${tenantId}::uuid
    ), charged AS (
      SELECT c.ended_at, c.started_at, c.id, (c.ended_at AT TIME ZONE here.zone)::date AS day, here.first_day,
        coalesce(h.charged_micros, 0) + coalesce(h.tax_micros, 0) AS cost,
        greatest(h.per_minute_micros, (SELECT max(price) FROM unnest(h.step_per_minute) AS price)) AS minute
      FROM here, call_record c JOIN hold h ON h.tenant_id = c.tenant_id AND h.call_id = c.id
      WHERE c.tenant_id = ${tenantId}::uuid AND c.state = 'ended' AND c.talk_ms > 0
        AND (${asked.extensionId ?? null}::uuid IS NULL OR c.extension_id = ${asked.extensionId ?? null}::uuid)
        AND c.started_at >= (date_trunc('month', here.first_day::timestamp) AT TIME ZONE here.zone) - interval '1 day'
    ), summed AS (
      SELECT *, sum(cost) OVER (PARTITION BY day ORDER BY ended_at, started_at, id ROWS UNBOUNDED PRECEDING) AS of_day,
        sum(cost) OVER (PARTITION BY date_trunc('month', day) ORDER BY ended_at, started_at, id ROWS UNBOUNDED PRECEDING) AS of_month
      FROM charged
    )
    SELECT count(*) FILTER (WHERE cost > 0 AND of_day > ${dailyCap})::int AS "dailyCapCalls",
      count(DISTINCT day) FILTER (WHERE cost > 0 AND of_day > ${dailyCap})::int AS "dailyCapDays",
      count(*) FILTER (WHERE cost > 0 AND of_month > ${monthlyCap})::int AS "monthlyCapCalls",
      count(DISTINCT day) FILTER (WHERE cost > 0 AND of_month > ${monthlyCap})::int AS "monthlyCapDays",
      count(*) FILTER (WHERE cost > ${callCap})::int AS "callCapCalls", count(DISTINCT day) FILTER (WHERE cost > ${callCap})::int AS "callCapDays",
      count(*) FILTER (WHERE minute > ${maxPerMinute})::int AS "maxPerMinuteCalls",
      count(DISTINCT day) FILTER (WHERE minute > ${maxPerMinute})::int AS "maxPerMinuteDays",
      coalesce(max(of_day), 0)::bigint AS "dailyCapMost", coalesce(max(of_month), 0)::bigint AS "monthlyCapMost",
      coalesce(max(cost), 0)::bigint AS "callCapMost", coalesce(max(minute), 0)::bigint AS "maxPerMinuteMost"
    FROM summed WHERE day >= first_day`;
  if (!row) throw new Error("the database answered without a row");
  const stopped = (kind: PreviewKind): Stopped | null => {
    const limit = asked[kind];
    return limit === null || limit === undefined ? null : { days: row[`${kind}Days`], calls: row[`${kind}Calls`] };
  };
  const of = <T>(make: (kind: PreviewKind) => T): Readonly<Record<PreviewKind, T>> => ({
    dailyCap: make("dailyCap"),
    monthlyCap: make("monthlyCap"),
    callCap: make("callCap"),
    maxPerMinute: make("maxPerMinute"),
  });
  return { stopped: of(stopped), most: of((kind) => micros(row[`${kind}Most`])) };
}
