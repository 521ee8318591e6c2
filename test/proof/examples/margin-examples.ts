import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { DeepRate, Example, ExampleDesk } from "@/test/proof/examples/example";
import { askTogether } from "@/test/proof/examples/placing-examples";
import type { Tenancy } from "@/test/support/builders";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };
const dear = { ...perSecond, perMinute: 120_000n };

type Priced = DeepRate | readonly DeepRate[];

/** Resellers, each below the one before, and a customer of the last, with what they pay in that order; all have credit. */
async function chained(desk: ExampleDesk, prices: readonly Priced[], currencies: readonly string[] = []) {
  const levels: Tenancy[] = [];
  for (const [i, price] of prices.entries()) {
    const seller = levels.at(-1) ?? desk.operator;
    const currency = currencies[i] ?? "EUR";
    const buyer = await desk.make.tenant(i === prices.length - 1 ? "customer" : "reseller", seller, { currency });
    await desk.priced(seller, buyer, Array.isArray(price) ? price : [price as DeepRate]);
    await desk.make.sql("UPDATE plan SET currency = $2 WHERE id = (SELECT plan_id FROM tenant WHERE id = $1)", [
      ...[buyer.tenantId, currency],
    ]);
    await desk.make.sql("UPDATE wallet SET credit_limit_micros = 1000000000000 WHERE tenant_id = $1", [buyer.tenantId]);
    levels.push(buyer);
  }
  const caller = levels.at(-1);
  if (!caller) throw new Error("nobody calls");
  const phone = await desk.make.phone(caller);
  /** What is answered to a call told with others, and to one told alone. */
  const ask = async () => {
    const [together = ""] = await askTogether(desk, phone.endpoint, 1);
    const { kind, code } = await desk.calls.authorise({ call: randomUUID(), endpoint: phone.endpoint });
    return [together, kind === "out" ? "out" : code];
  };
  const agree = async (level: number) => {
    await desk.make.sql("UPDATE tenant SET sells_below_cost = true WHERE id = $1", [levels[level]?.tenantId]);
  };
  return { levels, phone, ask, agree };
}

const refused = ["RAT-02", "RAT-02"];
const passed = ["out", "out"];

/** Changes into another price after so many seconds. */
const changing = (now: DeepRate, seconds: number, late: DeepRate): readonly DeepRate[] => {
  const moment = new Date(Date.now() + seconds * 1_000).toISOString();
  return [
    { ...now, valid: `[2020-01-01,${moment})` },
    { ...late, valid: `[${moment},)` },
  ];
};

export const marginExamples: readonly Example[] = [
  {
    name: "what carriers ask is compared with what the top of a chain pays, unless the operator agreed, and not where nobody knows it",
    run: async (desk) => {
      const { make, operator } = desk;
      const of = await chained(desk, [perSecond, dear]);
      const sells = (plan: string | null, agreed = false) =>
        make.sql("UPDATE tenant SET cost_plan_id = $2, sells_below_cost = $3 WHERE id = $1", [
          ...[operator.tenantId, plan, agreed],
        ]);
      const carriers = async (perMinute: bigint, prefix = "49", currency = "EUR") =>
        make.plan(operator, { [prefix]: { ...perSecond, perMinute } }, { currency });
      try {
        await sells(await carriers(60_000n));
        deepEqual(await of.ask(), passed);
        const above = await carriers(60_001n);
        await sells(above);
        deepEqual(await of.ask(), refused);
        await sells(above, true);
        deepEqual(await of.ask(), passed);
        await sells(await carriers(1n, "49", "USD"));
        deepEqual(await of.ask(), refused);
        await sells(await carriers(60_001n, "44"));
        deepEqual(await of.ask(), passed);
        const rising = await make.plan(operator, {});
        for (const { valid = "", ...rate } of changing(perSecond, 30, dear)) {
          await make.setRate(operator, rising, "49", rate, { valid });
        }
        await sells(rising);
        deepEqual(await of.ask(), refused);
      } finally {
        await sells(null);
      }
    },
  },
  {
    name: "a reseller's reseller below cost is refused, wherever in the chain it is, unless that level agreed",
    run: async (desk) => {
      const prices = { lowest: [60_000n, 120_000n, 119_999n], highest: [60_000n, 59_999n, 120_000n] };
      for (const [where, [top = 0n, middle = 0n, bottom = 0n]] of Object.entries(prices)) {
        const of = await chained(
          desk,
          [top, middle, bottom].map((perMinute) => ({ ...perSecond, perMinute })),
        );
        deepEqual(await of.ask(), refused);
        await of.agree(where === "lowest" ? 0 : 1);
        deepEqual(await of.ask(), refused);
        await of.agree(where === "lowest" ? 1 : 0);
        deepEqual(await of.ask(), passed);
      }
      deepEqual(await (await chained(desk, [perSecond, perSecond, dear, dear])).ask(), passed);
    },
  },
  {
    name: "what is bought in one currency and sold in another is refused, however much it is, unless that level agreed",
    run: async (desk) => {
      const of = await chained(desk, [perSecond, { ...perSecond, perMinute: 60_000_000n }], ["EUR", "JPY"]);
      deepEqual(await of.ask(), refused);
      await of.agree(0);
      deepEqual(await of.ask(), passed);
    },
  },
  {
    name: "free at first is below cost where the same call is paid for, and not where it is free as well",
    run: async (desk) => {
      deepEqual(await (await chained(desk, [perSecond, { ...dear, grace: 3_600 }])).ask(), refused);
      deepEqual(await (await chained(desk, [perSecond, { ...perSecond, grace: 1 }])).ask(), refused);
      deepEqual(
        await (
          await chained(desk, [
            { ...perSecond, grace: 5 },
            { ...perSecond, grace: 5 },
          ])
        ).ask(),
        passed,
      );
      deepEqual(
        await (
          await chained(desk, [
            { ...perSecond, free: 9 },
            { ...dear, grace: 9 },
          ])
        ).ask(),
        passed,
      );
    },
  },
  {
    name: "below cost is what is so at any moment at which somebody may answer",
    run: async (desk) => {
      const asked = async (...prices: readonly Priced[]) => (await chained(desk, prices)).ask();
      deepEqual(await asked(changing(perSecond, 30, dear), { ...perSecond, perMinute: 70_000n }), refused);
      deepEqual(await asked(perSecond, changing(dear, 30, { ...perSecond, perMinute: 59_999n })), refused);
      // Each of the two covers the other before and after, but not between the two moments.
      deepEqual(await asked(changing(perSecond, 30, dear), changing(perSecond, 60, dear)), refused);
      deepEqual(await asked(changing(dear, 60, perSecond), changing(dear, 30, perSecond)), refused);
      deepEqual(await asked(changing(perSecond, 60, dear), changing(perSecond, 30, dear)), passed);
      deepEqual(await asked(perSecond, changing(perSecond, 30, dear)), passed);
    },
  },
  {
    name: "a price that covers another at its beginning and in the end does so in between",
    run: async (desk) => {
      // For a while a minimum covers no more what a fee makes up for.
      const bought = { ...perSecond, fee: 30_000n };
      deepEqual(
        await (await chained(desk, [bought, { ...perSecond, perMinute: 60_600n, minimum: 600_000n }])).ask(),
        refused,
      );
      deepEqual(await (await chained(desk, [bought, { ...dear, minimum: 60_000n }])).ask(), passed);
      const cheaper = { ...perSecond, steps: [[120, 30_000n, 1]] as const };
      deepEqual(await (await chained(desk, [cheaper, perSecond])).ask(), passed);
      deepEqual(await (await chained(desk, [perSecond, { ...perSecond, next: 7 }])).ask(), passed);
      deepEqual(await (await chained(desk, [{ ...perSecond, next: 7 }, perSecond])).ask(), refused);
    },
  },
  {
    name: "a call that another level ends is told to nobody as a matter of its own price",
    run: async (desk) => {
      const reasonOf = async (call: string) => {
        const [row] = await desk.make.sql<{ reason: string }>(
          "SELECT limit_reason AS reason FROM call WHERE pbx_call_id = $1",
          [call],
        );
        return row?.reason;
      };
      const [call, other] = [randomUUID(), randomUUID()];
      const of = await chained(desk, [{ ...perSecond, max: 50_000n }, dear]);
      equal((await desk.calls.authorise({ call, endpoint: of.phone.endpoint })).granted_seconds, 50);
      equal(await reasonOf(call), "BAL-03");
      await desk.calls.answered(call);
      deepEqual(await desk.calls.renew(call), { granted_seconds: 50, code: "BAL-03" });
      const own = await chained(desk, [perSecond, { ...dear, max: 100_000n }]);
      await desk.calls.authorise({ call: other, endpoint: own.phone.endpoint });
      equal(await reasonOf(other), "RAT-03");
      await desk.calls.answered(other);
      deepEqual(await desk.calls.renew(other), { granted_seconds: 50, code: "RAT-03" });
      await desk.make.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [own.levels[1]?.tenantId]);
      equal((await desk.calls.renew(other))?.code, "SEC-02");
      equal(await reasonOf(other), "SEC-02");
    },
  },
  {
    name: "a call is renewed by the slice of the plan that priced it",
    run: async (desk) => {
      const { tenant, phone } = await desk.customer(10_000_000n, perSecond, { slice: 200 });
      const first = await desk.make.plan(desk.operator, { "4930": perSecond }, { slice: 30 });
      const grants = async (call: string, e164: string) => {
        await desk.calls.answered(call);
        const before = await desk.make.one<{ n: number }>(
          "SELECT granted_seconds AS n FROM call WHERE pbx_call_id = $1 AND to_e164 = $2",
          [call, e164],
        );
        return [before.n, (await desk.calls.renew(call))?.granted_seconds];
      };
      await desk.make.sql("INSERT INTO tenant_plan (tenant_id, plan_id, priority) VALUES ($1, $2, 1)", [
        ...[tenant.tenantId, first],
      ]);
      const alone = randomUUID();
      await desk.calls.authorise({ call: alone, endpoint: phone.endpoint });
      deepEqual(await grants(alone, "493012345678"), [30, 60]);
      const other = randomUUID();
      await desk.calls.authorise({ call: other, endpoint: phone.endpoint, e164: "498912345678" });
      deepEqual(await grants(other, "498912345678"), [200, 400]);
      await desk.make.sql("UPDATE call SET state = 'answered', pbx_call_id = pbx_call_id || 'x' WHERE tenant_id = $1", [
        tenant.tenantId,
      ]);
      await askTogether(desk, phone.endpoint, 1);
      const { id } = await desk.make.one<{ id: string }>(
        "SELECT pbx_call_id AS id FROM call WHERE tenant_id = $1 AND state = 'authorised'",
        [tenant.tenantId],
      );
      deepEqual(await grants(id, "493012345678"), [30, 60]);
    },
  },
];
