import { EPOCH_MS } from "@/test/proof/sim/kernel";
import type { Price } from "@/test/proof/sim/oracle";
import { ACTIVE_MS, type PlannedTenant } from "@/test/proof/sim/plan";
import type { Random } from "@/test/proof/sim/random";

/** A chain or a tree of resellers, and customers below some of them. Those above come first. */
export function planTenants(random: Random): PlannedTenant[] {
  const resellers: PlannedTenant[] = [];
  for (let depth = random.int(0, 3); depth > 0; depth -= 1) {
    const parent = random.chance(0.8) ? resellers.at(-1)?.slug : undefined;
    resellers.push(planTenant(random, `reseller-${resellers.length + 1}`, "reseller", parent));
  }
  const customers: PlannedTenant[] = [];
  for (let left = random.int(1, 2); left > 0; left -= 1) {
    const parent = resellers.length > 0 && random.chance(0.9) ? random.pick(resellers).slug : undefined;
    customers.push(planTenant(random, `customer-${customers.length + 1}`, "customer", parent));
  }
  return [...resellers, ...customers];
}

function planTenant(
  random: Random,
  slug: string,
  kind: PlannedTenant["kind"],
  parent: string | undefined,
): PlannedTenant {
  const prices = [{ fromMs: Date.UTC(2020, 0, 1), price: planPrice(random) }];
  if (random.chance(0.3)) prices.push({ fromMs: EPOCH_MS + random.int(1_000, ACTIVE_MS), price: planPrice(random) });
  return {
    slug,
    kind,
    parent,
    money: BigInt(random.pick([0, 30_000, 80_000, 200_000, 600_000, 5_000_000, 9_000_000]) + random.int(0, 20_000)),
    creditLimit: random.chance(0.2) ? BigInt(random.int(1, 100_000)) : 0n,
    sliceSeconds: random.pick([10, 11, 20, 30, 60, 120]),
    dailyCap: random.chance(0.15) ? BigInt(random.int(10_000, 400_000)) : undefined,
    taxPpm: random.chance(0.4) ? random.pick([190_000, 70_000, 1, 333_333, 1_000_000]) : 0,
    bundle: kind === "customer" && random.chance(0.3) ? planBundle(random) : undefined,
    twoPlans: random.chance(0.2),
    prices,
  };
}

const planBundle = (random: Random): PlannedTenant["bundle"] =>
  random.chance(0.7)
    ? { unit: "seconds", amount: random.int(1, 200), secondsPerCall: 60 }
    : { unit: "calls", amount: random.int(1, 4), secondsPerCall: random.int(60, 120) };

function planPrice(random: Random): Price {
  const odd = random.chance(0.4);
  const minimum = random.chance(0.2) ? BigInt(random.int(1, 40_000)) : 0n;
  return {
    perMinute: random.chance(0.05) ? 0n : BigInt(random.int(1, 90_000)),
    fee: random.chance(0.4) ? BigInt(random.int(1, 30_000)) : 0n,
    first: odd ? random.int(1, 40) : random.pick([1, 6, 30, 60]),
    next: odd ? random.int(1, 20) : random.pick([1, 6, 30, 60]),
    grace: random.chance(0.25) ? random.int(1, 8) : 0,
    minimum,
    free: random.chance(0.15) ? random.int(1, 40) : 0,
    max: random.chance(0.15) ? minimum + BigInt(random.int(1, 90_000)) : undefined,
    beyond: random.chance(0.5) ? "cut" : "free",
    steps: random.chance(0.25) ? planSteps(random) : [],
  };
}

function planSteps(random: Random): Price["steps"] {
  let from = 0;
  return Array.from({ length: random.int(1, 3) }, () => {
    from += random.int(1, 50);
    return { from, perMinute: BigInt(random.int(0, 120_000)), increment: random.pick([1, 6, 7, 13, 60]) };
  });
}
