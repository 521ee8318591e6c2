import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import type { Example } from "@/test/proof/examples/example";
import { noonZone } from "@/test/support/noon";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };

export const holdExamples: readonly Example[] = [
  {
    name: "racing calls together hold what is there, and the rest is refused for money",
    run: async ({ customer, calls, make, meeting }) => {
      const { tenant, phone } = await customer(500_000n, perSecond, { slice: 50 });
      const ids = Array.from({ length: 24 }, () => randomUUID());
      const verdicts = await meeting(tenant, 24, (at) =>
        calls.authorise({ call: ids[at] ?? "", endpoint: phone.endpoint }),
      );
      equal(verdicts.filter(({ kind }) => kind === "out").length, 10);
      equal(verdicts.filter(({ code }) => code === "BAL-01").length, 14);
      deepEqual(await make.wallet(tenant), { posted: 500_000n, held: 500_000n, available: 0n });
    },
  },
  {
    name: "one question asked many times at once holds once and has one answer",
    run: async ({ customer, calls, make, meeting }) => {
      const { tenant, phone } = await customer(1_000_000n);
      const call = randomUUID();
      const answers = await meeting(tenant, 8, () => calls.authorise({ call, endpoint: phone.endpoint }));
      equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
      equal((await make.wallet(tenant)).held, 300_000n);
    },
  },
  {
    name: "a grant is floored to whole increments, and needs the first one and the fee",
    run: async ({ customer, calls }) => {
      const rate = { perMinute: 60_000n, fee: 500n, first: 10, next: 6 };
      const grants = [];
      for (const money of [10_499n, 10_500n, 16_499n, 16_500n, 22_600n]) {
        const { phone } = await customer(money, rate);
        grants.push((await calls.authorise({ call: randomUUID(), endpoint: phone.endpoint })).granted_seconds);
      }
      deepEqual(grants, [0, 10, 10, 16, 22]);
    },
  },
  {
    name: "a call that is over is not let through again, nor by another phone's question",
    run: async ({ customer, calls, make }) => {
      const { tenant, phone } = await customer(1_000_000n);
      const other = await make.phone(tenant, "102");
      const call = randomUUID();
      equal((await calls.authorise({ call, endpoint: phone.endpoint })).kind, "out");
      equal((await calls.authorise({ call, endpoint: other.endpoint })).kind, "refuse");
      await calls.settle(call, 0);
      equal((await calls.authorise({ call, endpoint: phone.endpoint })).kind, "refuse");
    },
  },
  {
    name: "nobody calls whose tenant, or the one above, is suspended; and a call that goes on gets no more",
    run: async ({ customer, calls, make, operator, priced }) => {
      const reseller = await make.tenant("reseller", operator);
      await priced(operator, reseller, [perSecond]);
      await make.topUp(reseller, 1_000_000n);
      const { tenant, phone } = await customer(1_000_000n, perSecond, { parent: reseller, slice: 10 });
      const ask = () => calls.authorise({ call: randomUUID(), endpoint: phone.endpoint });
      const set = (id: string, state: string) => make.sql("UPDATE tenant SET state = $2 WHERE id = $1", [id, state]);
      const call = randomUUID();
      await calls.authorise({ call, endpoint: phone.endpoint });
      await calls.answered(call);
      await set(tenant.tenantId, "suspended");
      equal((await ask()).code, "SEC-02");
      equal((await calls.renew(call))?.granted_seconds, 10);
      await set(tenant.tenantId, "active");
      equal((await calls.renew(call))?.granted_seconds, 20);
      await set(reseller.tenantId, "suspended");
      equal((await ask()).code, "BAL-03");
    },
  },
  {
    name: "nobody sells below cost",
    run: async ({ customer, calls, make, operator, priced }) => {
      const reseller = await make.tenant("reseller", operator);
      await priced(operator, reseller, [perSecond]);
      await make.topUp(reseller, 1_000_000n);
      const { phone } = await customer(1_000_000n, { ...perSecond, perMinute: 59_999n }, { parent: reseller });
      equal((await calls.authorise({ call: randomUUID(), endpoint: phone.endpoint })).code, "RAT-02");
    },
  },
  {
    name: "a cap bounds first slice and renewal, with what is held and what was spent",
    run: async ({ customer, calls, make, talk }) => {
      const of = await customer(10_000_000n, perSecond, { slice: 20 });
      const noon = [of.tenant.tenantId, noonZone()];
      await make.sql("UPDATE tenant SET daily_cap_micros = 45000, time_zone = $2 WHERE id = $1", noon);
      await talk(of, 10_000);
      const call = randomUUID();
      equal((await calls.authorise({ call, endpoint: of.phone.endpoint })).granted_seconds, 20);
      await calls.answered(call);
      equal((await calls.renew(call))?.granted_seconds, 35);
      deepEqual(await calls.renew(call), { granted_seconds: 35, code: "CAP-01" });
      equal((await calls.authorise({ call: randomUUID(), endpoint: of.phone.endpoint })).code, "CAP-01");
      await make.sql("UPDATE tenant SET daily_cap_micros = 12000 WHERE id = $1", [of.tenant.tenantId]);
      await calls.settle(call, 1_000);
      equal((await calls.authorise({ call: randomUUID(), endpoint: of.phone.endpoint })).granted_seconds, 1);
    },
  },
  {
    name: "a price that changes while it rings is chosen at the answer, also when nobody reports it",
    run: async ({ customer, calls, make }) => {
      const now = Date.now();
      const change = new Date(now + 20_000).toISOString();
      const rates = [
        { ...perSecond, valid: `[2020-01-01,${change})` },
        { ...perSecond, perMinute: 120_000n, valid: `[${change},)` },
      ];
      const of = await customer(10_000_000n, rates);
      for (const heard of [true, false]) {
        const before = (await make.wallet(of.tenant)).posted;
        const call = randomUUID();
        await calls.authorise({ call, endpoint: of.phone.endpoint, at: new Date(now) });
        equal((await make.wallet(of.tenant)).held, 600_000n);
        if (heard) await calls.answered(call, new Date(now + 30_000));
        await calls.settle(call, 10_000, { at: new Date(now + 40_000) });
        equal(before - (await make.wallet(of.tenant)).posted, 20_000n);
      }
    },
  },
];
