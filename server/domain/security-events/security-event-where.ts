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
  /** What an index finds in the order of time. */
  by: Sql;
  /** What has to be looked at event by event; undefined: nothing. */
  rest: Sql | undefined;
  /** Whose; undefined: everybody's. */
  ids: readonly string[] | undefined;
}>;

const all = (parts: readonly Sql[]): Sql => parts.reduce((whole, part) => sql`${whole} AND ${part}`, sql`true`);

/** Only what narrows is asked, and the narrowest first, so that each question finds its index. */
export async function askedFor(tx: TenantRead, tenantId: TenantId, filter: SecurityEventFilter): Promise<Asked> {
  const { type, severity, address, account, transport, from, to, since, until } = filter;
  const zone = sql`(SELECT time_zone FROM tenant WHERE id = ${tenantId}::uuid)`;
  const place = address ? await atAddress(tx, address) : undefined;
  const listed = place && (isWhole(address ?? "") || !address?.includes(":"));
  const indexed: Sql[] = listed ? [place] : [];
  if (account) indexed.push(sql`e.username = ${account}`);
  if (type) indexed.push(sql`e.type = ${type}`);
  const [found, ...rest] = indexed;
  if (place && !listed) rest.push(place);
  if (severity) rest.push(asBadAs(severity));
  if (transport) rest.push(sql`e.transport = ${transport}`);
  for (const one of leftOut(filter.not)) rest.push(sql`NOT (${await isLeftOut(tx, one)})`);
  const times: Sql[] = [];
  if (from) times.push(sql`e.at >= (${from}::date::timestamp AT TIME ZONE ${zone})`);
  if (to) times.push(sql`e.at < ((${to}::date::timestamp + interval '1 day') AT TIME ZONE ${zone})`);
  if (since) times.push(sql`e.at >= ${since}::timestamptz`);
  if (until) times.push(sql`e.at < ${until}::timestamptz`);
  return {
    by: all(found ? [found, ...times] : times),
    rest: rest.length > 0 ? all(rest) : undefined,
    ids: await tenantsAsked(tx, tenantId, filter.tenant),
  };
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
export const eventsOf = (ids: Asked["ids"], where: Sql, inOrder: Sql): Sql =>
  ids
    ? sql`SELECT e.* FROM unnest(${ids}::uuid[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT e.* FROM security_event e WHERE e.tenant_id = asked.id AND ${where} ${inOrder}) e ${inOrder}`
    : sql`SELECT e.* FROM security_event e WHERE ${where} ${inOrder}`;

/** So many events are looked at for one answer, and no more: what is asked may be rare. */
export const LOOKED_AT = 20_000;

/**
 * The moment, in microseconds, from which on all of `where` are among those that are looked at; null: they all are. Of several
 * tenants each has its share.
 */
export async function lookedSince(tx: TenantRead, { ids }: Asked, where: Sql): Promise<string | null> {
  const share = ids ? Math.max(100, Math.ceil(LOOKED_AT / Math.max(1, ids.length))) : LOOKED_AT;
  const place = sql`ORDER BY e.at DESC, e.id DESC OFFSET ${share - 1} LIMIT 1`;
  const bounds = ids
    ? sql`SELECT e.at FROM unnest(${ids}::uuid[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT e.at FROM security_event e WHERE e.tenant_id = asked.id AND ${where} ${place}) e`
    : sql`SELECT e.at FROM security_event e WHERE ${where} ${place}`;
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
  if (kind === "address") return atAddress(tx, value);
  if (kind === "account") return sql`e.username = ${value}`;
  if (kind === "type") return sql`e.type = ${value}`;
  if (kind === "transport") return sql`e.transport = ${value}`;
  return sql`e.tenant_id IN (SELECT id FROM tenant WHERE slug = ${value})`;
}

const isWhole = (address: string) => !address.includes("/");

async function atAddress(tx: TenantRead, address: string): Promise<Sql> {
  if (isWhole(address)) return sql`e.address COLLATE "C" = ${address}`;
  const [row] = await tx.$queryRaw<{ network: string }[]>`SELECT network_of(split_part(${address}, '/', 1)) AS network`;
  const network = row?.network ?? "";
  if (network !== address.toLowerCase())
    throw new DomainError(
      "invalid_input",
      { field: "address" },
      "Give one address, or a whole network such as 203.0.113.0/24 or 2001:db8:0:1::/64.",
    );
  const [, dots] = /^(\d+\.\d+\.\d+\.)0\/24$/.exec(network) ?? [];
  // The addresses of a network stand together: from its first three numbers on, up to the letter after the dot.
  if (dots) return sql`e.address COLLATE "C" >= ${dots} AND e.address COLLATE "C" < ${`${dots.slice(0, -1)}/`}`;
  return sql`network_of(e.address) = ${network}`;
}
