import type { CallDetail } from "@/server/domain/calls/call-detail";
import type { PriceStep } from "@/server/domain/rating/price.rules";

/** What the buyer saw of a call when it disputed the charge: plain JSON that stays readable when receipts change. */
export type Evidence = Readonly<{
  call: Readonly<{
    from: string;
    to: string;
    dialled: string;
    startedAt: string;
    answeredAt: string | null;
    endedAt: string | null;
    talkMs: number;
    outcome: string;
    reason: string | null;
    hangupSide: string | null;
    causeCode: number | null;
    /** Where the phone called from, and which report ended the call. */
    source: string;
    evidence: string | null;
  }>;
  /** The receipt line by line, as it was shown; null for a call without a price. */
  receipt: Readonly<{
    planName: string;
    prefix: string;
    billedSeconds: number;
    /** A decimal string of micros. */
    costMicros: string;
    steps: readonly PriceStep[];
  }> | null;
  trace: readonly Readonly<{ gate: string; ok: boolean; value: string; limit: string }>[];
  ledger: readonly Readonly<{ id: string; at: string; amountMicros: string; balanceAfterMicros: string }>[];
}>;

/** Keeps a call as its payer sees it now. */
export function evidenceOf(call: CallDetail): Evidence {
  const { receipt } = call;
  return {
    call: {
      from:
        call.direction === "in"
          ? (call.fromFormatted ?? "unknown")
          : [call.from.extensionNumber, call.from.name].filter(Boolean).join(" "),
      to: call.toFormatted,
      dialled: call.dialled,
      startedAt: call.startedAt.toISOString(),
      answeredAt: call.answeredAt?.toISOString() ?? null,
      endedAt: call.endedAt?.toISOString() ?? null,
      talkMs: call.talkMs,
      outcome: call.outcome,
      reason: call.reason,
      hangupSide: call.hangupSide,
      causeCode: call.causeCode,
      source: call.source,
      evidence: call.evidence,
    },
    receipt: receipt && {
      planName: receipt.planName,
      prefix: receipt.prefix,
      billedSeconds: receipt.billedSeconds,
      costMicros: String(receipt.costMicros),
      steps: receipt.steps.map(({ label, value }) => ({ label, value })),
    },
    trace: call.trace.map(({ gate, ok, value, limit }) => ({ gate, ok, value, limit })),
    ledger: call.ledger.map((line) => ({
      id: line.id,
      at: line.at.toISOString(),
      amountMicros: String(line.amountMicros),
      balanceAfterMicros: String(line.balanceAfterMicros),
    })),
  };
}
