import { branchSource } from "@/server/domain/calls/branch-driver";
import { type Asked, all, and, bestOf, type CallSource, FEW_CALLS } from "@/server/domain/calls/call-source";
import { type CallText, readCallText } from "@/server/domain/calls/call-text.rules";
import { callsWithin, conditionsOf } from "@/server/domain/calls/call-where";
import { join, type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** Chooses how a page is found: by the index that leaves least to look at, or through the calls in order where there is none. */
export async function sourceOf(tx: TenantRead, asked: Asked): Promise<CallSource> {
  if (asked.reach.below) return branchSource(tx, asked);
  const { tenantId, reach, filter, range, place, rows, part } = asked;
  const { inOrder } = asked.way;
  const { table } = part;
  const within = sql`${callsWithin(tenantId, part)} AND ${part.within} AND ${place}`;
  const conditions = conditionsOf(filter, range, reach).map((one) => ({
    ...one,
    index: part.recent ? one.index : one.months === true,
  }));
  if (conditions.length === 0) {
    return {
      calls: sql`SELECT *, 0 AS nth FROM ${table} WHERE ${within} ${inOrder} LIMIT ${rows}`,
      rest: all,
      lookedAt: null,
    };
  }
  const whole = and(conditions.map((one) => one.sql));
  const open = sql`(SELECT *, 0 AS nth FROM ${table} WHERE ${within} AND state <> 'ended' AND ${whole} ${inOrder} LIMIT ${rows})`;
  if (filter.outcome === "ringing" || filter.outcome === "live") return { calls: open, rest: all, lookedAt: null };

  const over = sql`${within} AND state = 'ended'`;
  const { begins } = filter.text && range.named === null ? readCallText(filter.text, range.country) : {};
  if (begins) {
    const { text: _, ...others } = filter;
    const rest = conditionsOf(others, range, reach);
    const numbers = await callsOfNumbers(tx, { table, begins, over, rows, inOrder, alone: rest.length === 0 });
    if (numbers)
      return { calls: sql`${open} UNION ALL ${numbers}`, rest: and(rest.map((one) => one.sql)), lookedAt: null };
  }
  const driver = await bestOf(
    tx,
    table,
    conditions.filter(({ index }) => index),
    over,
  );
  const rest = and(conditions.filter((one) => one !== driver).map((one) => one.sql));
  const driven = driver ? sql`${over} AND ${driver.sql}` : over;
  if (driver && conditions.length === 1) {
    const calls = sql`${open} UNION ALL (SELECT *, 0 AS nth FROM ${table} WHERE ${driven} ${inOrder} LIMIT ${rows})`;
    return { calls, rest: all, lookedAt: null };
  }
  const looked = sql`SELECT *, row_number() OVER (${inOrder}) AS nth FROM ${table} WHERE ${driven} ${inOrder} LIMIT ${asked.most}`;
  const calls = sql`${open} UNION ALL (SELECT * FROM (${looked}) call WHERE ${rest} OR nth = ${asked.most} ${inOrder} LIMIT ${rows})`;
  return { calls, rest, lookedAt: asked.most };
}

type Numbers = Readonly<{
  table: Sql;
  begins: NonNullable<CallText["begins"]>;
  over: Sql;
  rows: number;
  inOrder: Sql;
  alone: boolean;
}>;

/**
 * The calls of numbers that begin so, when they are few enough to be put in order; of a number in full that is called often, the
 * first of the list. Undefined: there are too many, and going through the calls in order finds them soon.
 */
async function callsOfNumbers(
  tx: TenantRead,
  { table, begins, over, rows, inOrder, alone }: Numbers,
): Promise<Sql | undefined> {
  const dialled = begins.dialled.map((d) => sql`(dialled ~>=~ ${d} AND dialled ~<~ ${`${d}:`})`);
  const noNumber = sql`to_e164 IS NULL AND (${join(dialled, " OR ")})`;
  const beginning = begins.full.flatMap((n) => [
    sql`to_e164 ~>=~ ${n} AND to_e164 ~<~ ${`${n}:`}`,
    sql`from_number ~>=~ ${`+${n}`} AND from_number ~<~ ${`+${n}:`}`,
  ]);
  const arm = (condition: Sql) => sql`(SELECT *, 0 AS nth FROM ${table} WHERE ${over} AND ${condition})`;
  if (await areFew(tx, table, [...beginning, noNumber], over))
    return join([...beginning, noNumber].map(arm), " UNION ALL ");
  if (!alone) return undefined;
  const longer = begins.full.flatMap((n) => [
    sql`to_e164 ~>~ ${n} AND to_e164 ~<~ ${`${n}:`}`,
    sql`from_number ~>~ ${`+${n}`} AND from_number ~<~ ${`+${n}:`}`,
  ]);
  if (!(await areFew(tx, table, [...longer, noNumber], over))) return undefined;
  const inFull = begins.full.flatMap((n) => [sql`to_e164 = ${n}`, sql`from_number = ${`+${n}`}`]);
  const firsts = inFull.map(
    (one) => sql`(SELECT *, 0 AS nth FROM ${table} WHERE ${over} AND ${one} ${inOrder} LIMIT ${rows})`,
  );
  return join([...firsts, ...[...longer, noNumber].map(arm)], " UNION ALL ");
}

async function areFew(tx: TenantRead, table: Sql, arms: readonly Sql[], over: Sql): Promise<boolean> {
  const counts = arms.map(
    (one) => sql`(SELECT count(*) FROM (SELECT FROM ${table} WHERE ${over} AND ${one} LIMIT ${FEW_CALLS + 1}) few)`,
  );
  const [row] = await tx.$queryRaw<{ few: boolean }[]>`SELECT greatest(${join(counts)}) <= ${FEW_CALLS} AS few`;
  return row?.few ?? false;
}
