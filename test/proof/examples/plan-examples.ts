import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { Example, ExampleDesk } from "@/test/proof/examples/example";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };

/** A reseller that pays a micro a millisecond, and a customer that buys by a markup on that. */
async function markedUp(desk: ExampleDesk, terms: string) {
  const reseller = await desk.make.tenant("reseller", desk.operator);
  await desk.priced(desk.operator, reseller, [perSecond]);
  await desk.make.topUp(reseller, 1_000_000n);
  const of = await desk.customer(1_000_000n, perSecond, { parent: reseller });
  const plan = await desk.make.plan(reseller, {});
  await desk.make.sql(`UPDATE plan SET kind = 'markup', ${terms} WHERE id = $1`, [plan]);
  await desk.make.assign(of.tenant, plan);
  return { of, plan, reseller };
}

const minute = async (desk: ExampleDesk, terms: string) => {
  const { of } = await markedUp(desk, terms);
  return 1_000_000n - (await desk.talk(of, 60_000));
};

export const planExamples: readonly Example[] = [
  {
    name: "a markup is the price below times the factor, rounded up, and the fees, and not under its floor",
    run: async (desk) => {
      equal(await minute(desk, "factor_ppm = 1333333, per_minute_fee_micros = 1, call_fee_micros = 7"), 80_008n);
      equal(await minute(desk, "factor_ppm = 1100000, floor_per_minute_micros = 90000"), 90_000n);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a markup's own price for as many digits goes before what it would add to",
    run: async (desk) => {
      const { of, plan, reseller } = await markedUp(desk, "factor_ppm = 2000000");
      await desk.make.setRate(reseller, plan, "4", { ...perSecond, perMinute: 90_000n });
      equal(1_000_000n - (await desk.talk(of, 10_000)), 20_000n);
      await desk.make.setRate(reseller, plan, "49", { ...perSecond, perMinute: 90_000n });
      equal(980_000n - (await desk.talk(of, 10_000)), 15_000n);
    },
  },
  {
    name: "hours of the week are those of the plan's zone, and both prices are held while it is open which one holds",
    run: async (desk) => {
      const of = await desk.customer(10_000_000n);
      const [row] = await desk.make.sql<{ plan: string }>("SELECT plan_id AS plan FROM tenant WHERE id = $1", [
        of.tenant.tenantId,
      ]);
      const plan = row?.plan ?? "";
      await desk.make.sql("UPDATE plan SET time_zone = 'Asia/Kolkata' WHERE id = $1", [plan]);
      // A Monday from 17:31 to 19:00, which is from 12:01 to 13:30 in UTC.
      const hours = { hours: "{[1051,1140)}" };
      await desk.make.setRate(desk.operator, plan, "49", { ...perSecond, perMinute: 120_000n }, hours);
      const at = (time: string) => new Date(`2026-01-05T${time}Z`);
      const spent = async (asked: string, answered: string, held: bigint) => {
        const call = randomUUID();
        const before = (await desk.make.wallet(of.tenant)).posted;
        await desk.calls.authorise({ call, endpoint: of.phone.endpoint, at: at(asked) });
        equal((await desk.make.wallet(of.tenant)).held, held);
        await desk.calls.answered(call, at(answered));
        await desk.calls.settle(call, 10_000, { at: new Date(at(answered).getTime() + 10_000) });
        return before - (await desk.make.wallet(of.tenant)).posted;
      };
      equal(await spent("12:00:30", "12:00:50", 600_000n), 10_000n);
      equal(await spent("12:00:30", "12:01:10", 600_000n), 20_000n);
      equal(await spent("06:00:00", "06:00:10", 300_000n), 10_000n);
      equal(await spent("13:00:00", "13:00:10", 600_000n), 20_000n);
      equal(await spent("17:45:00", "17:45:10", 300_000n), 10_000n);
    },
  },
];
