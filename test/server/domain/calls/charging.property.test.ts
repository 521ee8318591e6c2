import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders, type Phone, type RateOf, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";

/**
 * Whatever happens to calls, in whatever order and however often: after every step the money adds up, no wallet is
 * overdrawn, and nobody paid more than was held.
 */
type Step =
  | { do: "authorise"; phone: number }
  | { do: "answered" | "renew"; call: number }
  | { do: "settle"; call: number; talkMs: number }
  | { do: "topUp"; wallet: number; amount: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("authorise" as const), phone: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("answered" as const, "renew" as const), call: fc.nat(11) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      call: fc.nat(11),
      talkMs: fc.oneof(fc.constant(0), fc.nat(200_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("topUp" as const),
      wallet: fc.nat(2),
      amount: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
);

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
});
afterAll(() => db.drop());

test("no order of events invents, loses or overspends money", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), async (steps, depth) => {
      const world = await newWorld(depth);
      for (const one of steps) await play(world, one);
      await endEverything(world);
    }),
    { numRuns: 100 },
  );
  // Otherwise the worlds would prove nothing: in both of them calls are charged.
  const charged = await make.sql<{ deep: boolean }>(
    "SELECT DISTINCT max_charge_micros IS NOT NULL AS deep FROM hold WHERE level = 0 AND state = 'charged'",
  );
  expect(charged).toHaveLength(2);
});

type World = {
  reseller: Tenancy;
  tenants: Tenancy[];
  phones: Phone[];
  calls: string[];
  desk: ReturnType<typeof callDesk>;
};

async function newWorld(depth: boolean): Promise<World> {
  const reseller = await make.tenant("reseller", operator);
  await make.assign(reseller, await make.plan(operator, { "49": { perMinute: 7_001n, fee: 3n, first: 7, next: 3 } }));
  await make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
  await make.topUp(reseller, 60_000n);
  const price: RateOf = { perMinute: 31_337n, fee: 100n, first: 30, next: 6, grace: 2 };
  const deep: RateOf = { ...price, minimum: 9_001n, max: 60_013n, free: 5, steps: [[60, 20_011n, 4]] };
  const sold = await make.plan(reseller, { "49": depth ? deep : price }, { slice: 40 });
  const tenants = [await make.tenant("customer", reseller), await make.tenant("customer", reseller)];
  for (const tenant of tenants) {
    await make.assign(tenant, sold);
    await make.topUp(tenant, 80_000n);
  }
  if (depth) {
    await make.sql("UPDATE tenant SET tax_ppm = 77000 WHERE id = $1", [reseller.tenantId]);
    await make.sql("UPDATE tenant SET tax_ppm = 190001 WHERE id = ANY ($1)", [tenants.map(({ tenantId }) => tenantId)]);
    if (tenants[0]) await make.bundle(reseller, tenants[0], { amount: 70 });
    if (tenants[1]) await make.bundle(reseller, tenants[1], { unit: "calls", amount: 2 });
  }
  const phones = [];
  for (const [index, number] of [
    [0, "101"],
    [0, "102"],
    [1, "101"],
  ] as const) {
    const tenant = tenants[index];
    if (tenant) phones.push(await make.phone(tenant, number));
  }
  return { reseller, tenants, phones, calls: [], desk: callDesk(db.pool, randomUUID()) };
}

async function play(world: World, step: Step): Promise<void> {
  const { desk, calls } = world;
  const call = "call" in step ? calls[step.call % Math.max(calls.length, 1)] : undefined;
  if (step.do === "authorise") {
    const id = randomUUID();
    const phone = world.phones[step.phone];
    if (phone) await desk.authorise({ call: id, endpoint: phone.endpoint });
    calls.push(id);
  } else if (step.do === "topUp") {
    const wallet = [...world.tenants, world.reseller][step.wallet];
    if (wallet) await make.topUp(wallet, BigInt(step.amount));
  } else if (call && step.do === "answered") await desk.answered(call);
  else if (call && step.do === "renew") await desk.renew(call);
  else if (call && step.do === "settle") await desk.settle(call, step.talkMs);
  await expectSound(world);
}

async function endEverything(world: World): Promise<void> {
  for (const call of world.calls) await world.desk.settle(call, 1_000);
  await expectSound(world);
  for (const tenant of [...world.tenants, world.reseller]) expect((await make.wallet(tenant)).held).toBe(0n);
}

async function expectSound(world: World): Promise<void> {
  expect(await make.sql("SELECT * FROM ledger_check()")).toEqual([]);
  for (const tenant of [...world.tenants, world.reseller]) {
    const { available, held } = await make.wallet(tenant);
    expect(available >= 0n && held >= 0n).toBe(true);
  }
  const sums = await make.sql<{ off: string }>(
    "SELECT sum(amount_micros)::text AS off FROM ledger_entry GROUP BY currency",
  );
  expect(sums.every((row) => row.off === "0")).toBe(true);
}
