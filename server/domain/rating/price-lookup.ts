import { type PriceStep, priceCall } from "@/server/domain/rating/price.rules";
import type { PriceQuestion } from "@/server/domain/rating/rate.schema";
import { ratePriceOf, type StoredPrice } from "@/server/domain/rating/stored-price";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { Micros } from "@/server/kernel/money";

export type PriceAnswer = {
  readonly prefix: string;
  readonly currency: string;
  readonly billedSeconds: number;
  readonly cost: Micros;
  readonly steps: readonly PriceStep[];
};

type Found = { prefix: string; currency: string; price: StoredPrice };

/**
 * What a call of `ms` milliseconds to a number would cost under a plan, at a time (now when not given), without tax: the
 * longest matching prefix of those valid then, found by the function that charges calls.
 * @throws DomainError no_rate when no prefix of the number has a price then, or the plan is not visible.
 */
export async function lookUpPrice(tx: TenantRead, planId: string, question: PriceQuestion): Promise<PriceAnswer> {
  const { to, ms, at, direction = "out" } = question;
  const [rate] = await tx.$queryRaw<Found[]>`
    SELECT r.prefix, p.currency, to_jsonb(r) AS price
    FROM plan p, rate_for(p.id, ${direction}, ${to}, coalesce(${at ?? null}::timestamptz, now())) r WHERE p.id = ${planId}::uuid AND r.id IS NOT NULL`;
  if (!rate) throw new DomainError("no_rate", { number: to });
  const { billedSeconds, cost, steps } = priceCall(ms, ratePriceOf(rate.price));
  const matched = { label: "Longest matching prefix", value: `+${rate.prefix}` };
  return { prefix: rate.prefix, currency: rate.currency, billedSeconds, cost, steps: [matched, ...steps] };
}
