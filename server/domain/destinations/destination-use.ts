import type { DestinationChange, Reach } from "@/server/domain/destinations/destination.schema";
import { listFraudRangesOf } from "@/server/domain/destinations/fraud-ranges";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** What a change would have meant for the calls of the last 90 days. */
export type DestinationEffect = {
  /** Calls that were let through and would have been refused, and of how many phones. */
  readonly refused: number;
  readonly phones: number;
  /** Calls that were refused because of where they went, and would have had a chance. */
  readonly passed: number;
};

/** As a value, so that months that were over by then are passed by. */
export const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

type Asked = Readonly<{ reach: Reach; changes: readonly DestinationChange[] }>;

/**
 * Looks back at 90 days. Calls from before classes were written down count as normal numbers.
 * @param tx for the reach "below" it has to see the tenants below.
 */
export async function previewDestinations(
  tx: TenantRead,
  tenantId: TenantId,
  { reach, changes }: Asked,
): Promise<DestinationEffect> {
  const column = <T>(value: (of: DestinationChange) => T) => changes.map(value);
  const own = reach === "own";
  const [row] = await tx.$queryRaw<DestinationEffect[]>`
    SELECT count(*) FILTER (WHERE NOT x.open AND c.outcome IS DISTINCT FROM 'blocked')::int AS refused,
      count(DISTINCT c.extension_id) FILTER (WHERE NOT x.open AND c.outcome IS DISTINCT FROM 'blocked')::int AS phones,
      count(*) FILTER (WHERE x.open AND c.outcome = 'blocked' AND c.reason IN ('DST-01', 'DST-02', 'DST-06'))::int AS passed
    FROM unnest(${column((of) => of.country)}::text[], ${column((of) => of.numbers)}::text[], ${column((of) => of.open)}::boolean[])
      x(country, class, open)
    JOIN call_record c ON c.country = x.country AND x.class =
      coalesce(c.number_class, CASE WHEN c.country IN ('XS', 'XN') THEN 'special' ELSE 'normal' END)
    WHERE c.started_at > ${daysAgo(90)}::timestamptz AND (NOT ${own} OR c.tenant_id = ${tenantId}::uuid)`;
  return row ?? { refused: 0, phones: 0, passed: 0 };
}

export type DestinationCaller = {
  /** An extension with its name, or a tenant where those below are meant. */
  readonly who: string;
  readonly calls: number;
  readonly special: number;
  readonly fraud: number;
  readonly refused: number;
  readonly lastAt: Date;
};

/** Who called a country in the last 90 days, the most frequent first, at most twenty; and its ranges that fraud is fond of. */
export async function describeDestination(
  tx: TenantRead,
  tenantId: TenantId,
  { country, reach }: Readonly<{ country: string; reach: Reach }>,
): Promise<{ callers: DestinationCaller[]; ranges: { prefix: string; reason: string }[] }> {
  const own = reach === "own";
  const callers = await tx.$queryRaw<DestinationCaller[]>`
    SELECT w.who, count(*)::int AS calls, count(*) FILTER (WHERE c.number_class = 'special')::int AS special,
      count(*) FILTER (WHERE c.number_class = 'fraud')::int AS fraud, count(*) FILTER (WHERE c.outcome = 'blocked')::int AS refused,
      max(c.started_at) AS "lastAt"
    FROM call_record c JOIN tenant t ON t.id = c.tenant_id
    CROSS JOIN LATERAL (SELECT CASE WHEN ${own} THEN trim(c.extension_number || ' ' || c.extension_name) ELSE t.name END AS who) w
    WHERE c.country = ${country} AND c.started_at > ${daysAgo(90)}::timestamptz AND (NOT ${own} OR c.tenant_id = ${tenantId}::uuid)
    GROUP BY w.who ORDER BY calls DESC, w.who LIMIT 20`;
  return { callers, ranges: await listFraudRangesOf(tx, country) };
}
