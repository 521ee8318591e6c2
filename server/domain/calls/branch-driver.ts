import { areFewTenants, type CallReach, tenantsOf, whoseOf } from "@/server/domain/calls/call-reach";
import { type Asked, all, and, bestOf, type CallSource, FEW_CALLS } from "@/server/domain/calls/call-source";
import { readCallText } from "@/server/domain/calls/call-text.rules";
import { type Condition, callsBetween, conditionsOf } from "@/server/domain/calls/call-where";
import { join, type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** Of one tenant at least so many calls are looked at, however many tenants there are. */
const LEAST_EACH = 150;
/** Whoever asks for more than this has said that it may take longer. */
const FAR = 10_000;

/**
 * How a page of the calls of a branch is found. Of few tenants each is asked by its own indexes, and the answers are put in one
 * row; a tenant that had more than it was asked for ends the page there, so that none is left out. Of many the calls are gone
 * through in order, whoever's they are.
 */
export async function branchSource(tx: TenantRead, asked: Asked): Promise<CallSource> {
  const { reach, filter, range, place, rows, part, most } = asked;
  const { table } = part;
  const { inOrder } = asked.way;
  const within = sql`${part.within} AND ${place}${callsBetween(part)}`;
  const conditions = conditionsOf(filter, range, reach).map((one) => ({
    ...one,
    index: part.recent ? one.index : one.months === true,
  }));
  const whole = and(conditions.map((one) => one.sql));
  const whose = whoseOf(reach);
  const open = sql`(SELECT *, 0 AS nth FROM ${table} WHERE ${whose} AND ${within} AND state <> 'ended' AND ${whole} ${inOrder} LIMIT ${rows})`;
  if (filter.outcome === "ringing" || filter.outcome === "live") return { calls: open, rest: all, lookedAt: null };
  const over = sql`${within} AND state = 'ended'`;
  const { begins } = filter.text && range.named === null && part.recent ? readCallText(filter.text, range.country) : {};
  if (begins) {
    const { text: _, ...others } = filter;
    const numbers = await ofNumbers(tx, reach, table, over, begins);
    const rest = and(conditionsOf(others, range, reach).map((one) => one.sql));
    if (numbers) return { calls: sql`${open} UNION ALL ${numbers}`, rest, lookedAt: null };
  }
  const indexed = conditions.filter(({ index }) => index);
  const one = areFewTenants(reach) ? await bestOf(tx, table, indexed, sql`${whose} AND ${over}`) : indexed[0];
  const far = most > FAR;
  const each = areFewTenants(reach) || (far && one !== undefined);
  return each
    ? byTenant(asked, { table, open, over, driver: one, conditions })
    : inRow(asked, { table, open, over, conditions });
}

type Found = Readonly<{ table: Sql; open: Sql; over: Sql; conditions: readonly Condition[] }>;

function byTenant(
  { reach, rows, most, way: { inOrder } }: Asked,
  { table, open, over, driver, conditions }: Found & Readonly<{ driver: Condition | undefined }>,
): CallSource {
  const others = conditions.filter((one) => one !== driver);
  const wanted = others.length === 0 ? rows : most;
  const deep = Math.min(wanted, Math.max(LEAST_EACH, Math.ceil((4 * wanted) / (reach.ids?.length ?? wanted))));
  const rest = and(others.map((one) => one.sql));
  const driven = driver ? sql`${over} AND ${driver.sql}` : over;
  const looked = sql`SELECT *, row_number() OVER (${inOrder}) AS nth FROM ${table} WHERE tenant_id = b.id AND ${driven} ${inOrder} LIMIT ${deep}`;
  const merged = sql`SELECT one.* FROM ${tenantsOf(reach)} CROSS JOIN LATERAL (${looked}) one`;
  const calls = sql`${open} UNION ALL (SELECT * FROM (${merged}) call WHERE ${rest} OR nth = ${deep} ${inOrder} LIMIT ${rows})`;
  return { calls, rest, lookedAt: deep };
}

function inRow({ reach, rows, most, way: { inOrder } }: Asked, { table, open, over, conditions }: Found): CallSource {
  const whose = whoseOf(reach);
  const rest = and(conditions.map((one) => one.sql));
  if (conditions.length === 0) {
    const calls = sql`${open} UNION ALL (SELECT *, 0 AS nth FROM ${table} WHERE ${over} AND ${whose} ${inOrder} LIMIT ${rows})`;
    return { calls, rest, lookedAt: null };
  }
  const looked = sql`SELECT *, row_number() OVER (${inOrder}) AS nth FROM ${table} WHERE ${over} AND ${whose} ${inOrder} LIMIT ${most}`;
  const calls = sql`${open} UNION ALL (SELECT * FROM (${looked}) call WHERE ${rest} OR nth = ${most} ${inOrder} LIMIT ${rows})`;
  return { calls, rest, lookedAt: most };
}

/** The calls of numbers that begin so at each of the tenants, when they are few; undefined when they are not. */
async function ofNumbers(
  tx: TenantRead,
  reach: CallReach,
  table: Sql,
  over: Sql,
  begins: NonNullable<ReturnType<typeof readCallText>["begins"]>,
): Promise<Sql | undefined> {
  const dialled = begins.dialled.map((d) => sql`(dialled ~>=~ ${d} AND dialled ~<~ ${`${d}:`})`);
  const ways = [
    ...begins.full.flatMap((n) => [
      sql`to_e164 ~>=~ ${n} AND to_e164 ~<~ ${`${n}:`}`,
      sql`from_number ~>=~ ${`+${n}`} AND from_number ~<~ ${`+${n}:`}`,
    ]),
    sql`to_e164 IS NULL AND (${join(dialled, " OR ")})`,
  ];
  const arm = (way: Sql) =>
    sql`(SELECT one.* FROM ${tenantsOf(reach)} CROSS JOIN LATERAL (SELECT *, 0 AS nth FROM ${table} WHERE tenant_id = b.id AND ${over} AND ${way}) one)`;
  const counts = ways.map(
    (way) => sql`(SELECT count(*) FROM (SELECT FROM ${arm(way)} found LIMIT ${FEW_CALLS + 1}) few)`,
  );
  const [row] = await tx.$queryRaw<{ few: boolean }[]>`SELECT greatest(${join(counts)}) <= ${FEW_CALLS} AS few`;
  return row?.few ? join(ways.map(arm), " UNION ALL ") : undefined;
}
