import { orderOf, placeOf } from "@/server/domain/provisioning/extension-order";
import type { ExtensionSort } from "@/server/domain/provisioning/extension-sort.schema";
import type { ExtensionStatus } from "@/server/domain/provisioning/extension-status.schema";
import { emergencyNumbersOf } from "@/server/domain/rating/emergency.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

const FIRST_NUMBER = 101;
const LAST_NUMBER = 999_999;

export type Registration = {
  readonly since: Date;
  readonly userAgent: string;
  readonly address: string;
  readonly expiresAt: Date;
};

export type ExtensionRow = {
  readonly id: ExtensionId;
  readonly number: string;
  readonly displayName: string;
  readonly callerId: string | null;
  readonly state: "active" | "suspended";
  readonly sipUsername: string;
  readonly createdAt: Date;
  readonly secretCreatedAt: Date;
  readonly maxCalls: number;
  readonly dailyCapMicros: Micros | null;
  /** The phone that registered last and is still there. */
  readonly registration: Registration | null;
  readonly lastSeenAt: Date | null;
  /** Since when its calls are stopped, by an incident or a person; null while they are not. Emergency calls pass. */
  readonly stoppedAt: Date | null;
  /** Charged calls of today, in the tenant's time zone. */
  readonly callsToday: number;
  readonly costTodayMicros: Micros;
};

type Stored = Omit<ExtensionRow, "registration" | "dailyCapMicros" | "costTodayMicros"> & {
  dailyCapMicros: bigint | null;
  costTodayMicros: bigint;
  since: Date | null;
  userAgent: string | null;
  address: string | null;
  expiresAt: Date | null;
};

function rowOf({ since, userAgent, address, expiresAt, ...row }: Stored): ExtensionRow {
  const registered = since && expiresAt;
  return {
    ...row,
    dailyCapMicros: row.dailyCapMicros === null ? null : micros(row.dailyCapMicros),
    costTodayMicros: micros(row.costTodayMicros),
    registration: registered ? { since, userAgent: userAgent ?? "", address: address ?? "", expiresAt } : null,
  };
}

/** The extensions of a tenant that pass a filter, all without one, with their phones and today's calls, by number. */
export const listExtensions = (
  tx: TenantRead,
  tenantId: TenantId,
  filter: ExtensionFilter = {},
): Promise<ExtensionRow[]> => select(tx, tenantId, wantedOf(filter));

export const PAGE_ROWS = 100;

export type ExtensionFilter = Readonly<{
  /** Part of a number, a name or a user name. */
  text?: string | undefined;
  status?: ExtensionStatus | undefined;
  /** Only those that were not seen for so many days, or never and made before. */
  unusedDays?: number | undefined;
  sort?: ExtensionSort | undefined;
  /** The place after which the page begins, as the page before gave it. */
  after?: string | undefined;
}>;

export type ExtensionPage = Readonly<{
  items: readonly ExtensionRow[];
  /** After which the next page begins; null on the last. */
  nextAfter: string | null;
  /** Of the whole tenant, whatever the filter. */
  total: number;
  registered: number;
}>;

/** A page of a tenant's extensions, by number unless by name is asked for, with how many there are and how many are registered. */
export async function pageOfExtensions(
  tx: TenantRead,
  tenantId: TenantId,
  filter: ExtensionFilter,
): Promise<ExtensionPage> {
  const rows = await select(tx, tenantId, { ...wantedOf(filter), limit: PAGE_ROWS + 1 });
  const [counts] = await tx.$queryRaw<{ total: number; registered: number }[]>`
    SELECT count(*)::int AS total, (SELECT count(DISTINCT extension_id)::int FROM registration
      WHERE tenant_id = ${tenantId}::uuid AND expires_at > now()) AS registered
    FROM extension WHERE tenant_id = ${tenantId}::uuid`;
  const items = rows.slice(0, PAGE_ROWS);
  const nextAfter = rows.length > PAGE_ROWS ? placeOf(items.at(-1), filter.sort) : null;
  return { items, nextAfter, total: counts?.total ?? 0, registered: counts?.registered ?? 0 };
}

/**
 * One extension as the list has it.
 * @throws DomainError not_found when it is not this tenant's.
 */
export async function getExtension(tx: TenantRead, tenantId: TenantId, id: ExtensionId): Promise<ExtensionRow> {
  const [row] = await select(tx, tenantId, { ...everything, id });
  if (!row) throw new DomainError("not_found", { extensionId: id });
  return row;
}

/**
 * The id of the extension with a number.
 * @throws DomainError not_found when the tenant has none.
 */
export async function getExtensionId(tx: TenantRead, tenantId: TenantId, number: string): Promise<ExtensionId> {
  const row = await tx.extension.findFirst({ where: { tenantId, number }, select: { id: true } });
  if (!row) throw new DomainError("not_found", { field: "number", number });
  return row.id as ExtensionId;
}

type Wanted = Readonly<{
  id: ExtensionId | null;
  like: string | null;
  status: ExtensionStatus | null;
  unusedDays: number | null;
  sort: ExtensionSort;
  after: string | null;
  limit: number | null;
}>;
const everything: Wanted = {
  id: null,
  like: null,
  status: null,
  unusedDays: null,
  sort: "number",
  after: null,
  limit: null,
};

const wantedOf = ({ text, status, unusedDays, sort, after }: ExtensionFilter): Wanted => ({
  ...everything,
  like: text ? `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null,
  status: status ?? null,
  unusedDays: unusedDays ?? null,
  sort: sort ?? "number",
  after: after ?? null,
});

/** The page is cut out before anything is looked up beside it, so that it costs the same among a hundred and ten thousand. */
async function select(tx: TenantRead, tenantId: TenantId, wanted: Wanted): Promise<ExtensionRow[]> {
  const { id, like, status, unusedDays, limit } = wanted;
  const { after, by } = orderOf(wanted);
  const rows = await tx.$queryRaw<Stored[]>`
    WITH page AS MATERIALIZED (
      SELECT x.* FROM extension x
      CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM registration g WHERE g.extension_id = x.id AND g.expires_at > now() AND ${status}::text IS NOT NULL) AS there) p
      WHERE x.tenant_id = ${tenantId}::uuid AND (${id}::uuid IS NULL OR x.id = ${id}::uuid)
        AND ${after}
        AND (${like}::text IS NULL OR x.number LIKE ${like}::text OR x.display_name ILIKE ${like}::text OR x.sip_username LIKE ${like}::text)
        AND (${unusedDays}::int IS NULL
          OR coalesce(x.last_seen_at, x.created_at) < now() - make_interval(days => ${unusedDays}::int) AND NOT EXISTS (
            SELECT FROM registration g WHERE g.extension_id = x.id AND g.expires_at > now()))
        AND (${status}::text IS NULL OR CASE ${status}::text WHEN 'suspended' THEN x.state = 'suspended' WHEN 'registered' THEN p.there
          WHEN 'offline' THEN NOT p.there AND x.last_seen_at IS NOT NULL ELSE NOT p.there AND x.last_seen_at IS NULL END)
      ORDER BY ${by("x")} LIMIT ${limit}::int)
    SELECT e.id, e.number, e.display_name AS "displayName", e.caller_id AS "callerId", e.state, e.sip_username AS "sipUsername",
      e.created_at AS "createdAt", e.secret_created_at AS "secretCreatedAt", e.max_calls AS "maxCalls", e.daily_cap_micros AS "dailyCapMicros",
      e.last_seen_at AS "lastSeenAt", coalesce(s.calls, 0) AS "callsToday", coalesce(s.charged_micros, 0) AS "costTodayMicros",
      (SELECT min(k.created_at) FROM block k WHERE k.tenant_id = e.tenant_id AND k.lifted_at IS NULL
        AND (k.kind = 'tenant' OR (k.kind = 'extension' AND k.extension_id = e.id))) AS "stoppedAt",
      r.since, r.user_agent AS "userAgent", r.address, r.expires_at AS "expiresAt"
    FROM page e
    JOIN tenant t ON t.id = e.tenant_id
    LEFT JOIN spend_day s ON s.tenant_id = e.tenant_id AND s.extension_id = e.id AND s.day = (now() AT TIME ZONE t.time_zone)::date
    LEFT JOIN LATERAL (
      SELECT * FROM registration WHERE extension_id = e.id AND expires_at > now() ORDER BY expires_at DESC LIMIT 1) r ON true
    ORDER BY ${by("e")}`;
  return rows.map(rowOf);
}

export type ExtensionEvent = { readonly at: Date; readonly type: string; readonly address: string };

/** What the telephone system noticed about an extension's phone lately, newest first. */
export async function listExtensionEvents(
  tx: TenantRead,
  tenantId: TenantId,
  sipUsername: string,
): Promise<ExtensionEvent[]> {
  return tx.securityEvent.findMany({
    where: { tenantId, username: sipUsername },
    select: { at: true, type: true, address: true },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: 50,
  });
}

export type RegistrationEvent = {
  readonly at: Date;
  readonly kind: "registered" | "moved" | "unregistered" | "expired";
  readonly address: string;
  readonly userAgent: string;
  readonly transport: string;
};

/** When an extension's phones came, moved and went within the last month, newest first. */
export async function listRegistrationEvents(
  tx: TenantRead,
  tenantId: TenantId,
  extensionId: ExtensionId,
): Promise<RegistrationEvent[]> {
  const rows = await tx.registrationEvent.findMany({
    where: { tenantId, extensionId },
    select: { at: true, kind: true, address: true, userAgent: true, transport: true },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: 50,
  });
  return rows.map(({ kind, ...row }) => ({ ...row, kind: kind as RegistrationEvent["kind"] }));
}

/**
 * A free number for the next extension: the one after the highest in use, 101 for the first, never an emergency number.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function suggestNumber(tx: TenantRead, tenantId: TenantId): Promise<string> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { country: true } });
  if (!tenant) throw new DomainError("not_found");
  const rows = await tx.extension.findMany({ where: { tenantId }, select: { number: true } });
  const taken = new Set([...rows.map((row) => row.number), ...emergencyNumbersOf(tenant.country)]);
  const highest = rows.reduce((most, row) => Math.max(most, Number(row.number)), FIRST_NUMBER - 1);
  for (let next = highest + 1; next <= LAST_NUMBER; next += 1) if (!taken.has(String(next))) return String(next);
  for (let next = FIRST_NUMBER; next < highest; next += 1) if (!taken.has(String(next))) return String(next);
  throw new DomainError("number_taken", {}, "Every extension number is in use.");
}
