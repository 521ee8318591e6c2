import { type CallRow, callRowOf, contextOf, fixOf, priceOf, type StoredCall } from "@/server/domain/calls/call-row";
import { chargeKey } from "@/server/domain/calls/charge-key";
import { type PriceStep, priceCall, type RatePrice } from "@/server/domain/rating/price.rules";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { formatMicros, type Micros, micros } from "@/server/kernel/money";
import { isRefusalCode } from "@/server/kernel/refusals";
import { t } from "@/server/kernel/words";

export type Gate = {
  readonly gate: string;
  readonly ok: boolean;
  readonly value: string;
  readonly limit: string;
  readonly note?: string;
};

/** The arithmetic of one call at the level of whoever looks. */
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
  /** Without tax. */
  readonly costMicros: Micros;
  readonly taxMicros: Micros;
  /** Nothing but price, fee, grace and increments decided. */
  readonly plain: boolean;
  /** Every step with its numbers, the last one the cost. */
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
  taxName: string | null;
  bundleName: string | null;
  depth: number | null;
};

/**
 * One call with its decisions, price and ledger lines, at the level of the tenant that looks: of all prices in the chain
 * of resellers the transaction sees those at or below it, and the uppermost of them is what it pays or is paid by. So a
 * customer never sees what its reseller pays. With a subtree transaction calls of tenants below are found as well; what the checks
 * compared is told to the caller and to who sells to it, not to anybody further up.
 * @throws DomainError not_found when the call is not visible.
 */
export async function getCall(tx: TenantRead, callId: string, viewer?: TenantId): Promise<CallDetail> {
  const [call] = await tx.$queryRaw<Stored[]>`
    SELECT c.id, c.started_at AS "startedAt", c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.kind,
      c.extension_number AS "extensionNumber", c.extension_name AS "extensionName", c.dialled, c.to_e164 AS "toE164", c.country, c.state, c.outcome,
      c.reason, c.talk_ms AS "talkMs", c.trace, c.granted_seconds AS "grantedSeconds", c.hangup_side AS "hangupSide", c.hangup_cause AS "causeCode",
      c.source_address AS source, c.source AS evidence, clock_timestamp() AS now, coalesce(w.currency, c.currency) AS currency,
      coalesce(h.billed_seconds, c.billed_seconds) AS "billedSeconds", coalesce(h.charged_micros, c.cost_micros) AS "costMicros",
      h.level, h.tenant_id AS "holdTenantId", h.plan_name AS "planName", h.prefix, to_jsonb(h) AS price, c.from_number AS "fromNumber",
      payer.tax_name AS "taxName", (SELECT b.name FROM bundle b WHERE b.id = h.bundle_id) AS "bundleName",
      CASE h.state WHEN 'open' THEN h.held_micros ELSE 0 END::bigint AS "heldMicros",
      (SELECT b.depth FROM tenant_below b WHERE b.ancestor_id = ${viewer ?? null}::uuid AND b.descendant_id = c.tenant_id) AS depth
    FROM call_record c
    LEFT JOIN LATERAL (SELECT * FROM hold WHERE call_id = c.id ORDER BY level DESC LIMIT 1) h ON true
    LEFT JOIN wallet w ON w.id = h.wallet_id
    LEFT JOIN tenant payer ON payer.id = h.tenant_id
    WHERE c.id = ${callId}::uuid`;
  if (!call) throw new DomainError("not_found", { callId });
  const row = callRowOf(call, call.now);
  return {
    ...row,
    currency: call.currency,
    trace: call.trace.map((gate) => ((call.depth ?? 0) > 1 ? withoutMoney(gate) : readableGate(gate, call.currency))),
    receipt: receiptOf(call, row),
    ledger: call.holdTenantId
      ? await linesOf(tx, call.holdTenantId as TenantId, { callId, level: call.level ?? 0 })
      : [],
    grantedSeconds: call.price ? call.grantedSeconds : 0,
    heldMicros: micros(call.heldMicros),
    hangupSide: call.hangupSide,
    causeCode: call.causeCode,
    source: call.source,
    evidence: call.evidence,
    fix: call.reason !== null && isRefusalCode(call.reason) ? fixOf(call.reason) : null,
  };
}

function receiptOf(call: Stored, row: CallRow): Receipt | null {
  const price = priceOf(call);
  if (!price || call.prefix === null || call.planName === null) return null;
  // The telephone system's timer is a few milliseconds late at the limit; those are not charged, and not shown as charged.
  const grantedMs = call.grantedSeconds * 1_000;
  const paidMs = row.talkMs <= grantedMs + 1_000 ? Math.min(row.talkMs, grantedMs) : row.talkMs;
  const context = { ...contextOf(call), taxName: call.taxName ?? "" };
  const { seconds, steps, tax } = priceCall(paidMs, price, context);
  const bundle = call.bundleName === null ? [] : [{ label: t("Bundle"), value: call.bundleName }];
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
    taxMicros: call.price?.tax_micros == null ? tax : micros(BigInt(call.price.tax_micros)),
    plain: isPlain(price) && bundle.length === 0 && call.price?.tax_ppm === 0,
    steps: [{ label: t("Longest matching prefix"), value: `+${call.prefix}` }, ...bundle, ...steps],
  };
}

const isPlain = (price: Required<RatePrice>): boolean =>
  price.steps.length === 0 && price.freeSeconds === 0 && price.minimumCharge === 0n && price.maxCharge === null;

/**
 * The charge by its key and what corrects it by the link, for which there are indexes. The key is made here: row security
 * would look at every row of the ledger before it let a function of the database make it.
 */
async function linesOf(
  tx: TenantRead,
  tenantId: TenantId,
  charge: { callId: string; level: number },
): Promise<CallDetail["ledger"]> {
  const rows = await tx.$queryRaw<{ id: string; at: Date; amount: bigint; after: bigint }[]>`
    WITH charge AS MATERIALIZED (
      SELECT id FROM ledger_transaction WHERE tenant_id = ${tenantId}::uuid AND posting_key = ${chargeKey(charge)})
    SELECT e.transaction_id AS id, e.occurred_at AS at, e.amount_micros AS amount, e.balance_after_micros AS after
    FROM (SELECT id FROM charge UNION ALL SELECT y.id FROM charge JOIN ledger_transaction y ON y.corrects_id = charge.id) x
    JOIN ledger_entry e ON e.transaction_id = x.id AND e.tenant_id = ${tenantId}::uuid AND e.wallet_id IS NOT NULL ORDER BY e.seq`;
  return rows.map(({ id, at, amount, after }) => ({
    id,
    at,
    amountMicros: micros(amount),
    balanceAfterMicros: micros(after),
  }));
}

const moneyGates = /^(?:money|price per minute|(?:extension )?(?:daily|monthly|call) cap)$/;

/** What a tenant pays is the business of itself and of who sells to it. */
const withoutMoney = (gate: Gate): Gate => (moneyGates.test(gate.gate) ? { ...gate, value: "", limit: "" } : gate);

/** Gates about money recorded micros; people read amounts. */
function readableGate(gate: Gate, currency: string): Gate {
  if (!moneyGates.test(gate.gate)) return gate;
  // A price a minute is compared to its last figure, so it is shown to its last figure.
  const exact = gate.gate === "price per minute";
  const text = (value: string) => (/^-?\d+$/.test(value) ? formatMicros(BigInt(value), currency, { exact }) : value);
  return { ...gate, value: text(gate.value), limit: text(gate.limit) };
}
