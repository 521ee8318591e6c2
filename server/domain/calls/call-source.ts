import type { CallPart } from "@/server/domain/calls/call-parts";
import type { CallReach } from "@/server/domain/calls/call-reach";
import type { CallChoice, CallRange, Condition } from "@/server/domain/calls/call-where";
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
  reach: CallReach;
  filter: CallChoice;
  range: CallRange;
  part: CallPart;
  way: Way;
  /** Where the page begins. */
  place: Sql;
  /** Rows wanted. */
  rows: number;
  /** The most calls that may be looked at where no index has just those that are asked for. */
  most: number;
}>;

/** Which way round a list goes through the calls: every index is read from either end. */
export type Way = Readonly<{
  oldestFirst: boolean;
  inOrder: Sql;
  /** What of (moment, id) comes after a place. */
  follows: Sql;
}>;
export const newestFirst: Way = {
  oldestFirst: false,
  inOrder: sql`ORDER BY started_at DESC, id DESC`,
  follows: sql`<`,
};
export const oldestFirst: Way = { oldestFirst: true, inOrder: sql`ORDER BY started_at, id`, follows: sql`>` };

/** Of everything. */
export const all = sql`true`;
/** All of them; of none: everything. */
export const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? all : join([...parts], " AND "));

/** So many calls are put in order rather than gone through in it. */
export const FEW_CALLS = 1_000;

/** Of several conditions that have an index the one that fewest calls meet; counted only so far as it matters. */
export async function bestOf(
  tx: TenantRead,
  table: Sql,
  indexed: readonly Condition[],
  over: Sql,
): Promise<Condition | undefined> {
  if (indexed.length < 2) return indexed[0];
  const counts = indexed.map(
    (one, n) =>
      sql`SELECT ${n}::int AS n, count(*)::int AS calls FROM (SELECT FROM ${table} WHERE ${over} AND ${one.sql} LIMIT ${FEW_CALLS}) few`,
  );
  const rows = await tx.$queryRaw<
    { n: number; calls: number }[]
  >`${join(counts, " UNION ALL ")} ORDER BY calls, n LIMIT 1`;
  return indexed[rows[0]?.n ?? 0];
}
