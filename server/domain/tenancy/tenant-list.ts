import { z } from "zod";

import type { TenantFilter } from "@/server/domain/tenancy/tenant-list.schema";
import { INACTIVE_DAYS, LOW_RUNWAY_DAYS, type TenantOrder } from "@/server/domain/tenancy/tenant-view.schema";
import { sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** How a tenant below stands. Money in micros of its own currency, but the margin in that of whoever looks. */
export type TenantHealth = {
  readonly slug: string;
  readonly name: string;
  readonly kind: "reseller" | "customer";
  readonly state: "active" | "suspended";
  readonly parentSlug: string;
  readonly parentName: string;
  readonly planName: string | null;
  readonly currency: string;
  readonly availableMicros: bigint;
  /** Of itself and by itself, on its own calendar's today. */
  readonly spentTodayMicros: bigint;
  /** How long the credit lasts at the pace of the last seven days; null where nothing was spent. Never below 0. */
  readonly runwayDays: number | null;
  readonly liveCalls: number;
  /** Incidents that are not over and touch its phones. */
  readonly openIncidents: number;
  /**
   * What whoever looks earned with it and all below it in 30 days, corrections included; null for tenants that buy from
   * somebody in between (theirs is that one's secret), and for money of another currency.
   */
  readonly marginMicros: bigint | null;
  readonly phones: number;
  readonly phonesOnline: number;
  readonly createdAt: Date;
};
type Stored = TenantHealth & { keyText: string; keyNumber: string };

const cursorSchema = z.tuple([z.string().max(900), z.string().regex(/^-?\d{1,30}(\.\d{1,30})?$/), z.string().max(63)]);

const cursorOf = ({ keyText, keyNumber, slug }: Stored): string =>
  Buffer.from(JSON.stringify([keyText, keyNumber, slug])).toString("base64url");

function readCursor(cursor: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new DomainError("invalid_input", { field: "cursor" }, "That is not a cursor of this list.");
  }
}

const orderOf = (sort: TenantOrder) =>
  sort.startsWith("-")
    ? // What has no runway or margin stands last, whichever way round.
      { key: sort.slice(1), none: sql`-1e25`, way: sql`DESC`, follows: sql`<` }
    : { key: sort, none: sql`1e25`, way: sql`ASC`, follows: sql`>` };

/**
 * A page of everybody below a tenant with how they stand, by key: what changes meanwhile skips nobody and doubles nobody.
 * One statement whatever their number. With how many match. Wants a subtree transaction.
 * @throws DomainError invalid_input for a cursor that is none.
 */
export async function listTenants(
  tx: TenantRead,
  tenantId: TenantId,
  { view, sort, text, cursor, limit }: TenantFilter,
): Promise<{ items: TenantHealth[]; nextCursor: string | null; matching: number }> {
  const [keyText = null, keyNumber = null, slug = null] = cursor ? readCursor(cursor) : [];
  const like = text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const { key, none, way, follows } = orderOf(sort);
  const rows = await tx.$queryRaw<(Stored & { matching: number })[]>`
    WITH branch AS MATERIALIZED (
      SELECT t.id, t.slug, t.name, t.kind, t.state, up.slug AS "parentSlug", up.name AS "parentName", p.name AS "planName", t.currency,
        t.created_at AS "createdAt", (now() AT TIME ZONE t.time_zone)::date AS today, b.depth,
        coalesce(w.posted_micros - w.held_micros + w.credit_limit_micros, 0) AS "availableMicros"
      FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id JOIN tenant up ON up.id = t.parent_id
      LEFT JOIN plan p ON p.id = t.plan_id LEFT JOIN wallet w ON w.tenant_id = t.id AND w.currency = t.currency
      WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0
        AND (${like}::text IS NULL OR t.name ILIKE ${like}::text OR t.slug ILIKE ${like}::text)
    ), spent AS (
      SELECT s.tenant_id, sum(s.charged_micros) FILTER (WHERE s.day = b.today) AS today,
        sum(s.charged_micros) FILTER (WHERE s.day > b.today - 7) AS week, sum(s.calls) AS calls
      FROM spend_day s JOIN branch b ON b.id = s.tenant_id
      WHERE s.day > current_date - ${INACTIVE_DAYS + 1}::int AND s.day > b.today - ${INACTIVE_DAYS}::int AND s.day <= b.today GROUP BY 1
    ), live AS (SELECT tenant_id, count(*)::int AS calls FROM call WHERE state <> 'ended' GROUP BY 1
    ), phones AS (SELECT tenant_id, count(*)::int AS phones FROM extension GROUP BY 1
    ), online AS (SELECT tenant_id, count(DISTINCT extension_id)::int AS phones FROM registration WHERE expires_at > now() GROUP BY 1
    ), incidents AS (SELECT tenant_slug, count(*)::int AS n FROM incident_notices(10000) WHERE state <> 'over' GROUP BY 1
    ), margin AS (
      SELECT u.value, sum(u.revenue_micros - u.cost_micros)::bigint AS micros
      FROM usage_earned(now() - interval '30 days', now()) u
      WHERE u.currency = (SELECT currency FROM tenant WHERE id = ${tenantId}::uuid) GROUP BY 1
    ), health AS (
      SELECT b.*, coalesce(s.today, 0)::bigint AS "spentTodayMicros",
        CASE WHEN s.week > 0 THEN round(greatest(b."availableMicros", 0) * 7 / s.week, 2) END AS runway,
        coalesce(l.calls, 0) AS "liveCalls", coalesce(i.n, 0) AS "openIncidents", coalesce(ph.phones, 0) AS phones, coalesce(o.phones, 0) AS "phonesOnline",
        CASE WHEN b.depth = 1 AND b.currency = (SELECT currency FROM tenant WHERE id = ${tenantId}::uuid) THEN coalesce(m.micros, 0) END AS "marginMicros",
        coalesce(s.calls, 0) = 0 AND b."createdAt" < now() - ${INACTIVE_DAYS}::int * interval '1 day' AS inactive
      FROM branch b LEFT JOIN spent s ON s.tenant_id = b.id LEFT JOIN live l ON l.tenant_id = b.id LEFT JOIN phones ph ON ph.tenant_id = b.id
      LEFT JOIN online o ON o.tenant_id = b.id LEFT JOIN incidents i ON i.tenant_slug = b.slug LEFT JOIN margin m ON m.value = b.id::text
    ), found AS (
      SELECT *, CASE ${key} WHEN 'name' THEN lower(name) ELSE '' END COLLATE "C" AS "keyText",
        CASE ${key} WHEN 'balance' THEN "availableMicros"::numeric WHEN 'runway' THEN coalesce(runway, ${none}) WHEN 'spent' THEN -"spentTodayMicros"::numeric
          WHEN 'calls' THEN -"liveCalls"::numeric WHEN 'margin' THEN coalesce("marginMicros"::numeric, ${none})
          WHEN 'created' THEN -extract(epoch FROM "createdAt") ELSE 0 END AS "keyNumber"
      FROM health WHERE CASE ${view} WHEN 'runway' THEN runway < ${LOW_RUNWAY_DAYS}::int OR "availableMicros" <= 0 WHEN 'incidents' THEN "openIncidents" > 0
        WHEN 'inactive' THEN inactive WHEN 'negative' THEN "marginMicros" < 0 ELSE true END
    )
    SELECT slug, name, kind, state, "parentSlug", "parentName", "planName", currency, "availableMicros", "spentTodayMicros",
      runway::float8 AS "runwayDays", "liveCalls", "openIncidents", "marginMicros", phones, "phonesOnline", "createdAt", "keyText",
      "keyNumber"::text AS "keyNumber", (SELECT count(*)::int FROM found) AS matching
    FROM found
    WHERE ${slug}::text IS NULL OR ("keyText", "keyNumber", slug COLLATE "C") ${follows} (${keyText}::text COLLATE "C", ${keyNumber}::numeric, ${slug}::text COLLATE "C")
    ORDER BY "keyText" ${way}, found."keyNumber" ${way}, slug COLLATE "C" ${way} LIMIT ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ keyText: _text, keyNumber: _number, matching: _matching, ...row }) => row),
    nextCursor: rows.length > limit && last ? cursorOf(last) : null,
    matching: rows[0]?.matching ?? 0,
  };
}
