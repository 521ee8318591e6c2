import { type PriceStep, priceCall } from "@/server/domain/rating/price.rules";
import type { PriceQuestion } from "@/server/domain/rating/rate.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import { type Micros, micros } from "@/server/kernel/money";

export type PriceAnswer = {
  readonly prefix: string;
  readonly currency: string;
  readonly billedSeconds: number;
  readonly cost: Micros;
  readonly steps: readonly PriceStep[];
};

type Found = {
  prefix: string;
  currency: string;
  per_minute_micros: bigint;
  connection_fee_micros: bigint;
  first_seconds: number;
  next_seconds: number;
  grace_seconds: number;
};

/**
 * What a call of `ms` milliseconds to a number would cost under a plan, at a time (now when not given): the longest
 * matching prefix of those valid then, found by the function that charges calls.
 * @throws DomainError no_rate when no prefix of the number has a price then, or the plan is not visible.
 */
export async function lookUpPrice(tx: TenantRead, planId: string, { to, ms, at }: PriceQuestion): Promise<PriceAnswer> {
  const [rate] = await tx.$queryRaw<Found[]>`
    SELECT r.prefix, p.currency, r.per_minute_micros, r.connection_fee_micros, r.first_seconds, r.next_seconds, r.grace_seconds
    FROM rate_find(${planId}::uuid, ${to}, coalesce(${at ?? null}::timestamptz, now())) r JOIN plan p ON p.id = r.plan_id`;
  if (!rate) throw new DomainError("no_rate", { number: to });
  const { billedSeconds, cost, steps } = priceCall(ms, {
    perMinute: micros(rate.per_minute_micros),
    connectionFee: micros(rate.connection_fee_micros),
    firstSeconds: rate.first_seconds,
    nextSeconds: rate.next_seconds,
    graceSeconds: rate.grace_seconds,
  });
  const matched = { label: "Longest matching prefix", value: `+${rate.prefix}` };
  return { prefix: rate.prefix, currency: rate.currency, billedSeconds, cost, steps: [matched, ...steps] };
}
