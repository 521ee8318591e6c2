import { EPOCH_MS } from "@/test/proof/sim/kernel";
import { type Markup, markedUp, type Price } from "@/test/proof/sim/oracle";
import { ACTIVE_MS, type PlannedTenant, type Timeline } from "@/test/proof/sim/plan";
import type { Random } from "@/test/proof/sim/random";

/** A chain or a tree of resellers, and customers below some of them. Those above come first. */
export function planTenants(random: Random): PlannedTenant[] {
  const resellers: PlannedTenant[] = [];
  for (let depth = random.int(0, 3); depth > 0; depth -= 1) {
    const parent = random.chance(0.8) ? resellers.at(-1) : undefined;
    resellers.push(planTenant(random, `reseller-${resellers.length + 1}`, "reseller", parent));
  }
  const customers: PlannedTenant[] = [];
  for (let left = random.int(1, 2); left > 0; left -= 1) {
    const parent = resellers.length > 0 && random.chance(0.9) ? random.pick(resellers) : undefined;
    customers.push(planTenant(random, `customer-${customers.length + 1}`, "customer", parent));
  }
  return [...resellers, ...customers];
}

function planTenant(
  random: Random,
  slug: string,
  kind: PlannedTenant["kind"],
  seller: PlannedTenant | undefined,
): PlannedTenant {
  return {
    slug,
    kind,
    parent: seller?.slug,
    money: BigInt(random.pick([0, 30_000, 80_000, 200_000, 600_000, 5_000_000, 9_000_000]) + random.int(0, 20_000)),
    creditLimit: random.chance(0.2) ? BigInt(random.int(1, 100_000)) : 0n,
    sliceSeconds: random.pick([10, 11, 20, 30, 60, 120]),
    dailyCap: random.chance(0.15) ? BigInt(random.int(10_000, 400_000)) : undefined,
    taxPpm: random.chance(0.4) ? random.pick([190_000, 70_000, 1, 333_333, 1_000_000]) : 0,
    bundle: kind === "customer" && random.chance(0.3) ? planBundle(random) : undefined,
    twoPlans: random.chance(0.2),
    ...planPrices(random.fork("prices"), seller),
  };
}

type Prices = Pick<PlannedTenant, "rates" | "hours" | "markup" | "prices" | "inboundRate" | "inbound">;

/** Prices of its own, with a change of them or hours of the week, or a markup: on those, or on what the seller pays. */
function planPrices(random: Random, seller: PlannedTenant | undefined): Prices {
  const markup = random.chance(seller ? 0.4 : 0.15) ? planMarkup(random) : undefined;
  if (markup && seller && random.chance(0.7)) {
    const inbound = seller.inbound && markedUp(seller.inbound, markup);
    return {
      rates: [],
      hours: undefined,
      markup,
      prices: markedUpAll(seller.prices, markup),
      inboundRate: undefined,
      inbound,
    };
  }
  const rates = [{ fromMs: Date.UTC(2020, 0, 1), price: planPrice(random) }];
  const changes = random.int(1, 10);
  const hours = changes > 3 && changes <= 6 ? planHours(random) : undefined;
  if (changes <= 3) rates.push({ fromMs: EPOCH_MS + random.int(1_000, ACTIVE_MS), price: planPrice(random) });
  const prices = hours ? withHours(rates, hours) : rates;
  const inboundRate = random.chance(0.4) ? planPrice(random) : undefined;
  const inbound = inboundRate && markup ? markedUp(inboundRate, markup) : inboundRate;
  return {
    ...{ rates, hours: hours?.variant, markup, inboundRate, inbound },
    prices: markup ? markedUpAll(prices, markup) : prices,
  };
}

const markedUpAll = (prices: Timeline, markup: Markup): Timeline =>
  prices.map(({ fromMs, price }) => ({ fromMs, price: markedUp(price, markup) }));

const planMarkup = (random: Random): Markup => ({
  factorPpm: random.pick([1_000_000, 1_100_000, 1_333_333, 900_000, 2_500_001, 1]),
  perMinuteFee: random.chance(0.4) ? BigInt(random.int(1, 9_000)) : 0n,
  callFee: random.chance(0.3) ? BigInt(random.int(1, 9_000)) : 0n,
  floorPerMinute: random.chance(0.3) ? BigInt(random.int(1, 60_000)) : 0n,
});

type Hours = Readonly<{ variant: NonNullable<PlannedTenant["hours"]>; atMs: number; begins: boolean }>;

/** Minutes that a zone's clock is ahead of UTC while the worlds live. */
const ZONES = [
  ["UTC", 0],
  ["Europe/Berlin", 60],
  ["Asia/Kolkata", 330],
  ["America/St_Johns", -210],
  ["Pacific/Kiritimati", 840],
] as const;
/** Worlds begin on a Monday at noon. */
const NOON = 720;

/** Hours of five hours' length that begin or end in the middle of the world, at a whole minute. */
function planHours(random: Random): Hours {
  const [zone, ahead] = random.pick(ZONES);
  const after = random.int(1, Math.floor(ACTIVE_MS / 60_000));
  const begins = random.chance(0.5);
  const fromMinute = NOON + ahead + after - (begins ? 0 : 300);
  const price = planPrice(random);
  return {
    variant: { zone, fromMinute, untilMinute: fromMinute + 300, price },
    atMs: EPOCH_MS + after * 60_000,
    begins,
  };
}

function withHours(rates: Timeline, { variant, atMs, begins }: Hours): Timeline {
  const usual = rates[0]?.price ?? variant.price;
  return [
    { fromMs: Date.UTC(2020, 0, 1), price: begins ? usual : variant.price },
    { fromMs: atMs, price: begins ? variant.price : usual },
  ];
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
