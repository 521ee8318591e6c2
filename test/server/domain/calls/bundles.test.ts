import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let desk: Prepaid["desk"];
let operator: Prepaid["operator"];
let customer: Prepaid["customer"];
let recordOf: Prepaid["recordOf"];
let heldOf: Prepaid["heldOf"];
let talk: Prepaid["talk"];
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, desk, operator, customer, recordOf, heldOf, talk } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

describe("bundles", () => {
  const usedOf = (bundle: string) =>
    make.one<{ used: number; held: number }>(
      "SELECT sum(used)::int AS used, sum(held)::int AS held FROM bundle_use WHERE bundle_id = $1",
      [bundle],
    );

  test("seconds of a bundle are kept like money: parallel calls share them, and what is not talked comes back", async () => {
    const { ring, tenant } = await customer(60_000n, perSecond, 60);
    const bundle = await make.bundle(operator, tenant, { amount: 100 });
    const [one, two, three] = [await ring(), await ring(), await ring()];
    // 60 + 40 seconds are free; the rest is paid: 20 of the second call, 40 of the third, for which no more money is there.
    expect([one, two, three].map((verdict) => verdict.granted_seconds)).toEqual([60, 60, 40]);
    expect([await usedOf(bundle), await heldOf(tenant)]).toEqual([{ used: 0, held: 100 }, 60_000n]);
    expect(await talk(one.call, 10_000)).toBe("0");
    expect(await usedOf(bundle)).toEqual({ used: 10, held: 40 });
    expect(await talk(two.call, 50_000)).toBe("10000");
    // What came back is there for the next call; one that began without the bundle goes on without it.
    await desk.answered(three.call);
    expect((await desk.renew(three.call))?.granted_seconds).toBe(50);
    await desk.settle(three.call, 45_000);
    expect([(await recordOf(three.call)).cost, await usedOf(bundle)]).toEqual(["45000", { used: 50, held: 0 }]);
    const fourth = await ring();
    expect(await usedOf(bundle)).toEqual({ used: 50, held: 50 });
    await desk.answered(fourth.call);
    expect(await desk.renew(fourth.call)).toEqual({ granted_seconds: 55, code: "BAL-02" });
  });

  test("a bundle of calls pays the whole call, fee and all, and is back when nobody answers", async () => {
    const { ring, tenant } = await customer(0n, { ...perSecond, fee: 9_000n, minimum: 5_000n });
    const bundle = await make.bundle(operator, tenant, { unit: "calls", amount: 1 });
    const unanswered = await ring();
    expect((await ring()).code).toBe("BAL-01");
    await desk.settle(unanswered.call, 0);
    expect(await talk((await ring()).call, 250_000)).toBe("0");
    expect([await usedOf(bundle), (await ring()).code]).toEqual([{ used: 1, held: 0 }, "BAL-01"]);
  });

  test("numbers of another group are paid", async () => {
    const { ring, tenant } = await customer(10_000n);
    await make.bundle(operator, tenant, { amount: 1_000, prefixes: ["4930999", "44"] });
    expect(await talk((await ring()).call, 5_000)).toBe("5000");
  });

  test("of many calls at once none gets a second twice", async () => {
    const { ring, tenant } = await customer(0n, perSecond, 30);
    const bundle = await make.bundle(operator, tenant, { amount: 100 });
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => ring()));
    expect(verdicts.reduce((sum, verdict) => sum + verdict.granted_seconds, 0)).toBe(100);
    expect(await usedOf(bundle)).toEqual({ used: 0, held: 100 });
  });
});
