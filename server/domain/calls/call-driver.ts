import type { CallPart } from "@/server/domain/calls/call-parts";
import { type CallText, readCallText } from "@/server/domain/calls/call-text.rules";
import {
  type CallChoice,
  type CallRange,
  type Condition,
  callsWithin,
  conditionsOf,
} from "@/server/domain/calls/call-where";
import { join, type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/** Where the rows of a page come from: `calls` are columns of the table `call`, and `nth`, the how-manieth that was looked at. */
export type CallSource = Readonly<{
  calls: Sql;
  /** What is still asked of them. */
  rest: Sql;
  /** `calls` ends after so many, though there may be more; null: it has all. */
  lookedAt: number | null;
}>;

export type Asked = Readonly<{
  tenantId: TenantId;
  filter: CallChoice;
  range: CallRange;
  part: CallPart;
  /** Where the page begins. */
  place: Sql;
  /** Rows wanted. */
  rows: number;
  /** The most calls that may be looked at where no index has just those that are asked for. */
  most: number;
}>;

const inOrder = sql`ORDER BY started_at DESC, id DESC`;
const all = sql`true`;
const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? all : join([...parts], " AND "));

/** Chooses how a page is found: by the index that leaves least to look at, or through the calls in order where there is none. */
export async function sourceOf(tx: TenantRead, asked: Asked): Promise<CallSource> {
  const { tenantId, filter, range, place, rows, part } = asked;
  const { table } = part;
  const within = sql`${callsWithin(tenantId, part)} AND ${part.within} AND ${place}`;
  const conditions = conditionsOf(filter, range).map((one) => ({
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
    const rest = conditionsOf(others, range);
    const numbers = await callsOfNumbers(tx, { table, begins, over, rows, alone: rest.length === 0 });
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

/** Of several conditions that have an index the one that fewest calls meet; counted only so far as it matters. */
async function bestOf(
  tx: TenantRead,
  table: Sql,
  indexed: readonly Condition[],
  over: Sql,
): Promise<Condition | undefined> {
  if (indexed.length < 2) return indexed[0];
  const counts = indexed.map(
    (one, n) =>
      sql`SELECT ${n}::int AS n, count(*)::int AS calls FROM (SELECT FROM ${table} WHERE ${over} AND ${one.sql} LIMIT ${FEW}) few`,
  );
  const rows = await tx.$queryRaw<
    { n: number; calls: number }[]
  >`${join(counts, " UNION ALL ")} ORDER BY calls, n LIMIT 1`;
  return indexed[rows[0]?.n ?? 0];
}

const FEW = 1_000;

type Numbers = Readonly<{
  table: Sql;
  begins: NonNullable<CallText["begins"]>;
  over: Sql;
  rows: number;
  alone: boolean;
}>;

/**
 * The calls of numbers that begin so, when they are few enough to be put in order; of a number in full that is called often, the
 * newest. Undefined: there are too many, and going through the calls in order finds them soon.
 */
async function callsOfNumbers(tx: TenantRead, { table, begins, over, rows, alone }: Numbers): Promise<Sql | undefined> {
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
  const newest = inFull.map(
    (one) => sql`(SELECT *, 0 AS nth FROM ${table} WHERE ${over} AND ${one} ${inOrder} LIMIT ${rows})`,
  );
  return join([...newest, ...[...longer, noNumber].map(arm)], " UNION ALL ");
}

async function areFew(tx: TenantRead, table: Sql, arms: readonly Sql[], over: Sql): Promise<boolean> {
  const counts = arms.map(
    (one) => sql`(SELECT count(*) FROM (SELECT FROM ${table} WHERE ${over} AND ${one} LIMIT ${FEW + 1}) few)`,
  );
  const [row] = await tx.$queryRaw<{ few: boolean }[]>`SELECT greatest(${join(counts)}) <= ${FEW} AS few`;
  return row?.few ?? false;
}
