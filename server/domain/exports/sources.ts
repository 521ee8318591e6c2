import type { z } from "zod";

import { trailAfter } from "@/server/domain/audit/trail";
import { type CallReach, reachOf } from "@/server/domain/calls/call-reach";
import { callRange, callsWhere } from "@/server/domain/calls/call-where";
import { earningsRows, tenantRows } from "@/server/domain/exports/below-lists";
import { bansAfter, hotNumbersAfter, numberBlockRows } from "@/server/domain/exports/block-lists";
import type { Row } from "@/server/domain/exports/cells.rules";
import type { ExportKind } from "@/server/domain/exports/export.schema";
import type { exportFilters } from "@/server/domain/exports/new-export.schema";
import { extensionRows, incidentRows, numberRows } from "@/server/domain/exports/whole-lists";
import { securityEventsAfter } from "@/server/domain/security-events/security-events";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type Filters = { readonly [K in ExportKind]: z.output<(typeof exportFilters)[K]> };
export type Asked<K extends ExportKind> = Readonly<{
  tenantId: TenantId;
  filter: Filters[K];
  /** The moment that the file shows, and the same as a number of its source. */
  asOf: Date;
  bound: bigint;
  /** Who asked, when it was a person. */
  me?: UserId | undefined;
}>;
export type Batch = Readonly<{
  rows: readonly Row[];
  /** Where the next batch goes on; null: that was all. */
  after: string | null;
}>;

/**
 * Where the rows of a kind of file come from. The bound is taken once, when the file is asked for; each batch, whenever and by
 * whomever it is read, is then of the same rows.
 */
export type Source<K extends ExportKind> = Readonly<{
  bound: (tx: TenantRead, tenantId: TenantId) => Promise<bigint>;
  /** How many rows there will be, as far as that is known beforehand. */
  count: (tx: TenantRead, of: Asked<K>) => Promise<number | null>;
  /** So many rows after a place, oldest first; a list of things comes whole. */
  next: (tx: TenantRead, of: Asked<K>, after: string | null, limit: number) => Promise<Batch>;
}>;

/**
 * Calls that were over when transaction number `bound` was the next one. A call that is over changes no more, but for its
 * numbers, which retention takes away half a year later at the earliest; a call that began a week before is over.
 */
const overAt = ({
  bound,
  asOf,
}: Asked<"calls">): Sql => sql`state = 'ended' AND (started_at < ${asOf}::timestamptz - interval '7 days'
  OR pseudonymised_at IS NOT NULL OR NOT written_since(xmin, ${bound}::bigint))`;

async function callsOf(tx: TenantRead, of: Asked<"calls">): Promise<{ where: Sql; reach: CallReach }> {
  const reach = await reachOf(tx, of.tenantId, of.filter);
  const range = await callRange(tx, of.tenantId, of.filter, reach.below);
  return { where: sql`${callsWhere(reach, of.filter, range)} AND ${overAt(of)}`, reach };
}

/** What is beside a call `c` of a file: its cost at the level of whose file it is, and of a call below whose it is and what was paid. */
const levelsOf = ({ below, tenantId }: CallReach) =>
  below
    ? {
        cells: sql`CASE b.depth WHEN 0 THEN c.billed_seconds ELSE coalesce(own.billed_seconds, sold.billed_seconds) END AS billed,
          CASE b.depth WHEN 0 THEN c.cost_micros ELSE own.charged_micros END AS cost, v.currency AS money, t.slug AS tenant, t.name AS tenant_name,
          sold.charged_micros::text AS paid, w.currency AS paid_money`,
        joins: sql`JOIN tenant v ON v.id = ${tenantId}::uuid JOIN tenant t ON t.id = c.tenant_id
          JOIN tenant_below b ON b.ancestor_id = v.id AND b.descendant_id = c.tenant_id
          LEFT JOIN hold own ON b.depth > 0 AND own.tenant_id = v.id AND own.call_id = c.id
          LEFT JOIN hold sold ON b.depth > 0 AND sold.call_id = c.id AND sold.level = b.depth - 1
          LEFT JOIN wallet w ON w.id = sold.wallet_id`,
      }
    : {
        cells: sql`c.billed_seconds AS billed, c.cost_micros AS cost, c.currency AS money, NULL AS tenant, NULL AS tenant_name, NULL AS paid, NULL AS paid_money`,
        joins: sql``,
      };

function placeOf(after: string | null): Sql {
  if (after === null) return sql`true`;
  const [us = "0", id = ""] = after.split("_");
  return sql`(started_at, id) > (timestamptz 'epoch' + ${us}::bigint * interval '1 microsecond', ${id}::uuid)`;
}

const calls: Source<"calls"> = {
  bound: async (tx) => {
    const [row] = await tx.$queryRaw<{ next: bigint }[]>`
      SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next`;
    return row?.next ?? 0n;
  },
  count: async (tx, of) => {
    const { where } = await callsOf(tx, of);
    const [row] = await tx.$queryRaw<{ n: bigint }[]>`SELECT count(*) AS n FROM call_record WHERE ${where}`;
    return Number(row?.n ?? 0n);
  },
  // The database makes one text of a batch: reading it as rows would cost more than all the rest.
  next: async (tx, of, after, limit) => {
    const { where, reach } = await callsOf(tx, of);
    const { cells, joins } = levelsOf(reach);
    const [batch] = await tx.$queryRaw<{ cells: string; n: number; last: string | null }[]>`
      SELECT coalesce(json_agg(c.cells ORDER BY c.nth), '[]')::text AS cells, count(*)::int AS n, max(c.place) FILTER (WHERE c.nth = ${limit}::int) AS last
      FROM (SELECT nth, (extract(epoch FROM started_at) * 1000000)::bigint || '_' || id AS place,
        json_build_array((extract(epoch FROM started_at) * 1000)::bigint, (extract(epoch FROM answered_at) * 1000)::bigint,
          (extract(epoch FROM ended_at) * 1000)::bigint, CASE WHEN kind = 'inbound' THEN 'in' WHEN kind IN ('internal', 'echo') THEN 'internal' ELSE 'out' END,
          extension_number, extension_name, dialled, CASE WHEN to_e164 ~ '^[0-9]' THEN '+' || to_e164 ELSE to_e164 END, nullif(from_number, ''),
          country, outcome, reason, coalesce(talk_ms, 0), coalesce(billed, 0), coalesce(cost, 0)::text, money, hangup_side, id, pbx_call_id,
          tenant, tenant_name, paid, paid_money) AS cells
        FROM (SELECT c.started_at, c.answered_at, c.ended_at, c.kind, c.extension_number, c.extension_name, c.dialled, c.to_e164, c.from_number, c.country, c.outcome,
            c.reason, c.talk_ms, c.hangup_side, c.id, c.pbx_call_id, c.nth, ${cells}
          FROM (SELECT *, row_number() OVER (ORDER BY started_at, id)::int AS nth FROM call_record WHERE ${where} AND ${placeOf(after)}
            ORDER BY started_at, id LIMIT ${limit}::int) c ${joins}) call) c`;
    return { rows: JSON.parse(batch?.cells ?? "[]") as Row[], after: batch?.last ?? null };
  },
};

const LAST_OF_TRAIL = 4_000;

const audit: Source<"audit"> = {
  bound: async (tx, tenantId) => {
    const last = await tx.auditEvent.aggregate({ where: { tenantId }, _max: { seq: true } });
    return last._max.seq ?? 0n;
  },
  count: async () => null,
  next: async (tx, { tenantId, filter, bound }, after) => {
    const read = await trailAfter(tx, tenantId, { ...filter, after: BigInt(after ?? "0"), limit: LAST_OF_TRAIL });
    const rows = read.filter(({ seq }) => seq <= bound);
    const more = read.length === LAST_OF_TRAIL && rows.length === read.length;
    return {
      rows: rows.map((row) => [
        Number(row.seq),
        row.at.getTime(),
        row.actorKind,
        row.actor,
        row.actingFor,
        row.action,
        row.subject,
        row.outcome,
        row.address,
        row.requestId,
        row.before,
        row.after,
      ]),
      after: more ? String(rows.at(-1)?.seq) : null,
    };
  },
};

// Money moves from above only; who there pressed the button is in that tenant's trail, not in this one's files.
const ledger: Source<"ledger"> = {
  bound: async (tx) => {
    const [row] = await tx.$queryRaw<{ seq: bigint }[]>`SELECT seq FROM wallet_history(NULL, 1)`;
    return row?.seq ?? 0n;
  },
  count: async () => null,
  next: async (tx, { tenantId, filter, bound }, after, limit) => {
    const { from, until } = await callRange(tx, tenantId, filter);
    const [batch] = await tx.$queryRaw<{ cells: string; n: number; last: bigint | null }[]>`
      SELECT coalesce(json_agg(json_build_array(m.seq, (extract(epoch FROM m.occurred_at) * 1000)::bigint, m.kind, m.memo, m.amount_micros::text,
          m.balance_after_micros::text, m.currency, CASE WHEN m.kind = 'charge' THEN m.actor ELSE 'provider' END, m.call_id, m.transaction_id) ORDER BY m.seq)
        FILTER (WHERE (${from}::timestamptz IS NULL OR m.occurred_at >= ${from}::timestamptz)
          AND (${until}::timestamptz IS NULL OR m.occurred_at < ${until}::timestamptz)), '[]')::text AS cells, count(*)::int AS n, max(m.seq) AS last
      FROM wallet_movements(${after ?? "0"}::bigint, ${bound}::bigint, ${limit}::int) m`;
    const more = batch && batch.n === limit && batch.last !== null;
    return { rows: JSON.parse(batch?.cells ?? "[]") as Row[], after: more ? String(batch.last) : null };
  },
};

const whole = <K extends "extensions" | "numbers" | "incidents" | "number_blocks" | "tenants" | "earnings">(
  read: (tx: TenantRead, tenantId: TenantId, filter: Filters[K], me: UserId | undefined) => Promise<Row[]>,
): Source<K> => ({
  bound: async () => 0n,
  count: async () => null,
  next: async (tx, { tenantId, filter, me }) => ({ rows: await read(tx, tenantId, filter, me), after: null }),
});

const securityEvents: Source<"security_events"> = {
  bound: async () => 0n,
  count: async () => null,
  next: async (tx, { tenantId, filter, asOf }, after, limit) => {
    const rows = await securityEventsAfter(tx, tenantId, { ...filter, after, asOf, limit });
    const cells = rows.map((row) => [
      ...[row.at.getTime(), row.type, row.severity, row.account, row.address, row.transport, row.count],
      ...[row.tenant.slug, row.key],
    ]);
    return { rows: cells, after: rows.length === limit ? (rows.at(-1)?.key ?? null) : null };
  },
};

const hotLists: Source<"hot_lists"> = {
  bound: async () => 0n,
  count: async () => null,
  next: async (tx, { tenantId }, after, limit) => hotNumbersAfter(tx, tenantId, { after, limit }),
};

const bans: Source<"bans"> = {
  bound: async () => 0n,
  count: async () => null,
  next: async (tx, { tenantId, asOf }, after, limit) => bansAfter(tx, tenantId, { after, asOf, limit }),
};

/** Kinds whose rows are those of tenants below as well: read in a subtree transaction. */
export const readsBelow = (what: ExportKind): boolean =>
  ["numbers", "security_events", "tenants", "earnings"].includes(what);

/** Of each kind of file. */
export const exportSources: { readonly [K in ExportKind]: Source<K> } = {
  calls,
  ledger,
  audit,
  extensions: whole<"extensions">(extensionRows),
  numbers: whole<"numbers">(numberRows),
  incidents: whole<"incidents">(incidentRows),
  security_events: securityEvents,
  number_blocks: whole<"number_blocks">(numberBlockRows),
  hot_lists: hotLists,
  bans,
  tenants: whole<"tenants">(tenantRows),
  earnings: whole<"earnings">(earningsRows),
  // Its files come from the sources above; only the moment is its own.
  everything: { bound: calls.bound, count: async () => null, next: async () => ({ rows: [], after: null }) },
};
