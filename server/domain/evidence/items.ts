import type { EvidenceScope } from "@/server/domain/evidence/scope";
import { rulesNow } from "@/server/domain/rules/rules";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { type Sql, sql } from "@/server/infra/db/sql";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { redact } from "@/server/infra/log/redact";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What items are asked for. `since`: how far back they look, a day. */
export type Asked = Readonly<{ tenantId: TenantId; scope: EvidenceScope; since: Date; mostRows: number }>;

type FromDatabase = Readonly<{ lines: (asked: Asked) => Sql; open?: true }>;
/** What is worked out, not only read: every rule is the standard one until somebody said something. */
type WorkedOut = Readonly<{ read: (tx: TenantRead, asked: Asked) => Promise<string[]> }>;
type FromPbx = Readonly<{ ask: (ami: AmiGateway, asked: Asked, deadlineMs: number) => Promise<string[]> }>;

/** Beyond so many tenants the rules are those of the ones before. */
const MOST_RULED = 50;

/** One file of evidence: JSON lines, a row each. */
export type ItemSource = Readonly<{ name: string; about: string }> & (FromDatabase | WorkedOut | FromPbx);

const uuids = (ids: readonly string[]) => sql`${[...ids]}::uuid[]`;
const texts = (values: readonly string[]) => sql`${[...values]}::text[]`;

/** What stopped calls and requests at that moment, of the tenants touched and of whoever keeps the incident. */
const inForce = (tenantId: TenantId, scope: EvidenceScope) => sql`
  SELECT to_jsonb(x) AS row FROM (
    WITH whose AS MATERIALIZED (SELECT DISTINCT id FROM unnest(${uuids([...scope.tenantIds, tenantId])}) t (id))
    SELECT 'block' AS in_force, to_jsonb(b) AS as_set FROM block b WHERE b.tenant_id IN (SELECT id FROM whose) AND b.lifted_at IS NULL
    UNION ALL SELECT 'ban', to_jsonb(b) FROM ban b WHERE b.tenant_id IN (SELECT id FROM whose) AND b.lifted_at IS NULL AND b.expires_at > clock_timestamp()
    UNION ALL SELECT 'never_banned', to_jsonb(k) FROM ban_keep k WHERE k.tenant_id IN (SELECT id FROM whose)
    UNION ALL SELECT 'ban_setting', to_jsonb(s) FROM ban_setting s WHERE s.tenant_id IN (SELECT id FROM whose)
    UNION ALL SELECT 'rule', to_jsonb(r) FROM rule r WHERE r.tenant_id IN (SELECT id FROM whose) OR r.about_id IN (SELECT id FROM whose)
    UNION ALL SELECT 'allow_list', to_jsonb(a) FROM allow_list a WHERE a.tenant_id IN (SELECT id FROM whose)
    UNION ALL SELECT 'number_block', to_jsonb(n) FROM number_block n WHERE n.tenant_id IN (SELECT id FROM whose)
    UNION ALL SELECT 'hot_list', to_jsonb(h) FROM hot_list h WHERE h.tenant_id IN (SELECT id FROM whose) AND h.enabled) x`;

/**
 * What is kept of an incident, in this order. Rows are whole, as the database has them: a column that is new to it is in the
 * next snapshot. `open` marks those with words of strangers or free fields, which are looked through for secrets once more.
 */
export const itemSources: readonly ItemSource[] = [
  {
    name: "incident.jsonl",
    about:
      "the incident with its parts: what it touches, what it has cost, its signals per minute, its timeline, its review",
    open: true,
    lines: ({ tenantId, scope, since }) => sql`
      SELECT jsonb_build_object('incident', to_jsonb(i)) AS row FROM incident i WHERE i.tenant_id = ${tenantId}::uuid AND i.id = ANY (${uuids(scope.incidentIds)})
      UNION ALL SELECT jsonb_build_object('touches', to_jsonb(s)) FROM incident_subject s
        WHERE s.tenant_id = ${tenantId}::uuid AND s.incident_id = ANY (${uuids(scope.incidentIds)})
      UNION ALL SELECT jsonb_build_object('loss', to_jsonb(l)) FROM incident_loss(${uuids(scope.incidentIds)}) l
      UNION ALL SELECT jsonb_build_object('signals', to_jsonb(s)) FROM signal s
        WHERE s.tenant_id = ${tenantId}::uuid AND s.source = ANY (${texts(scope.networks)}) AND s.minute > ${since}::timestamptz
      UNION ALL SELECT jsonb_build_object('line', to_jsonb(l)) FROM incident_line l
        WHERE l.tenant_id = ${tenantId}::uuid AND l.incident_id = ANY (${uuids(scope.incidentIds)})
      UNION ALL SELECT jsonb_build_object('review', to_jsonb(r)) FROM incident_review r
        WHERE r.tenant_id = ${tenantId}::uuid AND r.incident_id = ANY (${uuids(scope.incidentIds)})
      UNION ALL SELECT jsonb_build_object('followUp', to_jsonb(f)) FROM incident_follow_up f
        WHERE f.tenant_id = ${tenantId}::uuid AND f.incident_id = ANY (${uuids(scope.incidentIds)})`,
  },
  {
    name: "channels.jsonl",
    about: "live channels of the PBX, as it told them itself",
    ask: async (ami, { scope, mostRows }, deadlineMs) => {
      const channels = await ami.liveChannels({ deadlineMs });
      const mine = new Set(
        channels.filter(({ endpoint }) => endpoint && scope.usernames.includes(endpoint)).map((one) => one.linkedId),
      );
      // Whose phones are not known yet, those of everybody.
      const some = scope.tenantIds.length === 0 ? channels : channels.filter(({ linkedId }) => mine.has(linkedId));
      return some.slice(0, mostRows + 1).map((channel) => JSON.stringify(channel));
    },
  },
  {
    name: "contacts.jsonl",
    about: "where the phones were registered: address, program, since when, until when",
    lines: ({ scope }) => sql`
      SELECT to_jsonb(r) AS row FROM registration r WHERE r.tenant_id = ANY (${uuids(scope.tenantIds)}) ORDER BY r.since DESC`,
  },
  {
    name: "security-events.jsonl",
    about:
      "what the PBX reported of a day: of the tenants touched, and from the networks and about the names of the incident",
    open: true,
    lines: ({ tenantId, scope, since }) => sql`
      SELECT to_jsonb(e) AS row FROM security_event e
      WHERE e.at > ${since}::timestamptz AND (e.tenant_id = ANY (${uuids(scope.tenantIds)})
        OR e.tenant_id = ${tenantId}::uuid AND (e.username = ANY (${texts(scope.usernames)}) OR network_of(e.address) = ANY (${texts(scope.networks)})))
      ORDER BY e.at DESC`,
  },
  {
    name: "calls.jsonl",
    about: "calls of a day of the tenants touched, with the trace of each decision",
    lines: ({ scope, since }) => sql`
      SELECT to_jsonb(c) AS row FROM call c
      WHERE c.tenant_id = ANY (${uuids(scope.tenantIds)}) AND c.started_at > ${since}::timestamptz ORDER BY c.started_at DESC`,
  },
  {
    name: "calls-from-network.jsonl",
    about: "calls of a day that anybody else placed from the networks of the incident",
    lines: ({ scope, since }) => sql`
      SELECT to_jsonb(c) AS row FROM call c
      WHERE cardinality(${texts(scope.networks)}) > 0 AND c.started_at > ${since}::timestamptz AND c.tenant_id <> ALL (${uuids(scope.tenantIds)})
        AND c.source_address <> '' AND network_of(c.source_address) = ANY (${texts(scope.networks)}) ORDER BY c.started_at DESC`,
  },
  {
    name: "holds.jsonl",
    about: "money held for those calls, at every level",
    lines: ({ scope, since }) => sql`
      SELECT to_jsonb(h) AS row FROM call c JOIN hold h ON h.call_tenant_id = c.tenant_id AND h.call_id = c.id
      WHERE c.tenant_id = ANY (${uuids(scope.tenantIds)}) AND c.started_at > ${since}::timestamptz ORDER BY c.started_at DESC, h.level`,
  },
  {
    name: "ledger.jsonl",
    about: "wallets as they stood, and what was posted to them within a day, the newest first",
    lines: ({ scope, since, mostRows }) => sql`
      (SELECT jsonb_build_object('wallet', to_jsonb(w)) AS row FROM wallet w WHERE w.tenant_id = ANY (${uuids(scope.tenantIds)}))
      UNION ALL (SELECT jsonb_build_object('entry', to_jsonb(e), 'transaction', to_jsonb(x))
        FROM wallet w CROSS JOIN LATERAL (SELECT * FROM ledger_entry l WHERE l.wallet_id = w.id ORDER BY l.seq DESC LIMIT ${mostRows}) e
        JOIN ledger_transaction x ON x.id = e.transaction_id
        WHERE w.tenant_id = ANY (${uuids(scope.tenantIds)}) AND e.occurred_at > ${since}::timestamptz ORDER BY w.id, e.seq DESC)`,
  },
  {
    name: "audit.jsonl",
    about: "a day of the audit trail of the tenants touched and of whoever keeps the incident, with its hashes",
    open: true,
    lines: ({ tenantId, scope, since, mostRows }) => sql`
      SELECT to_jsonb(e) || jsonb_build_object('previous_hash', encode(e.previous_hash, 'hex'), 'hash', encode(e.hash, 'hex')) AS row
      FROM unnest(${uuids([...new Set([...scope.tenantIds, tenantId])])}) t (id)
      CROSS JOIN LATERAL (SELECT * FROM audit_event a WHERE a.tenant_id = t.id ORDER BY a.seq DESC LIMIT ${mostRows}) e
      WHERE e.at > ${since}::timestamptz ORDER BY e.tenant_id, e.seq DESC`,
  },
  {
    name: "configuration.jsonl",
    about:
      "tenants, limits, countries, numbers and extensions as they were set, and the rules, bans and blocks in force, with fingerprints of secrets instead of secrets",
    lines: ({ tenantId, scope, mostRows }) => sql`
      SELECT jsonb_build_object('tenant', to_jsonb(t)) AS row FROM tenant t WHERE t.id = ANY (${uuids(scope.tenantIds)})
      UNION ALL SELECT jsonb_build_object('limits', to_jsonb(l)) FROM tenant_limit l WHERE l.tenant_id = ANY (${uuids(scope.tenantIds)})
      UNION ALL SELECT jsonb_build_object('country', to_jsonb(d)) FROM destination d WHERE d.tenant_id = ANY (${uuids(scope.tenantIds)})
      UNION ALL SELECT jsonb_build_object('number', to_jsonb(d)) FROM did d WHERE d.tenant_id = ANY (${uuids(scope.tenantIds)})
      UNION ALL SELECT jsonb_build_object('extension', to_jsonb(x), 'endpoint', e.endpoint, 'aor', e.aor, 'secret_fingerprint', e.secret_fingerprint)
        FROM extension x LEFT JOIN evidence_endpoints(${uuids(scope.tenantIds)}, ${mostRows}::int) e ON e.extension_id = x.id
        WHERE x.tenant_id = ANY (${uuids(scope.tenantIds)})
      UNION ALL ${inForce(tenantId, scope)}`,
  },
  {
    name: "rules.jsonl",
    about: "every rule as it held for each tenant touched and for whoever keeps the incident",
    read: async (tx, { tenantId, scope }) => {
      const lines: string[] = [];
      for (const id of new Set([tenantId, ...scope.tenantIds.slice(0, MOST_RULED)])) {
        const rules = await rulesNow(tx, id as TenantId);
        const text = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
        lines.push(...rules.map((rule) => JSON.stringify({ tenant_id: id, ...rule }, text)));
      }
      return lines;
    },
  },
];

type Limits = Readonly<{ deadlineMs: number; mostRows: number }>;

/**
 * The lines of one item, at most one more than asked for, which shows that there were more.
 * @throws DomainError pbx_unreachable; whatever the database says when it takes too long.
 */
export async function readItem(
  source: ItemSource,
  asked: Asked,
  by: Readonly<{ ami: AmiGateway | undefined; read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T> }>,
  { deadlineMs, mostRows }: Limits,
): Promise<string[]> {
  if ("ask" in source) {
    if (!by.ami) throw new DomainError("pbx_unreachable", {}, "No PBX is connected to this process.");
    return source.ask(by.ami, asked, deadlineMs);
  }
  return by.read(async (tx) => {
    await tx.$queryRaw`SELECT set_config('statement_timeout', ${String(deadlineMs)}, true)`;
    if ("read" in source) return source.read(tx, asked);
    const rows = await tx.$queryRaw<{ line: string }[]>(
      sql`SELECT found.row::text AS line FROM (${source.lines(asked)}) found LIMIT ${mostRows + 1}`,
    );
    // What has money in it stays text: a number of the language would round it.
    return rows.map(({ line }) => (source.open ? JSON.stringify(redact(JSON.parse(line))) : line));
  });
}
