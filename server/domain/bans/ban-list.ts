import type { BanFilter, BanScope, BanSetting } from "@/server/domain/bans/ban.schema";
import type { HeldBan } from "@/server/domain/bans/ban-files.rules";
import { parseNetwork } from "@/server/domain/bans/network.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What may hold a ban. */
export type BanSource = "automatic" | "incident" | "person" | "rule";

/** One who holds a ban, and until when: the ban holds as long as one of them does. */
export type BanOwnerRow = {
  readonly source: BanSource;
  /** A name, the number of an incident, or a rule as "signal scope"; empty for an automatic one. */
  readonly by: string;
  readonly reason: string;
  readonly until: Date;
};

export type BanRow = {
  readonly id: string;
  readonly network: string;
  readonly scope: BanScope;
  /** Of the weightiest who holds it: a person, an incident, a rule, or what is placed by itself. */
  readonly reason: string;
  readonly source: BanSource;
  readonly by: string;
  readonly incidentId: string | null;
  /** Who holds it now, the weightiest first; empty when it is over. */
  readonly owners: readonly BanOwnerRow[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly liftedAt: Date | null;
  readonly liftedBy: string | null;
  readonly hits: number;
  readonly lastHitAt: Date | null;
  readonly timesBefore: number;
};

type Stored = Omit<BanRow, "hits" | "owners"> & { hits: bigint; exactUs: bigint };

/** Bans that hold, or that are over, the newest first; with how many hold, and this machine's time. */
export async function listBans(
  tx: TenantRead,
  tenantId: TenantId,
  { show, scope, text, cursor, limit = 50 }: BanFilter,
): Promise<{ items: BanRow[]; nextCursor: string | null; active: number; now: Date }> {
  const [atUs = null, afterId = null] = cursor?.split("_") ?? [];
  const address = text && typeof parseNetwork(text) !== "string" ? text : null;
  const like = text && !address ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT b.id, abbrev(b.network) AS network, b.scope, b.reason, b.source, b.created_at AS "createdAt", b.expires_at AS "expiresAt",
      b.lifted_at AS "liftedAt", CASE WHEN b.lifted_by IS NULL THEN NULL ELSE coalesce(nullif(l.name, ''), l.email, b.lifted_by) END AS "liftedBy",
      b.hits, b.last_hit_at AS "lastHitAt", b.times_before AS "timesBefore", i.id AS "incidentId",
      coalesce(i.number::text, nullif(p.name, ''), p.email, b.source_id) AS by, (extract(epoch FROM b.created_at) * 1000000)::bigint AS "exactUs"
    FROM ban b
    LEFT JOIN person p ON b.source = 'person' AND p.id::text = b.source_id
    LEFT JOIN person l ON l.id::text = b.lifted_by
    LEFT JOIN incident i ON b.source = 'incident' AND i.tenant_id = b.tenant_id AND i.id::text = b.source_id
    WHERE b.tenant_id = ${tenantId}::uuid AND (b.lifted_at IS NULL AND b.expires_at > now()) = ${show === "active"}
      AND (${scope ?? null}::text IS NULL OR b.scope = ${scope ?? null}::text)
      AND (${address}::inet IS NULL OR b.network && ${address}::inet) AND (${like}::text IS NULL OR b.reason ILIKE ${like}::text)
      AND (${atUs}::text IS NULL OR (b.created_at, b.id) < (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${afterId}::uuid))
    ORDER BY b.created_at DESC, b.id DESC LIMIT ${limit + 1}`;
  const [count] = await tx.$queryRaw<{ active: number }[]>`
    SELECT count(*)::int AS active FROM ban WHERE tenant_id = ${tenantId}::uuid AND lifted_at IS NULL AND expires_at > now()`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const owners = show === "active" ? await ownersOf(tx, tenantId, page) : [];
  return {
    items: page.map(({ exactUs: _, hits, ...row }) => ({
      ...row,
      hits: Number(hits),
      owners: owners.filter(({ banId }) => banId === row.id).map(({ banId: _id, ...owner }) => owner),
    })),
    nextCursor: rows.length > limit && last ? `${last.exactUs}_${last.id}` : null,
    active: count?.active ?? 0,
    now: new Date(),
  };
}

const ownersOf = (tx: TenantRead, tenantId: TenantId, bans: readonly { id: string }[]) =>
  tx.$queryRaw<(BanOwnerRow & { banId: string })[]>`
    SELECT o.ban_id AS "banId", o.kind AS source, o.reason, o.until, coalesce(i.number::text, nullif(p.name, ''), p.email, o.owner_id) AS by
    FROM ban_owner o
    LEFT JOIN person p ON o.kind = 'person' AND p.id::text = o.owner_id
    LEFT JOIN containment c ON c.tenant_id = o.tenant_id AND c.id = o.containment_id
    LEFT JOIN incident i ON i.tenant_id = c.tenant_id AND i.id = c.incident_id
    WHERE o.tenant_id = ${tenantId}::uuid AND o.ban_id = ANY (${bans.map(({ id }) => id)}::uuid[]) AND o.ended_at IS NULL AND o.until > now()
    ORDER BY array_position(ARRAY['person', 'incident', 'rule', 'automatic'], o.kind), o.until DESC, o.owner_id`;

/** All bans that hold, as files for a firewall tell them: by network, a hundred thousand at most. */
export const heldBans = (tx: TenantRead, tenantId: TenantId): Promise<HeldBan[]> =>
  tx.$queryRaw<HeldBan[]>`
    SELECT abbrev(network) AS network, scope, reason, created_at AS "createdAt", expires_at AS "expiresAt", times_before AS "timesBefore"
    FROM ban WHERE tenant_id = ${tenantId}::uuid AND lifted_at IS NULL AND expires_at > clock_timestamp()
    ORDER BY scope, ban.network, expires_at LIMIT 100000`;

/**
 * The id of the ban that holds now for exactly that network.
 * @throws DomainError not_found when there is none.
 */
export async function findBan(
  tx: TenantRead,
  tenantId: TenantId,
  { network, scope }: Readonly<{ network: string; scope: BanScope }>,
): Promise<string> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM ban WHERE tenant_id = ${tenantId}::uuid AND scope = ${scope} AND network = ${network}::inet
      AND lifted_at IS NULL AND expires_at > now() ORDER BY expires_at DESC LIMIT 1`;
  if (row) return row.id;
  throw new DomainError("not_found", { network, scope }, `${network} is not banned for ${scope}.`);
}

export type Kept = { readonly network: string; readonly note: string; readonly createdAt: Date };

/** Networks that nobody bans; the trunks that the operator lists, offices, monitoring. At most 1000 are kept. */
export const listKept = (tx: TenantRead, tenantId: TenantId): Promise<Kept[]> =>
  tx.$queryRaw<Kept[]>`
    SELECT abbrev(network) AS network, note, created_at AS "createdAt" FROM ban_keep
    WHERE tenant_id = ${tenantId}::uuid ORDER BY network LIMIT 1000`;

const MOST_KEPT = 1_000;

/**
 * Puts a network on the keep-list. Bans that hold already are not lifted by it. A repeat changes nothing.
 * @throws DomainError limit_bound when the list is full.
 */
export async function keepNetwork(
  tx: TenantWrite,
  tenantId: TenantId,
  { network, note }: Readonly<{ network: string; note: string }>,
): Promise<void> {
  if ((await tx.banKeep.count({ where: { tenantId } })) >= MOST_KEPT) {
    throw new DomainError("limit_bound", { most: MOST_KEPT }, `The keep-list holds ${MOST_KEPT} networks at most.`);
  }
  await tx.$executeRaw`
    INSERT INTO ban_keep (tenant_id, network, note) VALUES (${tenantId}::uuid, ${network}::inet, ${note}) ON CONFLICT DO NOTHING`;
}

/** Takes a network off the keep-list. @throws DomainError not_found when it is not there. */
export async function dropKept(tx: TenantWrite, tenantId: TenantId, network: string): Promise<void> {
  const gone = await tx.$executeRaw`
    DELETE FROM ban_keep WHERE tenant_id = ${tenantId}::uuid AND network = ${network}::inet`;
  if (gone === 0) throw new DomainError("not_found", { network }, `${network} is not on the keep-list.`);
}

/** When bans are placed by themselves and for how long, per scope; the defaults where nothing was set. */
export const banSettings = (tx: TenantRead, tenantId: TenantId): Promise<BanSetting[]> =>
  tx.$queryRaw<BanSetting[]>`
    SELECT x.scope, coalesce(s.automatic, true) AS automatic, coalesce(s.failures, 5) AS failures,
      coalesce(s.window_seconds, 300) AS "windowSeconds", coalesce(s.first_seconds, 300) AS "firstSeconds",
      coalesce(s.longest_seconds, 86400) AS "longestSeconds"
    FROM unnest(ARRAY['sip', 'web']) x (scope)
    LEFT JOIN ban_setting s ON s.tenant_id = ${tenantId}::uuid AND s.scope = x.scope ORDER BY x.scope`;

/** Sets when bans of a scope are placed by themselves. Bans that hold stay as they are. A repeat changes nothing. */
export async function setBanSetting(tx: TenantWrite, tenantId: TenantId, setting: BanSetting): Promise<BanSetting> {
  const { scope, ...values } = setting;
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('ban_setting:' || ${tenantId}, 0))::text`;
  const before = (await banSettings(tx, tenantId)).find((one) => one.scope === scope) ?? setting;
  await tx.banSetting.upsert({
    where: { tenantId_scope: { tenantId, scope } },
    create: { tenantId, ...setting },
    update: values,
  });
  return before;
}
