import { formatNumber } from "@/server/domain/calls/number-format";
import { titleText } from "@/server/domain/incidents/incident-title";
import { findCalls } from "@/server/domain/search/find-calls";
import type { Hit } from "@/server/domain/search/hit";
import { literally, type Reading, readText } from "@/server/domain/search/reading.rules";
import type { Permission } from "@/server/domain/tenancy/roles";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

type Row = Omit<Hit, "kind" | "tenant" | "state" | "at"> & { tenant: string; state?: string; at?: Date | null };
type Asked = Readonly<{ tx: TenantRead; tenantId: TenantId; reading: Reading }>;

const MOST = 6;

/**
 * What a person may see of a text, at the tenant and below it: calls, extensions, numbers, transactions, statements, incidents,
 * bans and tenants; what names it exactly comes first. Wants a subtree transaction. Nothing is looked for without the
 * permission to read it, and nothing by more than an index, the newest calls, or what one tenant has by hand.
 * @throws DomainError not_found when the tenant is not visible.
 */
export async function find(
  tx: TenantRead,
  tenantId: TenantId,
  text: string,
  can: (permission: Permission) => boolean,
): Promise<readonly Hit[]> {
  const [tenant] = await tx.$queryRaw<{ kind: string; country: string }[]>`
    SELECT kind, country FROM tenant WHERE id = ${tenantId}::uuid`;
  if (!tenant) throw new DomainError("not_found");
  const reading = readText(text, tenant.country);
  const asked: Asked = { tx, tenantId, reading };
  const root = tenant.kind === "operator";
  const found: Hit[] = [];
  if (can("extensions.read")) found.push(...as("extension", await extensions(asked)));
  if (can("numbers.read")) found.push(...as("number", await numbers(asked)));
  if (can("calls.read")) found.push(...(await findCalls(tx, tenantId, reading)));
  if (can("balance.read"))
    found.push(...as("transaction", await transactions(asked)), ...as("statement", await statements(asked)));
  // Their pages are the operator's.
  if (root && can("incidents.read")) found.push(...as("incident", await incidents(asked)));
  if (root && can("bans.read")) found.push(...as("ban", await bans(asked)));
  if (can("tenants.read")) found.push(...as("tenant", await tenants(asked)));
  return found.toSorted((a, b) => Number(b.exact) - Number(a.exact));
}

const as = (kind: Hit["kind"], rows: readonly Row[]): readonly Hit[] =>
  rows.map((row) => ({ kind, ...row, state: row.state ?? "", at: row.at ?? null }));

/** By id, address and number wherever they are; by a part of the name at the tenant itself. */
async function extensions({ tx, tenantId, reading }: Asked): Promise<readonly Row[]> {
  const { id = null, address = null, digits = null, text } = reading;
  const short = digits !== null && digits.length <= 6 ? digits : null;
  const from = address?.includes(":") ? `[${address}]` : address;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT x.id, t.slug, t.name AS tenant, x.number || ' ' || x.display_name AS title,
      coalesce(x.address, '') AS detail, x.state, x.exact
    FROM (
      (SELECT e.*, NULL::text AS address, true AS exact FROM extension e WHERE e.id = ${id}::uuid)
      UNION ALL
      (SELECT e.*, NULL, true FROM extension e WHERE e.sip_username = lower(${text}))
      UNION ALL
      (SELECT e.*, NULL, true FROM tenant_below b JOIN extension e ON e.tenant_id = b.descendant_id AND e.number = ${short}::text
        WHERE b.ancestor_id = ${tenantId}::uuid ORDER BY b.depth, b.descendant_id LIMIT ${MOST})
      UNION ALL
      (SELECT e.*, r.address, true FROM registration r JOIN extension e ON e.tenant_id = r.tenant_id AND e.id = r.extension_id
        WHERE r.address = ${from}::text OR (r.address ~>=~ (${from}::text || ':') AND r.address ~<~ (${from}::text || ';')) LIMIT ${MOST})
      UNION ALL
      (SELECT e.*, NULL, false FROM extension e WHERE e.tenant_id = ${tenantId}::uuid AND ${address}::text IS NULL AND e.number IS DISTINCT FROM ${short}::text
        AND (e.display_name ILIKE ${`%${literally(text)}%`} OR e.number LIKE ${`${literally(digits ?? text)}%`})
        ORDER BY length(e.number), e.number LIMIT ${MOST})) x
    JOIN tenant t ON t.id = x.tenant_id LIMIT 12`;
  return rows.map((row) => ({
    ...row,
    detail: row.detail === "" ? t("Extension") : t("Registered from {address}", { address: row.detail }),
  }));
}

async function numbers({ tx, tenantId, reading }: Asked): Promise<readonly Row[]> {
  const { digits } = reading;
  if (digits === undefined) return [];
  const part = digits.replace(/^0/, "") || digits;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT x.number AS id, t.slug, t.name AS tenant, x.number AS title, '' AS detail, x.exact
    FROM (
      (SELECT d.*, true AS exact FROM did d WHERE d.number = ANY (${[...reading.numbers]}::text[]))
      UNION ALL
      (SELECT d.*, false FROM did d WHERE d.tenant_id = ${tenantId}::uuid AND d.number <> ALL (${[...reading.numbers]}::text[])
        AND strpos(d.number, ${part}) > 0 ORDER BY d.number LIMIT ${MOST})) x
    JOIN tenant t ON t.id = x.tenant_id LIMIT 12`;
  return rows.map((row) => ({ ...row, title: formatNumber(row.title), detail: t("Number") }));
}

const transactions = async ({ tx, reading: { id } }: Asked): Promise<readonly Row[]> =>
  id === undefined
    ? []
    : tx.$queryRaw<Row[]>`
        SELECT l.id, t.slug, t.name AS tenant, replace(l.kind::text, '_', ' ') AS title, l.memo AS detail, l.occurred_at AS at, true AS exact,
          (SELECT e.seq::text FROM ledger_entry e WHERE e.transaction_id = l.id AND e.account = 'wallet' LIMIT 1) AS state
        FROM ledger_transaction l JOIN tenant t ON t.id = l.tenant_id WHERE l.id = ${id}::uuid`;

const statements = async ({ tx, tenantId, reading: { id, statement } }: Asked): Promise<readonly Row[]> =>
  id === undefined && statement === undefined
    ? []
    : (
        await tx.$queryRaw<Row[]>`
        SELECT s.id, t.slug, t.name AS tenant, s.number AS title, '' AS detail, s.issued_at AS at, true AS exact
        FROM tenant_below b JOIN statement s ON s.tenant_id = b.descendant_id AND (s.id = ${id ?? null}::uuid OR s.number = ${statement ?? null})
        JOIN tenant t ON t.id = s.tenant_id WHERE b.ancestor_id = ${tenantId}::uuid LIMIT ${MOST}`
      ).map((row) => ({ ...row, detail: t("Statement") }));

async function incidents({ tx, tenantId, reading: { id, incident } }: Asked): Promise<readonly Row[]> {
  if (id === undefined && incident === undefined) return [];
  const rows = await tx.$queryRaw<(Row & { number: bigint })[]>`
    SELECT i.id, t.slug, t.name AS tenant, i.number, i.title, i.severity AS detail, i.state, i.last_at AS at, true AS exact
    FROM incident i JOIN tenant t ON t.id = i.tenant_id
    WHERE i.tenant_id = ${tenantId}::uuid AND (i.id = ${id ?? null}::uuid OR i.number = ${incident ?? null}::bigint) LIMIT ${MOST}`;
  return rows.map(({ number, ...row }) => ({ ...row, title: `INC-${number} ${titleText(row.title)}` }));
}

const bans = async ({ tx, tenantId, reading: { address } }: Asked): Promise<readonly Row[]> =>
  address === undefined
    ? []
    : (
        await tx.$queryRaw<Row[]>`
        SELECT o.network AS id, t.slug, t.name AS tenant, o.network::text AS title, o.scope AS detail, o.expires_at AS at, true AS exact
        FROM ban_over(${address}::inet) o JOIN tenant t ON t.id = ${tenantId}::uuid`
      ).map((row) => ({ ...row, title: t("Ban of {network}", { network: row.title }) }));

/** Those below by a part of the name, those whose name begins with it first. */
async function tenants({ tx, tenantId, reading }: Asked): Promise<readonly Row[]> {
  const { id = null, text } = reading;
  return tx.$queryRaw<Row[]>`
    SELECT t.id, t.slug, t.name AS tenant, t.name AS title, t.kind AS detail, t.state, (t.id = ${id}::uuid OR lower(t.slug) = lower(${text})) IS TRUE AS exact
    FROM tenant_below b JOIN tenant t ON t.id = b.descendant_id
    WHERE b.ancestor_id = ${tenantId}::uuid AND b.depth > 0
      AND (t.id = ${id}::uuid OR t.name ILIKE ${`%${literally(text)}%`} OR t.slug ILIKE ${`${literally(text)}%`})
    ORDER BY lower(t.slug) = lower(${text}) DESC, t.name ILIKE ${`${literally(text)}%`} DESC, t.name LIMIT ${MOST}`;
}
