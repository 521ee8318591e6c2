import { type CallRow, callRowOf, priceOf, type StoredCall, sentenceOf } from "@/server/domain/calls/call-row";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { CallId, TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";
import { enqueue } from "@/server/queue/outbox";

export type LiveCall = {
  readonly id: CallId;
  readonly from: { readonly extensionNumber: string; readonly name: string };
  readonly toFormatted: string;
  readonly direction: CallRow["direction"];
  readonly fromFormatted: string | null;
  readonly country: string | null;
  readonly kind: string;
  readonly state: "ringing" | "live";
  readonly startedAt: Date;
  readonly answeredAt: Date | null;
  readonly currency: string;
  readonly perMinuteMicros: Micros;
  readonly heldMicros: Micros;
  /** When the telephone system ends the call by itself unless more is held; null while it rings. */
  readonly grantedUntil: Date | null;
  /** Why no more could be held: a code of refusals.ts, or null while there is more. */
  readonly stopsBecause: string | null;
  readonly stopsBecauseSentence: string | null;
  readonly costMicrosNow: Micros;
  readonly tenantName: string;
  readonly tenantSlug: string;
};

export type LiveCalls = { readonly items: readonly LiveCall[]; readonly serverNow: Date };

type Stored = StoredCall & {
  now: Date;
  currency: string;
  grantedSeconds: number;
  limitReason: string | null;
  heldMicros: bigint | null;
  tenantName: string;
  tenantSlug: string;
};

/**
 * The calls that ring or talk, longest first, with their running cost at the level of the tenant that looks. With a subtree
 * transaction those of tenants below are among them.
 */
export async function listLiveCalls(tx: TenantRead): Promise<LiveCalls> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT c.id, c.started_at AS "startedAt", c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.kind,
      c.extension_number AS "extensionNumber", c.extension_name AS "extensionName", c.dialled, c.to_e164 AS "toE164", c.country, c.state, c.outcome,
      c.reason, c.talk_ms AS "talkMs", c.billed_seconds AS "billedSeconds", c.cost_micros AS "costMicros", clock_timestamp() AS now,
      coalesce(w.currency, c.currency) AS currency, c.granted_seconds AS "grantedSeconds", c.limit_reason AS "limitReason",
      h.held_micros AS "heldMicros", to_jsonb(h) AS price, c.from_number AS "fromNumber",
      t.name AS "tenantName", t.slug AS "tenantSlug"
    FROM call c
    JOIN tenant t ON t.id = c.tenant_id
    LEFT JOIN LATERAL (SELECT * FROM hold WHERE call_id = c.id AND state = 'open' ORDER BY level DESC LIMIT 1) h ON true
    LEFT JOIN wallet w ON w.id = h.wallet_id
    WHERE c.state <> 'ended'
    ORDER BY c.started_at, c.id LIMIT 1000`;
  return { items: rows.map(liveOf), serverNow: rows[0]?.now ?? new Date() };
}

function liveOf(call: Stored): LiveCall {
  const row = callRowOf(call, call.now);
  const price = priceOf(call);
  const heldMicros = micros(call.heldMicros ?? 0n);
  const limited = call.answeredAt !== null && price !== undefined;
  return {
    id: call.id as CallId,
    from: row.from,
    toFormatted: row.toFormatted,
    direction: row.direction,
    fromFormatted: row.fromFormatted,
    country: row.country,
    kind: row.kind,
    state: row.outcome === "live" ? "live" : "ringing",
    startedAt: row.startedAt,
    answeredAt: row.answeredAt,
    currency: call.currency,
    perMinuteMicros: price?.perMinute ?? micros(0n),
    heldMicros,
    grantedUntil: limited && call.answeredAt ? new Date(call.answeredAt.getTime() + call.grantedSeconds * 1_000) : null,
    stopsBecause: call.limitReason,
    stopsBecauseSentence: sentenceOf(call.limitReason),
    // Whatever the clock says, no more is charged than what is held.
    costMicrosNow: lesser(row.costMicros, heldMicros),
    tenantName: call.tenantName,
    tenantSlug: call.tenantSlug,
  };
}

const lesser = (a: Micros, b: Micros): Micros => [a, b].reduce((least, each) => (each < least ? each : least));

export type OpenCall = { readonly id: CallId; readonly tenantId: TenantId; readonly state: string };

/**
 * The call of an id, or of the telephone system's own id for it, that a subtree transaction sees.
 * @throws DomainError not_found when there is none.
 */
export async function getCallTenant(tx: TenantRead, call: string): Promise<OpenCall> {
  const [row] = await tx.$queryRaw<OpenCall[]>`
    (SELECT id, tenant_id AS "tenantId", state FROM call WHERE id::text = ${call} OR pbx_call_id = ${call})
    UNION ALL (SELECT id, tenant_id, state FROM call_record WHERE filed IS NOT NULL AND (pbx_call_id = ${call}
      OR id = CASE WHEN ${call}::text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${call}::text::uuid END)) LIMIT 1`;
  if (!row) throw new DomainError("not_found", { call });
  return row;
}

/**
 * Asks for the end of those of these calls that ring or talk, and that the transaction's tenant or one below it has; an
 * emergency call is left alone. Stored with the change and carried out by the workers, like one call's. A repeat does no harm.
 * @returns the calls it asked for, by tenant; calls that are over or nobody's are not among them.
 */
export async function hangUpCalls(tx: TenantWrite, callIds: readonly string[]): Promise<Map<TenantId, CallId[]>> {
  const rows = await tx.$queryRaw<{ call_id: CallId; tenant_id: TenantId }[]>`
    SELECT * FROM calls_hang_up(${callIds}::uuid[])`;
  const asked = new Map<TenantId, CallId[]>();
  for (const { call_id, tenant_id } of rows) asked.set(tenant_id, [...(asked.get(tenant_id) ?? []), call_id]);
  return asked;
}

/**
 * Asks for the end of a call that rings or talks. The request is stored with the change and carried out by the workers,
 * within a second where the telephone system is reachable. The transaction acts for the call's tenant or one above it,
 * and moves to the call's. A repeat asks again, which does no harm.
 * @throws DomainError invalid_state when the call is over.
 * @throws DomainError not_found when it is not the tenant's.
 */
export async function hangUpCall(tx: TenantWrite, tenantId: TenantId, callId: CallId): Promise<void> {
  await tx.$queryRaw`SELECT act_below(${tenantId}::uuid)::text`;
  const [call] = await tx.$queryRaw<{ state: string }[]>`
    SELECT state FROM call_record WHERE tenant_id = ${tenantId}::uuid AND id = ${callId}::uuid`;
  if (!call) throw new DomainError("not_found", { callId });
  if (call.state === "ended") throw new DomainError("invalid_state", { callId }, "This call is over.");
  await enqueue(tx, tenantId, "hangUpOfSubject", { subject: "call", id: callId });
}
