import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Ask = (text: string, values?: unknown[]) => Promise<unknown>;

/**
 * So many events of this month, a third of them of the tenant `acme`: a few kinds, networks and names that are common, and
 * some that are rare. The oldest ten came by a transport that none has since.
 */
export async function manySecurityEvents(ask: Ask, many: number): Promise<void> {
  await ask(
    `INSERT INTO security_event (tenant_id, at, type, username, address, transport, detail)
     SELECT CASE WHEN n % 3 = 0 THEN acme.id ELSE operator.id END,
       date_trunc('month', now(), 'UTC') + n * (interval '25 days' / $1::int),
       (ARRAY['InvalidPassword', 'InvalidPassword', 'InvalidPassword', 'InvalidAccountID', 'InvalidAccountID', 'FailedACL', 'ChallengeResponseFailed', 'UnexpectedAddress'])[1 + n % 8],
       CASE WHEN n % 3 = 0 THEN 'acme-' || (100 + n % 400) WHEN n % 1000 = 1 THEN '' ELSE 'name-' || (n % 5000) END,
       CASE WHEN n % 50 = 0 THEN '2001:db8:' || (n % 40) || '::' || (n % 9) WHEN n % 20 = 7 THEN '203.0.113.' || (n % 251)
         ELSE '198.' || (n % 16) || '.' || (n % 97) || '.' || (n % 251) END,
       CASE WHEN n <= 10 THEN 'WSS' ELSE (ARRAY['UDP', 'UDP', 'UDP', 'UDP', 'TCP', 'TLS'])[1 + n % 6] END, '{"count": 1, "severity": "Error"}'
     FROM (SELECT id FROM tenant WHERE slug = 'acme') acme, (SELECT id FROM tenant WHERE kind = 'operator') operator, generate_series(1, $1::int) n`,
    [many],
  );
  await ask("ANALYZE security_event");
}

/** The index by which what is looked at is found. */
type Found = "at" | "type" | "username" | "address" | "tenant";
/** Of each index, how it is called in the table of a month. */
const indexes: Readonly<Record<string, Found>> = {
  at_id_idx: "at",
  type_at_id_idx: "type",
  username_at_idx: "username",
  address_at_id_idx: "address",
  pkey: "tenant",
};

/** A day of this month, and an hour of it. */
const day = `${new Date().toISOString().slice(0, 8)}03`;
const hour = { since: `${day}T00:00:00Z`, until: `${day}T01:00:00Z` };

/**
 * What the page offers to narrow by, alone and together: what is common, what is rare and what there is none of. With the index
 * that finds what is looked at, when nobody's tenant is asked for.
 */
export const securityEventFilters: readonly (SecurityEventFilter & Readonly<{ found: Found }>)[] = [
  { found: "at" },
  { found: "type", type: "InvalidPassword" },
  { found: "type", type: "SessionLimit" },
  { found: "username", account: "name-17" },
  { found: "username", account: "nobody" },
  { found: "username", account: "name-17", type: "FailedACL" },
  { found: "address", address: "203.0.113.0/24" },
  { found: "address", address: "198.3.5.0/24" },
  { found: "address", address: "198.3.5.77" },
  { found: "address", address: "192.0.2.0/24" },
  { found: "address", address: "198.3.5.0/24", type: "UnexpectedAddress" },
  { found: "address", address: "203.0.113.0/24", type: "SessionLimit" },
  { found: "at", address: "2001:db8:7::/64" },
  { found: "address", address: "2001:db8:7::1" },
  { found: "at", transport: "WSS" },
  { found: "type", transport: "TLS", type: "FailedACL" },
  { found: "at", severity: "low" },
  { found: "at", severity: "medium", transport: "UDP" },
  { found: "tenant", tenant: "acme" },
  { found: "tenant", tenant: "acme", transport: "WSS" },
  { found: "tenant", tenant: "acme", type: "SessionLimit" },
  { found: "tenant", tenant: "acme", account: "name-17" },
  { found: "tenant", tenant: "acme", address: "192.0.2.0/24" },
  { found: "tenant", tenant: "acme", address: "203.0.113.0/24" },
  { found: "at", not: "type:InvalidPassword type:InvalidAccountID type:FailedACL type:UnexpectedAddress" },
  { found: "at", not: "tenant:acme address:198.3.5.0/24 transport:UDP" },
  { found: "at", not: "address:2001:db8:7::/64 account:name-1" },
  { found: "at", from: day, to: day },
  { found: "at", from: day, to: day, transport: "WSS" },
  { found: "username", ...hour, type: "FailedACL", account: "name-17" },
  { found: "address", ...hour, address: "203.0.113.0/24" },
];

type Node = Readonly<{
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Rows Removed by Filter"?: number;
  Plans?: readonly Node[];
}>;
type Explained = Readonly<{
  /** How the events are read: by an index, or all of them. */
  by: readonly (Found | "all")[];
  /** Events that were read, also those that were not wanted. */
  events: number;
}>;

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/**
 * How the database answers what `work` asks it of events, question by question, as it is asked. With `small`, as it would where
 * reading all is dear.
 */
export function explained(
  db: Db,
  tenantId: TenantId,
  work: (tx: TenantRead) => Promise<unknown>,
  small = false,
): Promise<readonly Explained[]> {
  return readTenant(db, { tenantId, subtree: true }, async (tx) => {
    if (small)
      await tx.$queryRaw`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`;
    const asked: Sql[] = [];
    const $queryRaw = (text: TemplateStringsArray, ...values: unknown[]) => {
      const question = sql(text, ...values);
      asked.push(question);
      return tx.$queryRaw(question);
    };
    await work(new Proxy(tx, { get: (of, name) => (name === "$queryRaw" ? $queryRaw : Reflect.get(of, name)) }));
    const plans: Explained[] = [];
    for (const question of asked) plans.push(await planOf(tx, question));
    return plans.filter(({ by }) => by.length > 0);
  });
}

async function planOf(tx: TenantRead, question: Sql): Promise<Explained> {
  const [row] = await tx.$queryRaw<{ "QUERY PLAN": readonly { Plan: Node }[] }[]>`
    EXPLAIN (ANALYZE, BUFFERS, FORMAT json) ${question}`;
  const nodes = (row?.["QUERY PLAN"] ?? []).flatMap(({ Plan }) => nodesOf(Plan));
  const table = (node: Node) => node["Relation Name"] ?? node["Index Name"] ?? "";
  // This month's: the others are empty.
  const scans = nodes.filter((node) => /^security_event_(\d{6})/.exec(table(node))?.[1] === month);
  const by = scans.flatMap((node) => {
    if (node["Node Type"] === "Seq Scan") return ["all" as const];
    const found = indexes[node["Index Name"]?.replace(/^security_event_\d{6}_/, "") ?? ""];
    return found ? [found] : [];
  });
  return { by: [...new Set(by)], events: scans.reduce((sum, node) => sum + readBy(node), 0) };
}

const month = new Date().toISOString().slice(0, 7).replace("-", "");

function readBy(node: Node): number {
  // What its heap scan reads is counted there.
  if (node["Node Type"] === "Bitmap Index Scan") return 0;
  const { "Actual Rows": rows = 0, "Rows Removed by Filter": unwanted = 0, "Actual Loops": loops = 0 } = node;
  return (rows + unwanted) * loops;
}
