import { formatNumber } from "@/server/domain/calls/number-format";
import type { DisputeFilter } from "@/server/domain/disputes/dispute.schema";
import { type DisputeReason, type DisputeState, disputeLabel } from "@/server/domain/disputes/dispute-kinds.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";

export type DisputeRow = {
  readonly id: string;
  /** D-000042, counted per seller. */
  readonly number: string;
  readonly side: "buyer" | "seller";
  readonly state: DisputeState;
  readonly reason: DisputeReason | null;
  readonly buyerName: string;
  readonly buyerSlug: string;
  readonly callId: string;
  readonly toFormatted: string;
  readonly startedAt: Date;
  readonly currency: string;
  /** What the charge came to, with tax, when it was disputed. */
  readonly chargedMicros: Micros;
  readonly creditedMicros: Micros;
  readonly openedAt: Date;
  readonly decidedAt: Date | null;
};

export type DisputePage = {
  readonly items: readonly DisputeRow[];
  readonly nextCursor: string | null;
  readonly open: number;
};

type Stored = {
  id: string;
  number: number;
  side: "buyer" | "seller";
  state: DisputeState;
  reason: string;
  buyerName: string;
  buyerSlug: string;
  callId: string;
  toE164: string | null;
  dialled: string;
  startedAt: Date;
  currency: string;
  chargedMicros: bigint;
  creditedMicros: bigint;
  openedAt: Date;
  decidedAt: Date | null;
  exactUs: bigint;
};

const likeOf = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/**
 * The disputes of one side, newest first, a page at a time, with how many of that side are open. Wants a subtree
 * transaction: the calls and names of tenants below are read with them.
 */
export async function listDisputes(tx: TenantRead, tenantId: TenantId, filter: DisputeFilter): Promise<DisputePage> {
  const { side, state = null, text, limit = 50 } = filter;
  const sold = side === "sold";
  const [atUs = null, afterId = null] = filter.cursor?.split("_") ?? [];
  const like = text ? likeOf(text) : null;
  const digits = text ? likeOf(text.replace(/[^\d]/g, "")) : null;
  const number = Number(/^(?:D-)?0*(\d{1,9})$/i.exec(text ?? "")?.[1] ?? 0);
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT d.id, d.number, CASE WHEN ${sold} THEN 'seller' ELSE 'buyer' END AS side, d.state, d.reason, b.name AS "buyerName", b.slug AS "buyerSlug",
      d.call_id AS "callId", c.to_e164 AS "toE164", c.dialled, c.started_at AS "startedAt", d.currency, d.charged_micros AS "chargedMicros",
      d.credited_micros AS "creditedMicros", d.opened_at AS "openedAt", d.decided_at AS "decidedAt",
      (extract(epoch FROM d.opened_at) * 1000000)::bigint AS "exactUs"
    FROM dispute d JOIN call_record c ON c.id = d.call_id AND c.tenant_id = (SELECT h.call_tenant_id FROM hold h WHERE h.tenant_id = d.tenant_id AND h.call_id = d.call_id)
    JOIN tenant b ON b.id = d.tenant_id
    WHERE CASE WHEN ${sold} THEN d.seller_id ELSE d.tenant_id END = ${tenantId}::uuid
      AND (${state}::text IS NULL OR d.state = ${state}::text)
      AND (${atUs}::text IS NULL OR (d.opened_at, d.id) < (timestamptz 'epoch' + ${atUs}::bigint * interval '1 microsecond', ${afterId}::uuid))
      AND (${like}::text IS NULL OR d.number = ${number} OR b.name ILIKE ${like}::text OR (${digits}::text <> '%%' AND c.to_e164 LIKE ${digits}::text))
    ORDER BY d.opened_at DESC, d.id DESC LIMIT ${limit + 1}`;
  const [count] = await tx.$queryRaw<{ open: number }[]>`
    SELECT count(*)::int AS open FROM dispute WHERE CASE WHEN ${sold} THEN seller_id ELSE tenant_id END = ${tenantId}::uuid AND state = 'open'`;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(rowOf),
    nextCursor: rows.length > limit && last ? `${last.exactUs}_${last.id}` : null,
    open: count?.open ?? 0,
  };
}

function rowOf({ number, reason, toE164, dialled, exactUs: _, ...row }: Stored): DisputeRow {
  return {
    ...row,
    number: disputeLabel(number),
    reason: reason === "" ? null : (reason as DisputeReason),
    toFormatted: toE164 === null ? dialled : formatNumber(toE164),
    chargedMicros: micros(row.chargedMicros),
    creditedMicros: micros(row.creditedMicros),
  };
}

/**
 * The id of a dispute that a seller knows by its number (D-000042 or 42) or its id.
 * @throws DomainError not_found when it has none of that name.
 */
export async function findDispute(tx: TenantRead, sellerId: TenantId, name: string): Promise<string> {
  const number = Number(/^(?:D-)?0*([1-9]\d{0,8})$/i.exec(name)?.[1] ?? 0);
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM dispute WHERE seller_id = ${sellerId}::uuid AND (number = ${number} OR id::text = ${name}) LIMIT 1`;
  if (!row) throw new DomainError("not_found", { dispute: name }, `There is no dispute ${JSON.stringify(name)} here.`);
  return row.id;
}
