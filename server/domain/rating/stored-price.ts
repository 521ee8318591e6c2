import type { RatePrice } from "@/server/domain/rating/price.rules";
import { micros } from "@/server/kernel/money";

/** The columns of a price as to_jsonb() tells them; the tables rate and hold have the same. Prices fit a JSON number. */
export type StoredPrice = Readonly<{
  per_minute_micros: number;
  connection_fee_micros: number;
  first_seconds: number;
  next_seconds: number;
  grace_seconds: number;
  free_seconds: number;
  minimum_charge_micros: number;
  max_charge_micros: number | null;
  beyond: "cut" | "free";
  step_from: readonly number[] | null;
  step_per_minute: readonly number[] | null;
  step_increment: readonly number[] | null;
}>;

/** A stored price, of a plan or of a call. */
export function ratePriceOf(stored: StoredPrice): Required<RatePrice> {
  const money = (amount: number) => micros(BigInt(amount));
  return {
    perMinute: money(stored.per_minute_micros),
    connectionFee: money(stored.connection_fee_micros),
    firstSeconds: stored.first_seconds,
    nextSeconds: stored.next_seconds,
    graceSeconds: stored.grace_seconds,
    freeSeconds: stored.free_seconds,
    minimumCharge: money(stored.minimum_charge_micros),
    maxCharge: stored.max_charge_micros === null ? null : money(stored.max_charge_micros),
    beyond: stored.beyond,
    steps: (stored.step_from ?? []).map((from, at) => ({
      from,
      perMinute: money(stored.step_per_minute?.[at] ?? 0),
      increment: stored.step_increment?.[at] ?? 1,
    })),
  };
}
