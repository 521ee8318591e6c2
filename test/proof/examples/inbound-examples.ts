import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { Example, ExampleDesk } from "@/test/proof/examples/example";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };
const NUMBER = "4940001001";

/** A customer of a reseller with a number; both have a price for calls to it. */
async function numbered(desk: ExampleDesk) {
  const reseller = await desk.make.tenant("reseller", desk.operator);
  await desk.priced(desk.operator, reseller, [{ ...perSecond, perMinute: 30_000n }]);
  await desk.make.topUp(reseller, 1_000_000n);
  const { tenant, phone } = await desk.customer(1_000_000n, perSecond, { parent: reseller });
  await desk.make.did(tenant, NUMBER, phone.extensionId);
  const planOf = async (of: string) =>
    (await desk.make.one<{ plan: string }>("SELECT plan_id AS plan FROM tenant WHERE id = $1", [of])).plan;
  const inbound = { ...perSecond, direction: "in" } as const;
  await desk.make.setRate(desk.operator, await planOf(reseller.tenantId), "4940", { ...inbound, perMinute: 36_000n });
  await desk.make.setRate(reseller, await planOf(tenant.tenantId), "4940", { ...inbound, perMinute: 90_000n });
  return { reseller, tenant };
}

type Verdict = Readonly<{ kind: string; code: string; granted_seconds: number }>;

async function called({ db, pbx }: ExampleDesk, call: string, number = NUMBER): Promise<Verdict> {
  const text = "SELECT kind, code, granted_seconds FROM call_authorise_inbound($1, $2, $3, '', '', now())";
  const [verdict] = await db.pool.query<Verdict>("proof_inbound", text, [pbx, call, number]);
  if (!verdict) throw new Error("no verdict");
  return verdict;
}

export const inboundExamples: readonly Example[] = [
  {
    name: "a call from outside is held and charged at every level that has a price for it, and at no other",
    run: async (desk) => {
      const { reseller, tenant } = await numbered(desk);
      // For calling, which does not pay for being called.
      await desk.make.bundle(reseller, tenant, { amount: 10_000 });
      const money = async () => [await desk.make.wallet(tenant), await desk.make.wallet(reseller)];
      const talk = async () => {
        const call = randomUUID();
        equal((await called(desk, call)).kind, "inbound");
        const held = (await money()).map((of) => of.held);
        await desk.calls.answered(call);
        await desk.calls.settle(call, 10_000);
        return { held, posted: (await money()).map(({ posted }) => posted) };
      };
      deepEqual(await talk(), { held: [450_000n, 180_000n], posted: [985_000n, 994_000n] });
      await desk.make.sql("DELETE FROM rate WHERE direction = 'in' AND per_minute_micros = 90000");
      equal((await called(desk, "for nothing")).code, "RAT-02");
      await desk.make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [reseller.tenantId]);
      deepEqual(await talk(), { held: [0n, 180_000n], posted: [985_000n, 988_000n] });
      await desk.make.sql("DELETE FROM rate WHERE direction = 'in'");
      deepEqual(await talk(), { held: [0n, 0n], posted: [985_000n, 988_000n] });
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a suspended tenant receives what it does not pay for, and nothing else",
    run: async (desk) => {
      const { tenant, reseller } = await numbered(desk);
      await desk.make.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [tenant.tenantId]);
      equal((await called(desk, "paid")).code, "SEC-02");
      equal((await desk.make.wallet(reseller)).held, 0n);
      await desk.make.sql("DELETE FROM rate WHERE direction = 'in'");
      equal((await called(desk, "free")).kind, "inbound");
    },
  },
  {
    name: "who called for help is called back to the end, and pays for what was held and no more",
    run: async (desk) => {
      const { tenant, reseller } = await numbered(desk);
      const { endpoint } = await desk.make.one<{ endpoint: string }>(
        "SELECT sip_username AS endpoint FROM extension WHERE tenant_id = $1",
        [tenant.tenantId],
      );
      await desk.calls.authorise({ call: "help", endpoint, dialled: "112", kind: "emergency" });
      equal((await called(desk, "back")).granted_seconds, 300);
      await desk.calls.answered("back");
      await desk.make.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [tenant.tenantId]);
      equal((await desk.calls.renew("back"))?.granted_seconds, 14_400);
      await desk.calls.settle("back", 900_000);
      const posted = async () => [(await desk.make.wallet(tenant)).posted, (await desk.make.wallet(reseller)).posted];
      deepEqual(await posted(), [550_000n, 820_000n]);
      equal((await called(desk, "again")).granted_seconds, 14_400);
      await desk.calls.answered("again");
      await desk.calls.settle("again", 10_000);
      deepEqual(await posted(), [550_000n, 820_000n]);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a call from outside that is over is not let through again, nor one to another number by its id",
    run: async (desk) => {
      const { tenant } = await numbered(desk);
      await desk.make.did(tenant, "4940001002", (await desk.make.phone(tenant, "102")).extensionId);
      equal((await called(desk, "one")).granted_seconds, 300);
      equal((await called(desk, "one")).granted_seconds, 300);
      equal((await desk.make.wallet(tenant)).held, 450_000n);
      equal((await called(desk, "one", "4940001002")).kind, "refuse");
      await desk.calls.settle("one", 0);
      equal((await called(desk, "one")).kind, "refuse");
    },
  },
  {
    name: "a call from outside is one of so many at once, also where nobody pays for it",
    run: async (desk) => {
      const { tenant } = await numbered(desk);
      await desk.make.sql("DELETE FROM rate WHERE direction = 'in'");
      await desk.make.sql("UPDATE tenant SET max_calls = 2 WHERE id = $1", [tenant.tenantId]);
      equal((await called(desk, "one")).kind, "inbound");
      equal((await called(desk, "two")).kind, "inbound");
      equal((await called(desk, "three")).code, "LIM-01");
      equal((await called(desk, "two")).kind, "inbound");
      await desk.calls.settle("one", 0);
      equal((await called(desk, "four")).kind, "inbound");
    },
  },
];
