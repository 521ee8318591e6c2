import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import type { SecurityEventFacet } from "@/server/domain/security-events/security-event-kinds.schema";
import {
  type Asked,
  askedFor,
  eventsOf,
  LOOKED_AT,
  lookedSince,
  momentOf,
} from "@/server/domain/security-events/security-event-where";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type SecurityEventCount = Readonly<{
  facet: SecurityEventFacet;
  /** As a filter takes it: a network for addresses, a short name for tenants. */
  value: string;
  /** Where it is called otherwise: the name of a tenant. */
  name: string | null;
  events: number;
}>;

type SecurityEventCounts = Readonly<{
  events: number;
  /** Everything from this moment on is counted, and nothing before it; null: all there is. */
  since: Date | null;
  counts: readonly SecurityEventCount[];
  /** Of equal length, one after the other, the last with what is newest; those without any event are left out. */
  bars: readonly Readonly<{ from: Date; until: Date; events: number }>[];
}>;

const MOST_PER_FACET = 6;
const MOST_COUNTED = 2 * LOOKED_AT;
/** Lengths of a bar: what a clock or a calendar shows. */
const STEPS = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000];
const MOST_BARS = 60;

/**
 * How many of the events that a filter finds are of each type, user name, network, transport and tenant, and when they came. Of
 * many the newest are counted, and it is said from which moment on. Wants a subtree transaction.
 * @throws DomainError invalid_input as the list.
 */
export async function countSecurityEvents(
  tx: TenantRead,
  tenantId: TenantId,
  filter: SecurityEventFilter,
): Promise<SecurityEventCounts> {
  const asked = await askedFor(tx, tenantId, filter);
  const since = await lookedSince(tx, asked, asked.by);
  const found = foundSince(asked, since);
  const rows = await tx.$queryRaw<Counted[]>`
    WITH e AS MATERIALIZED (${found}),
    address AS (SELECT e.address, count(*) AS n FROM e WHERE e.address <> '' GROUP BY 1)
    SELECT 'all' AS facet, '' AS value, NULL AS name, count(*)::int AS events, min(e.at) AS first, max(e.at) AS last FROM e
    UNION ALL ${top("type", sql`SELECT e.type, NULL, count(*) FROM e GROUP BY 1`)}
    UNION ALL ${top("account", sql`SELECT e.username, NULL, count(*) FROM e WHERE e.username <> '' GROUP BY 1`)}
    UNION ALL ${top("address", sql`SELECT network_of(a.address), NULL, sum(a.n) FROM address a GROUP BY 1`)}
    UNION ALL ${top("transport", sql`SELECT e.transport, NULL, count(*) FROM e WHERE e.transport <> '' GROUP BY 1`)}
    UNION ALL ${top("tenant", sql`SELECT t.slug, t.name, c.n FROM (SELECT e.tenant_id, count(*) AS n FROM e GROUP BY 1) c JOIN tenant t ON t.id = c.tenant_id`)}`;
  const whole = rows.find(({ facet }) => facet === "all");
  const counts = rows
    .slice(1)
    .map(({ facet, value, name, events }) => ({ facet: facet as SecurityEventFacet, value, name, events }));
  const bars =
    whole?.first && whole.last ? await barsOf(tx, tenantId, found, { first: whole.first, last: whole.last }) : [];
  // The shares of very many tenants are more than is counted.
  const oldest = whole && whole.events >= MOST_COUNTED ? whole.first : null;
  return {
    events: whole?.events ?? 0,
    since: oldest ?? (since === null ? null : new Date(Number(BigInt(since) / 1000n))),
    counts,
    bars,
  };
}

type Counted = {
  facet: string;
  value: string;
  name: string | null;
  events: number;
  first: Date | null;
  last: Date | null;
};

const top = (facet: SecurityEventFacet, counted: Sql): Sql =>
  sql`(SELECT ${facet}, c.value, c.name, c.n::int, NULL, NULL FROM (${counted}) c (value, name, n) ORDER BY c.n DESC, c.value LIMIT ${MOST_PER_FACET})`;

const foundSince = ({ by, rest, ...asked }: Asked, since: string | null): Sql => {
  const where = sql`${by} AND ${since === null ? sql`true` : sql`e.at >= ${momentOf(since)}`} AND ${rest ?? sql`true`}`;
  return eventsOf(asked, where, sql`ORDER BY e.at DESC, e.id DESC LIMIT ${MOST_COUNTED}`);
};

/** Bars begin with the tenant's own midnight, so that one of a day is a day. */
async function barsOf(
  tx: TenantRead,
  tenantId: TenantId,
  found: Sql,
  { first, last }: Readonly<{ first: Date; last: Date }>,
) {
  const seconds = (last.getTime() - first.getTime()) / 1000;
  const step = STEPS.find((one) => seconds / one < MOST_BARS - 1) ?? 31_536_000;
  const rows = await tx.$queryRaw<{ from: Date; until: Date; events: number }[]>`
    WITH midnight AS (SELECT date_trunc('day', ${first}::timestamptz AT TIME ZONE time_zone) AT TIME ZONE time_zone AS at FROM tenant WHERE id = ${tenantId}::uuid),
    bar AS (SELECT date_bin(${step} * interval '1 second', e.at, m.at) AS at, count(*)::int AS events FROM (${found}) e CROSS JOIN midnight m GROUP BY 1)
    SELECT b.at AS from, b.at + ${step} * interval '1 second' AS until, b.events FROM bar b ORDER BY b.at`;
  return rows;
}
