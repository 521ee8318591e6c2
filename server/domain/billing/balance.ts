import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type Balance = {
  readonly currency: string;
  /** What all settled movements add up to. */
  readonly postedMicros: Micros;
  /** What calls in progress have put aside. */
  readonly heldMicros: Micros;
  readonly creditLimitMicros: Micros;
  /** What a new call may still hold: posted − held + credit limit. */
  readonly availableMicros: Micros;
  readonly dailyCapMicros: Micros | null;
  /** Charged today, in the tenant's time zone. */
  readonly spentTodayMicros: Micros;
  /** Charged on the last seven days with today, for the pace. */
  readonly spentWeekMicros: Micros;
};

type Row = {
  currency: string;
  posted: bigint;
  held: bigint;
  credit: bigint;
  cap: bigint | null;
  today: bigint;
  week: bigint;
};

/**
 * A tenant's prepaid balance in its own currency, in micros.
 * @throws DomainError not_found when the tenant is not visible or has no wallet in its currency.
 */
export async function getBalance(tx: TenantRead, tenantId: TenantId): Promise<Balance> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT w.currency, w.posted_micros AS posted, w.held_micros AS held, w.credit_limit_micros AS credit, t.daily_cap_micros AS cap,
      coalesce(s.today, 0)::bigint AS today, coalesce(s.week, 0)::bigint AS week
    FROM tenant t
    JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
    LEFT JOIN LATERAL (
      SELECT sum(charged_micros) AS week, sum(charged_micros) FILTER (WHERE spend_day.day = local.day) AS today
      FROM spend_day, (SELECT (now() AT TIME ZONE t.time_zone)::date AS day) local
      WHERE spend_day.tenant_id = t.id AND spend_day.day BETWEEN local.day - 6 AND local.day) s ON true
    WHERE t.id = ${tenantId}::uuid`;
  if (!row) throw new DomainError("not_found");
  return {
    currency: row.currency,
    postedMicros: micros(row.posted),
    heldMicros: micros(row.held),
    creditLimitMicros: micros(row.credit),
    availableMicros: micros(row.posted - row.held + row.credit),
    dailyCapMicros: row.cap === null ? null : micros(row.cap),
    spentTodayMicros: micros(row.today),
    spentWeekMicros: micros(row.week),
  };
}
