import { formatCaller, formatNumber } from "@/server/domain/calls/number-format";
import type { Hit } from "@/server/domain/search/hit";
import type { Reading } from "@/server/domain/search/reading.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

type Found = Readonly<{
  id: string;
  slug: string;
  tenant: string;
  kind: string;
  dialled: string;
  to: string | null;
  from: string | null;
  extension: string;
  outcome: string;
  at: Date;
}>;

/** Of one place. */
const MOST = 6;
/** A part of a number is looked for in so many of the newest calls. */
const NEWEST = 5_000;
const LEAST_PART = 3;

/** The calls of an id or a number, at the tenant and below it, newest first; then those with such a part, at the tenant itself. */
export async function findCalls(tx: TenantRead, tenantId: TenantId, reading: Reading): Promise<readonly Hit[]> {
  if (reading.id !== undefined) return (await byId(tx, tenantId, reading.id)).map(hitOf(true));
  if (reading.digits === undefined) return [];
  const exact = reading.numbers.length > 0 ? await ofNumbers(tx, tenantId, reading.numbers) : [];
  if (exact.length >= MOST || reading.digits.length < LEAST_PART) return exact.map(hitOf(true));
  // A national number begins with a zero that its full form does not have.
  const part = reading.digits.replace(/^0/, "");
  const more = await byPart(tx, tenantId, part.length < LEAST_PART ? reading.digits : part, MOST - exact.length);
  const known = new Set(exact.map(({ id }) => id));
  return [...exact.map(hitOf(true)), ...more.filter(({ id }) => !known.has(id)).map(hitOf(false))];
}

const byId = (tx: TenantRead, tenantId: TenantId, id: string) => tx.$queryRaw<Found[]>`
  SELECT c.id, t.slug, t.name AS tenant, c.kind, c.dialled, c.to_e164 AS "to", c.from_number AS "from", c.extension_number AS extension,
    coalesce(c.outcome, c.state) AS outcome, c.started_at AS at
  FROM (SELECT * FROM call_record WHERE id = ${id}::uuid OFFSET 0) c JOIN tenant_below b ON b.descendant_id = c.tenant_id JOIN tenant t ON t.id = c.tenant_id
  WHERE b.ancestor_id = ${tenantId}::uuid LIMIT ${MOST}`;

/** What is over long ago is looked for where what is younger is not enough. */
async function ofNumbers(tx: TenantRead, tenantId: TenantId, numbers: readonly string[]): Promise<readonly Found[]> {
  const recent = await byNumber(tx, tenantId, numbers);
  if (recent.length >= MOST) return recent;
  const all = [...recent, ...(await byNumberLongAgo(tx, tenantId, numbers))];
  return all.toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? -1 : 1)).slice(0, MOST);
}

/** For each tenant the newest by the index; those that go on are few. */
const byNumber = (tx: TenantRead, tenantId: TenantId, numbers: readonly string[]) => tx.$queryRaw<Found[]>`
  SELECT c.id, t.slug, t.name AS tenant, c.kind, c.dialled, c.to_e164 AS "to", c.from_number AS "from", c.extension_number AS extension,
    coalesce(c.outcome, c.state) AS outcome, c.started_at AS at
  FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id CROSS JOIN unnest(${[...numbers]}::text[]) n CROSS JOIN LATERAL (
    (SELECT * FROM call WHERE tenant_id = b.descendant_id AND state = 'ended' AND to_e164 = n ORDER BY started_at DESC LIMIT ${MOST})
    UNION ALL
    (SELECT * FROM call WHERE tenant_id = b.descendant_id AND state = 'ended' AND from_number = '+' || n ORDER BY started_at DESC LIMIT ${MOST})
    UNION ALL
    (SELECT * FROM call WHERE tenant_id = b.descendant_id AND state <> 'ended' AND (to_e164 = n OR from_number = '+' || n) LIMIT ${MOST})) c
  WHERE b.ancestor_id = ${tenantId}::uuid ORDER BY c.started_at DESC, c.id LIMIT ${MOST}`;

/** The months are in the order of numbers, not of tenants. */
const byNumberLongAgo = (tx: TenantRead, tenantId: TenantId, numbers: readonly string[]) => tx.$queryRaw<Found[]>`
  WITH below AS MATERIALIZED (SELECT descendant_id AS id FROM tenant_below WHERE ancestor_id = ${tenantId}::uuid)
  SELECT c.id, t.slug, t.name AS tenant, c.kind, c.dialled, c.to_e164 AS "to", c.from_number AS "from", c.extension_number AS extension,
    coalesce(c.outcome, c.state) AS outcome, c.started_at AS at
  FROM unnest(${[...numbers]}::text[]) n CROSS JOIN LATERAL (
    (SELECT * FROM call_record WHERE filed IS NOT NULL AND to_e164 = n AND tenant_id IN (SELECT id FROM below) ORDER BY started_at DESC LIMIT ${MOST})
    UNION ALL
    (SELECT * FROM call_record WHERE filed IS NOT NULL AND from_number = '+' || n AND tenant_id IN (SELECT id FROM below) ORDER BY started_at DESC LIMIT ${MOST})) c
  JOIN tenant t ON t.id = c.tenant_id ORDER BY c.started_at DESC, c.id LIMIT ${MOST}`;

const byPart = (tx: TenantRead, tenantId: TenantId, part: string, most: number) => tx.$queryRaw<Found[]>`
  SELECT c.id, t.slug, t.name AS tenant, c.kind, c.dialled, c.to_e164 AS "to", c.from_number AS "from", c.extension_number AS extension,
    coalesce(c.outcome, c.state) AS outcome, c.started_at AS at
  FROM (SELECT * FROM call_record WHERE tenant_id = ${tenantId}::uuid ORDER BY started_at DESC, id DESC LIMIT ${NEWEST}) c JOIN tenant t ON t.id = c.tenant_id
  WHERE strpos(coalesce(c.to_e164, ''), ${part}) > 0 OR strpos(c.dialled, ${part}) > 0 OR strpos(coalesce(c.from_number, ''), ${part}) > 0
  ORDER BY c.started_at DESC, c.id LIMIT ${most}`;

const hitOf =
  (exact: boolean) =>
  (row: Found): Hit => {
    const inbound = row.kind === "inbound";
    const title = inbound
      ? t("From {caller}", { caller: formatCaller(row.from) ?? t("nobody") })
      : row.to
        ? formatNumber(row.to)
        : row.dialled;
    return {
      kind: "call",
      id: row.id,
      slug: row.slug,
      tenant: row.tenant,
      title,
      detail: row.extension,
      state: row.outcome,
      at: row.at,
      exact,
    };
  };
