import { type CallRow, callRowOf, priceOf, type StoredCall } from "@/server/domain/calls/call-row";
import { type PriceStep, priceCall } from "@/server/domain/rating/price.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros, type Micros, micros } from "@/server/kernel/money";
import { isRefusalCode, refusals } from "@/server/kernel/refusals";

export type Gate = {
  readonly gate: string;
  readonly ok: boolean;
  readonly value: string;
  readonly limit: string;
  readonly note?: string;
};

export type Receipt = {
  readonly prefix: string;
  readonly planName: string;
  readonly perMinuteMicros: Micros;
  readonly connectionFeeMicros: Micros;
  readonly firstSeconds: number;
  readonly nextSeconds: number;
  readonly graceSeconds: number;
  readonly talkMs: number;
  readonly seconds: number;
  readonly billedSeconds: number;
  readonly costMicros: Micros;
  readonly steps: readonly PriceStep[];
};

export type CallDetail = CallRow & {
  readonly currency: string;
  readonly trace: readonly Gate[];
  /** null for a call that no money was held for. */
  readonly receipt: Receipt | null;
  readonly ledger: readonly {
    readonly id: string;
    readonly at: Date;
    readonly amountMicros: Micros;
    readonly balanceAfterMicros: Micros;
  }[];
  readonly grantedSeconds: number;
  readonly heldMicros: Micros;
  readonly hangupSide: string | null;
  readonly causeCode: number | null;
  /** Where the phone called from. */
  readonly source: string;
  /** Which evidence ended it: hangup, event, spool, sweep, refused. */
  readonly evidence: string | null;
  /** What mends the reason; `page` is a page of the portal. */
  readonly fix: { readonly label: string; readonly page: string } | null;
};

type Stored = StoredCall & {
  trace: Gate[];
  grantedSeconds: number;
  hangupSide: string | null;
  causeCode: number | null;
  source: string;
  evidence: string | null;
  now: Date;
  currency: string;
  level: number | null;
  holdTenantId: string | null;
  planName: string | null;
  prefix: string | null;
  heldMicros: bigint;
};

/**
 * One call with its decisions, price and ledger lines, at the level of the tenant that looks: of all prices in the chain
 * of resellers the transaction sees those at or below it, and the uppermost of them is what it pays or is paid by. So a
 * customer never sees what its reseller pays. With a subtree transaction calls of tenants below are found as well.
 * @throws DomainError not_found when the call is not visible.
 */
export async function getCall(tx: TenantRead, callId: string): Promise<CallDetail> {
  const [call] = await tx.$queryRaw<Stored[]>`
    SELECT c.id, c.started_at AS "startedAt", c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.kind,
      c.extension_number AS "extensionNumber", c.extension_name AS "extensionName", c.dialled, c.to_e164 AS "toE164", c.country, c.state, c.outcome,
      c.reason, c.talk_ms AS "talkMs", c.trace, c.granted_seconds AS "grantedSeconds", c.hangup_side AS "hangupSide", c.hangup_cause AS "causeCode",
      c.source_address AS source, c.source AS evidence, clock_timestamp() AS now, coalesce(w.currency, c.currency) AS currency,
      coalesce(h.billed_seconds, c.billed_seconds) AS "billedSeconds", coalesce(h.charged_micros, c.cost_micros) AS "costMicros",
      h.level, h.tenant_id AS "holdTenantId", h.plan_name AS "planName", h.prefix, h.per_minute_micros AS "perMinute",
      h.connection_fee_micros AS "connectionFee", h.first_seconds AS "firstSeconds", h.next_seconds AS "nextSeconds", h.grace_seconds AS "graceSeconds",
      CASE h.state WHEN 'open' THEN h.held_micros ELSE 0 END::bigint AS "heldMicros"
    FROM call c
    LEFT JOIN LATERAL (SELECT * FROM hold WHERE call_id = c.id ORDER BY level DESC LIMIT 1) h ON true
    LEFT JOIN wallet w ON w.id = h.wallet_id
    WHERE c.id = ${callId}::uuid`;
  if (!call) throw new DomainError("not_found", { callId });
  const row = callRowOf(call, call.now);
  return {
    ...row,
    currency: call.currency,
    trace: call.trace.map((gate) => readableGate(gate, call.currency)),
    receipt: receiptOf(call, row),
    ledger: call.holdTenantId ? await linesOf(tx, call.holdTenantId as TenantId, callId) : [],
    grantedSeconds: call.kind === "external" ? call.grantedSeconds : 0,
    heldMicros: micros(call.heldMicros),
    hangupSide: call.hangupSide,
    causeCode: call.causeCode,
    source: call.source,
    evidence: call.evidence,
    fix: call.reason !== null && isRefusalCode(call.reason) ? refusals[call.reason].fix : null,
  };
}

function receiptOf(call: Stored, row: CallRow): Receipt | null {
  const price = priceOf(call);
  if (!price || call.prefix === null || call.planName === null) return null;
  // The telephone system's timer is a few milliseconds late at the limit; those are not charged, and not shown as charged.
  const paidMs = Math.min(row.talkMs, Math.max(call.grantedSeconds * 1_000, row.billedSeconds * 1_000));
  const { seconds, steps } = priceCall(paidMs, price);
  return {
    prefix: call.prefix,
    planName: call.planName,
    perMinuteMicros: price.perMinute,
    connectionFeeMicros: price.connectionFee,
    firstSeconds: price.firstSeconds,
    nextSeconds: price.nextSeconds,
    graceSeconds: price.graceSeconds,
    talkMs: row.talkMs,
    seconds,
    billedSeconds: row.billedSeconds,
    costMicros: row.costMicros,
    steps: [{ label: "Longest matching prefix", value: `+${call.prefix}` }, ...steps],
  };
}

async function linesOf(tx: TenantRead, tenantId: TenantId, callId: string): Promise<CallDetail["ledger"]> {
  const rows = await tx.$queryRaw<{ id: string; at: Date; amount: bigint; after: bigint }[]>`
    SELECT x.id, e.occurred_at AS at, e.amount_micros AS amount, e.balance_after_micros AS after
    FROM ledger_transaction x JOIN ledger_entry e ON e.transaction_id = x.id AND e.tenant_id = x.tenant_id AND e.wallet_id IS NOT NULL
    WHERE x.tenant_id = ${tenantId}::uuid AND x.call_id = ${callId}::uuid ORDER BY e.seq`;
  return rows.map(({ id, at, amount, after }) => ({
    id,
    at,
    amountMicros: micros(amount),
    balanceAfterMicros: micros(after),
  }));
}

const moneyGates = /^(?:money|price per minute|(?:extension )?(?:daily|monthly|call) cap)$/;

/** Gates about money recorded micros; people read amounts. */
function readableGate(gate: Gate, currency: string): Gate {
  if (!moneyGates.test(gate.gate)) return gate;
  // A price a minute is compared to its last figure, so it is shown to its last figure.
  const exact = gate.gate === "price per minute";
  const text = (value: string) => (/^-?\d+$/.test(value) ? formatMicros(BigInt(value), currency, { exact }) : value);
  return { ...gate, value: text(gate.value), limit: text(gate.limit) };
}
