import { createPlan } from "@/server/domain/rating/plans";
import { type NewRate, newRateSchema } from "@/server/domain/rating/rate.schema";
import { setRate } from "@/server/domain/rating/rates";
import type { Db } from "@/server/infra/db/client";
import type { PlanId, TenantId } from "@/server/kernel/ids";
import { decimalOf, parseMicros } from "@/server/kernel/money";

import { demoChange } from "./people";
import { wholesale } from "./story";

type Plan = Readonly<{ name: string; percent?: bigint; least?: bigint; first: number; next: number }>;

/** A percentage more than wholesale (less, for what carriers ask), and at least a fixed amount, so that nothing is sold at a loss. */
function priceIn({ percent = 0n, least }: Plan, wholesalePrice: string): string {
  const cost = parseMicros(wholesalePrice) ?? 0n;
  const share = (cost * percent) / 100n;
  return decimalOf(cost + (least !== undefined && share < least ? least : share));
}

/** A plan with a price for every prefix of the demo, valid since before its first call. */
export async function makePlan(db: Db, ownerId: TenantId, plan: Plan, from: Date): Promise<PlanId> {
  const id = await demoChange(db, ownerId, "plan.create", async (tx) => {
    const made = await createPlan(tx, ownerId, { name: plan.name, currency: "EUR" });
    return { subject: `plan:${made}`, after: { name: plan.name, currency: "EUR" }, result: made };
  });
  const rates: NewRate[] = wholesale.map(({ prefix, buy }) =>
    newRateSchema.parse({
      prefix,
      perMinute: priceIn(plan, buy),
      firstSeconds: plan.first,
      nextSeconds: plan.next,
      from: from.toISOString(),
    }),
  );
  await demoChange(db, ownerId, "rate.set", async (tx) => {
    for (const rate of rates) await setRate(tx, ownerId, { planId: id, ...rate });
    return { subject: `plan:${id}`, after: { rates: rates.length }, result: undefined };
  });
  return id;
}
