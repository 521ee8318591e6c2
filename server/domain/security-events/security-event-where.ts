import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import {
  type LeftOut,
  leftOut,
  passwordGuesses,
  type SecurityEventSeverity,
  typesOf,
} from "@/server/domain/security-events/security-event-kinds.schema";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** How a question is asked. */
export type Asked = Readonly<{
  /** What is asked: all events, or the few of a network. */
  of: Sql;
  /** What an index finds in the order of time. */
  by: Sql;
  /** What has to be looked at event by event; undefined: nothing. */
  rest: Sql | undefined;
  /** Whose; undefined: everybody's. */
  ids: readonly string[] | undefined;
}>;

const all = (parts: readonly Sql[]): Sql => parts.reduce((whole, part) => sql`${whole} AND ${part}`, sql`true`);

/**
 * Only what narrows is asked, by the one index that finds it in the order of time, and the rest of what that finds: so each
 * question looks at a bounded number of events, however many there are.
 */
export async function askedFor(tx: TenantRead, tenantId: TenantId, filter: SecurityEventFilter): Promise<Asked> {
  const { severity, account, transport, from, to, since, until } = filter;
  const zone = sql`(SELECT time_zone FROM tenant WHERE id = ${tenantId}::uuid)`;
  const ids = await tenantsAsked(tx, tenantId, filter.tenant);
  // A name that one of them has is all its own: then its index is asked, and else that of each tenant.
  const named = ids && account ? await isOfThem(tx, account, ids) : false;
  const { of, by, rest } = await factsAsked(tx, filter, ids === undefined ? "all" : named ? "account" : "none");
  if (named) rest.push(sql`e.tenant_id = ANY (${ids}::uuid[])`);
  if (severity) rest.push(asBadAs(severity));
  if (transport) rest.push(sql`e.transport = ${transport}`);
  for (const one of leftOut(filter.not)) rest.push(sql`NOT (${await isLeftOut(tx, one)})`);
  const times: Sql[] = [];
  if (from) times.push(sql`e.at >= (${from}::date::timestamp AT TIME ZONE ${zone})`);
  if (to) times.push(sql`e.at < ((${to}::date::timestamp + interval '1 day') AT TIME ZONE ${zone})`);
  if (since) times.push(sql`e.at >= ${since}::timestamptz`);
  if (until) times.push(sql`e.at < ${until}::timestamptz`);
  return {
    of,
    by: all(by ? [by, ...times] : times),
    rest: rest.length > 0 ? all(rest) : undefined,
    ids: named ? undefined : ids,
  };
}

const EVENTS = sql`security_event`;

/** Those of the filter that an index may know: the first of them by it, the narrowest, and the others event by event. */
async function factsAsked(
  tx: TenantRead,
  { address, account, type }: SecurityEventFilter,
  indexed: "all" | "account" | "none",
) {
  const place = address ? await atAddress(tx, address) : undefined;
  const few = indexed === "all" && place?.together && !isWhole(address ?? "") ? await theFew(tx, place.is) : undefined;
  const facts: { is: Sql; may: boolean }[] = [];
  if (place && !few) facts.push({ is: place.is, may: indexed === "all" && isWhole(address ?? "") });
  if (account) facts.push({ is: sql`e.username = ${account}`, may: indexed !== "none" });
  if (type) facts.push({ is: sql`e.type = ${type}`, may: indexed === "all" });
  const first = few ? undefined : facts.find(({ may }) => may);
  return { of: few ?? EVENTS, by: first?.is, rest: facts.filter((fact) => fact !== first).map(({ is }) => is) };
}

/**
 * The events of a network, whose addresses stand together in an index, though not in the order of time; undefined when they are
 * more than are looked at: then they are found among the newest.
 */
async function theFew(tx: TenantRead, is: Sql): Promise<Sql | undefined> {
  const few = sql`(SELECT e.* FROM security_event e WHERE ${is} ORDER BY e.address COLLATE "C" LIMIT ${LOOKED_AT + 1})`;
  const [row] = await tx.$queryRaw<{ many: number }[]>`SELECT count(*)::int AS many FROM ${few} e`;
  return (row?.many ?? 0) > LOOKED_AT ? undefined : few;
}

async function isOfThem(tx: TenantRead, account: string, ids: readonly string[]): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT FROM extension x WHERE x.sip_username = ${account} AND x.tenant_id = ANY (${ids}::uuid[])`;
  return rows.length > 0;
}

const MOST_TENANTS = 5_000;

/** Whose events are asked for, of those that may be seen; undefined: everybody's. */
async function tenantsAsked(tx: TenantRead, tenantId: TenantId, slug: string | undefined) {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM tenant t WHERE (${slug || null}::text IS NULL OR t.slug = ${slug || null}::text)
      AND (${slug || null}::text IS NOT NULL OR NOT EXISTS (SELECT FROM tenant o WHERE o.id = ${tenantId}::uuid AND o.kind = 'operator'))
    ORDER BY t.id LIMIT ${MOST_TENANTS}`;
  return rows.length === 0 && !slug ? undefined : rows.map(({ id }) => id);
}

/** So many events as the order wants, of whom they are asked: of a few tenants each has its own index. */
export const eventsOf = ({ of, ids }: Pick<Asked, "of" | "ids">, where: Sql, inOrder: Sql): Sql =>
  ids
    ? sql`SELECT e.* FROM unnest(${ids}::uuid[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT e.* FROM security_event e WHERE e.tenant_id = asked.id AND ${where} ${inOrder}) e ${inOrder}`
    : sql`SELECT e.* FROM ${of} e WHERE ${where} ${inOrder}`;

/** So many events are looked at for one answer, and no more: what is asked may be rare. */
export const LOOKED_AT = 20_000;

/**
 * The moment, in microseconds, from which on all of `where` are among those that are looked at; null: they all are. Of several
 * tenants each has its share.
 */
export async function lookedSince(tx: TenantRead, { of, ids }: Asked, where: Sql): Promise<string | null> {
  const share = ids ? Math.max(100, Math.ceil(LOOKED_AT / Math.max(1, ids.length))) : LOOKED_AT;
  const place = sql`ORDER BY e.at DESC, e.id DESC OFFSET ${share - 1} LIMIT 1`;
  const bounds = ids
    ? sql`SELECT e.at FROM unnest(${ids}::uuid[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT e.at FROM security_event e WHERE e.tenant_id = asked.id AND ${where} ${place}) e`
    : sql`SELECT e.at FROM ${of} e WHERE ${where} ${place}`;
  const [row] = await tx.$queryRaw<{ us: bigint | null }[]>`
    SELECT (extract(epoch FROM max(b.at)) * 1000000)::bigint AS us FROM (${bounds}) b`;
  return row?.us == null ? null : String(row.us);
}

/** A moment in microseconds, as the database has it. */
export const momentOf = (us: string) => sql`timestamptz 'epoch' + ${us}::bigint * interval '1 microsecond'`;

/** As severityOf has it. */
function asBadAs(severity: SecurityEventSeverity): Sql {
  const type = sql`e.type = ANY (${typesOf(severity)}::text[])`;
  const nameless = sql`(e.username = '' AND e.type = ANY (${passwordGuesses}::text[]))`;
  if (severity === "high") return sql`${type} AND NOT ${nameless}`;
  return severity === "medium" ? sql`(${type} OR ${nameless})` : type;
}

async function isLeftOut(tx: TenantRead, { kind, value }: LeftOut): Promise<Sql> {
  if (kind === "address") return (await atAddress(tx, value)).is;
  if (kind === "account") return sql`e.username = ${value}`;
  if (kind === "type") return sql`e.type = ${value}`;
  if (kind === "transport") return sql`e.transport = ${value}`;
  return sql`e.tenant_id IN (SELECT id FROM tenant WHERE slug = ${value})`;
}

const isWhole = (address: string) => !address.includes("/");

/** An address or a network, and whether an index has all of it together. */
async function atAddress(tx: TenantRead, address: string): Promise<{ is: Sql; together: boolean }> {
  if (isWhole(address)) return { is: sql`e.address COLLATE "C" = ${address}`, together: true };
  const [row] = await tx.$queryRaw<{ network: string }[]>`SELECT network_of(split_part(${address}, '/', 1)) AS network`;
  const network = row?.network ?? "";
  if (network !== address.toLowerCase())
    throw new DomainError(
      "invalid_input",
      { field: "address" },
      "Give one address, or a whole network such as 203.0.113.0/24 or 2001:db8:0:1::/64.",
    );
  const [, dots] = /^(\d+\.\d+\.\d+\.)0\/24$/.exec(network) ?? [];
  if (!dots) return { is: sql`network_of(e.address) = ${network}`, together: false };
  // The addresses of a network stand together: from its first three numbers on, up to the letter after the dot.
  const next = `${dots.slice(0, -1)}/`;
  return { is: sql`(e.address COLLATE "C" >= ${dots} AND e.address COLLATE "C" < ${next})`, together: true };
}
