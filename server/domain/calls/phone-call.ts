import { callRowOf, fixOf, priceOf, type StoredCall, sentenceOf } from "@/server/domain/calls/call-row";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { CallId, ExtensionId, TenantId } from "@/server/kernel/ids";
import { type Micros, micros } from "@/server/kernel/money";
import { isRefusalCode } from "@/server/kernel/refusals";

/** What a phone in the browser shows of its call beside what it hears itself. */
export type PhoneCall = {
  readonly id: CallId;
  readonly state: "ringing" | "live" | "ended";
  readonly toFormatted: string;
  readonly country: string | null;
  readonly currency: string;
  readonly perMinuteMicros: Micros | null;
  /** Without tax; of a call that goes on, until now and no more than is held. */
  readonly costMicros: Micros;
  /** When the telephone system ends the call by itself unless more is held; null while it rings, and when nothing is paid. */
  readonly grantedUntil: Date | null;
  /** Why no more could be held: a code of refusals.ts, or null while there is more. */
  readonly stopsBecause: string | null;
  readonly stopsBecauseSentence: string | null;
  /** Why it was refused, cut or failed: a code of refusals.ts with its sentence and what mends it. */
  readonly reason: string | null;
  readonly reasonSentence: string | null;
  readonly fix: { readonly label: string; readonly page: string } | null;
  /** The clock that grantedUntil is read by. */
  readonly serverNow: Date;
};

type Stored = StoredCall & {
  now: Date;
  currency: string;
  grantedSeconds: number;
  limitReason: string | null;
  heldMicros: bigint | null;
};

/** A question about a call may be older than the call's record by so much. */
const LEEWAY_SECONDS = 3;

/**
 * The newest call that an extension placed to a number within the last seconds; undefined when there is none (yet). The
 * number is compared as it was dialled. Money is at the level of the tenant that looks.
 */
export async function phoneCall(
  tx: TenantRead,
  tenantId: TenantId,
  of: Readonly<{ extensionId: ExtensionId; dialled: string; ageSeconds: number }>,
): Promise<PhoneCall | undefined> {
  const [call] = await tx.$queryRaw<Stored[]>`
    SELECT c.id, c.started_at AS "startedAt", c.answered_at AS "answeredAt", c.ended_at AS "endedAt", c.kind,
      c.extension_number AS "extensionNumber", c.extension_name AS "extensionName", c.dialled, c.to_e164 AS "toE164", c.country, c.state, c.outcome,
      c.reason, c.talk_ms AS "talkMs", c.billed_seconds AS "billedSeconds", c.cost_micros AS "costMicros", clock_timestamp() AS now,
      coalesce(w.currency, c.currency) AS currency, c.granted_seconds AS "grantedSeconds", c.limit_reason AS "limitReason",
      h.held_micros AS "heldMicros", to_jsonb(h) AS price, c.from_number AS "fromNumber"
    FROM call c
    LEFT JOIN LATERAL (SELECT * FROM hold WHERE call_id = c.id ORDER BY level DESC LIMIT 1) h ON true
    LEFT JOIN wallet w ON w.id = h.wallet_id
    WHERE c.tenant_id = ${tenantId}::uuid AND c.extension_id = ${of.extensionId}::uuid AND c.kind <> 'inbound' AND c.dialled = ${of.dialled}
      AND c.started_at > clock_timestamp() - make_interval(secs => ${of.ageSeconds + LEEWAY_SECONDS}::int)
    ORDER BY c.started_at DESC, c.id LIMIT 1`;
  return call && shown(call);
}

const states = { ringing: "ringing", live: "live" } as const;

function shown(call: Stored): PhoneCall {
  const row = callRowOf(call, call.now);
  const price = priceOf(call);
  const state = row.outcome === "ringing" || row.outcome === "live" ? states[row.outcome] : "ended";
  const held = micros(call.heldMicros ?? 0n);
  const answeredAt = state === "live" && price ? call.answeredAt : null;
  return {
    id: call.id as CallId,
    state,
    toFormatted: row.toFormatted,
    country: row.country,
    currency: call.currency,
    perMinuteMicros: price?.perMinute ?? null,
    // Whatever the clock says, no more is charged than what is held.
    costMicros: state === "live" && held < row.costMicros ? held : row.costMicros,
    grantedUntil: answeredAt && new Date(answeredAt.getTime() + call.grantedSeconds * 1_000),
    stopsBecause: call.limitReason,
    stopsBecauseSentence: sentenceOf(call.limitReason),
    reason: row.reason,
    reasonSentence: row.reasonSentence,
    fix: row.reason !== null && isRefusalCode(row.reason) ? fixOf(row.reason) : null,
    serverNow: call.now,
  };
}
