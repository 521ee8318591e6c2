import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import { ceilDiv } from "@/server/kernel/money";

/** A difference that a file shows. */
export type Shown = Readonly<{
  kind: DifferenceKind;
  /** What makes it the same one when it is found again. */
  subject: string;
  moneyAtRiskMicros: bigint;
  currency: string;
  detail: Readonly<Record<string, string | number>>;
}>;

export type Tolerances = Readonly<{
  talkMs: number;
  costMicros: bigint;
  /** The PBX rounds up to whole seconds: so much longer is no difference. */
  roundedUpMs: number;
}>;

/** Our side of a matched record. */
export type Ours = Readonly<{
  callId: string;
  tenantSlug: string;
  talkMs: number;
  /** What the operator took for it, in its currency. */
  takenMicros: bigint;
  takenCurrency: string;
}>;

export type Theirs = Readonly<{
  key: string;
  line: number;
  number: string;
  startedAt: string;
  talkMs: number;
  costMicros: bigint;
  currency: string;
}>;

/** So much of an amount as a part is of a whole; never less than it is. */
const share = (amount: bigint, part: number, whole: number): bigint =>
  whole <= 0 ? amount : ceilDiv(amount * BigInt(part), BigInt(whole));

/** Whether two talk times are further apart than may be. Longer by the rounding of the other side counts as equal. */
export function talkDiffers(theirMs: number, ourMs: number, { talkMs, roundedUpMs }: Tolerances): boolean {
  const longer = Math.max(0, theirMs - ourMs - roundedUpMs);
  const shorter = Math.max(0, ourMs - theirMs);
  return longer > talkMs || shorter > talkMs;
}

const base = (ours: Ours, theirs: Theirs) => ({
  callId: ours.callId,
  tenant: ours.tenantSlug,
  number: theirs.number,
  startedAt: theirs.startedAt,
  line: theirs.line,
});

/**
 * What a carrier's record and our call disagree about. Longer there: the carrier takes so much of its cost for time that was
 * not talked; longer here: the customers may have paid so much too much. A cost above what was taken for the call is a
 * loss, where both are in one currency.
 */
export function compareWithCarrier(ours: Ours, theirs: Theirs, tolerances: Tolerances): Shown[] {
  const shown: Shown[] = [];
  const subject = ours.callId;
  if (talkDiffers(theirs.talkMs, ours.talkMs, tolerances)) {
    const longer = theirs.talkMs > ours.talkMs;
    const apart = Math.abs(theirs.talkMs - ours.talkMs);
    shown.push({
      kind: "carrier_duration",
      subject,
      moneyAtRiskMicros: longer
        ? share(theirs.costMicros, apart, theirs.talkMs)
        : share(ours.takenMicros, apart, ours.talkMs),
      currency: longer ? theirs.currency : ours.takenCurrency,
      detail: { ...base(ours, theirs), theirMs: theirs.talkMs, oursMs: ours.talkMs },
    });
  }
  const loss = theirs.costMicros - ours.takenMicros;
  if (theirs.currency === ours.takenCurrency && loss > tolerances.costMicros) {
    shown.push({
      kind: "carrier_price",
      subject,
      moneyAtRiskMicros: loss,
      currency: theirs.currency,
      detail: { ...base(ours, theirs), theirCost: amount(theirs.costMicros), ourCost: amount(ours.takenMicros) },
    });
  }
  return shown;
}

const amount = (micros: bigint): string => `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, "0")}`;

/** A record of a carrier that no call of ours explains. */
export const carrierCharge = (theirs: Theirs): Shown => ({
  kind: "carrier_charge_without_call",
  subject: theirs.key,
  moneyAtRiskMicros: theirs.costMicros,
  currency: theirs.currency,
  detail: { number: theirs.number, startedAt: theirs.startedAt, line: theirs.line, theirMs: theirs.talkMs },
});

/** The PBX's record and our call disagree: the part of what was taken that the difference in talk time is. */
export function compareWithPbx(
  ours: Ours,
  record: Readonly<{ callKey: string; talkMs: number }>,
  tolerances: Tolerances,
): Shown | undefined {
  if (!talkDiffers(record.talkMs, ours.talkMs, tolerances)) return undefined;
  const apart = Math.abs(record.talkMs - ours.talkMs);
  const whole = Math.max(ours.talkMs, ours.takenMicros > 0n && ours.talkMs === 0 ? record.talkMs : 1);
  return {
    kind: "cdr_duration",
    subject: ours.callId,
    moneyAtRiskMicros: share(ours.takenMicros, apart, whole),
    currency: ours.takenCurrency,
    detail: {
      callId: ours.callId,
      tenant: ours.tenantSlug,
      call: record.callKey,
      theirMs: record.talkMs,
      oursMs: ours.talkMs,
    },
  };
}
