import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { authoriseMany } from "@/server/domain/calls/authorise-many";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import type { RateOf, Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
});
afterAll(() => db.drop());

const at = new Date("2026-06-01T10:00:00Z");
const sold: RateOf = { perMinute: 60_000n, fee: 500n, first: 60, next: 6, minimum: 1_000n };
const paid: RateOf = { perMinute: 30_000n, fee: 500n, first: 6, next: 6 };

/** What is out of the ordinary about a tenant, if anything, as a change of it. */
const oddities: Readonly<Record<string, string>> = {
  none: "SELECT $1::uuid",
  suspended: "UPDATE tenant SET state = 'suspended' WHERE id = $1",
  "phone suspended": "UPDATE extension SET state = 'suspended' WHERE tenant_id = $1",
  "few calls at once": "UPDATE tenant SET max_calls = 2 WHERE id = $1",
  "few calls of a phone": "UPDATE extension SET max_calls = 1 WHERE tenant_id = $1",
  "few calls a minute": "UPDATE tenant SET max_calls_per_minute = 2 WHERE id = $1",
  "few calls a second": "UPDATE tenant SET max_calls_per_second = 2 WHERE id = $1",
  "country closed": "DELETE FROM destination WHERE tenant_id = $1",
  "daily cap": "UPDATE tenant SET daily_cap_micros = 700000 WHERE id = $1",
  "price bound": "UPDATE extension SET max_per_minute_micros = 59999 WHERE tenant_id = $1",
  "tax of a fifth": "UPDATE tenant SET tax_ppm = 190001 WHERE id = $1",
  "free seconds": "UPDATE rate SET free_seconds = 30 WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "below cost": "UPDATE rate SET per_minute_micros = 29999 WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "dearer first seconds above":
    "UPDATE rate SET first_seconds = 7 WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "greatest charge":
    "UPDATE rate SET max_charge_micros = 200000 WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "price with hours": "UPDATE rate SET hours = '{[0,5000)}' WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "price that ends":
    "UPDATE rate SET valid = '[2020-01-01,2026-06-01 10:01:00+00)' WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "price of later":
    "UPDATE rate SET valid = '[2026-06-01 10:01:00+00,)' WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)",
  markup: "UPDATE plan SET kind = 'markup' WHERE id = (SELECT plan_id FROM tenant WHERE id = $1)",
  "no plan": "UPDATE tenant SET plan_id = NULL WHERE id = $1",
};

/** Two of three times what is usual. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const someWorld = fc.record({
  odd: fc.array(mostly("none", ...Object.keys(oddities)), {
    minLength: 2,
    maxLength: 2,
  }),
  money: fc.array(mostly(10_000_000n, 0n, 299_000n, 301_000n, 650_000n), {
    minLength: 3,
    maxLength: 3,
  }),
  reseller: mostly("none", "suspended", "markup", "tax of a fifth"),
  agreed: fc.boolean(),
  calls: fc.array(
    fc.record({ who: fc.nat(2), phone: fc.nat(1), country: fc.constantFrom(...Array<string>(15).fill("49"), "43") }),
    {
      minLength: 3,
      maxLength: 12,
    },
  ),
});
type World = typeof someWorld extends fc.Arbitrary<infer W> ? W : never;

/** Two customers of one reseller, which calls as well; two phones each. */
async function company({ odd, money, reseller: oddAbove, agreed }: World) {
  const { make, operator } = world;
  const reseller = await make.tenant("reseller", operator);
  const tenants: Tenancy[] = [];
  await make.assign(reseller, await make.plan(operator, { "49": paid, "4930": { ...paid, perMinute: 31_000n } }));
  for (const [i, what] of odd.entries()) {
    const tenant = await make.tenant("customer", reseller);
    await make.assign(tenant, await make.plan(reseller, { "49": sold, "4930": sold }, { slice: 300 }));
    await make.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'AT') ON CONFLICT DO NOTHING", [
      tenant.tenantId,
    ]);
    tenants.push(tenant);
    if ((money[i] ?? 0n) > 0n) await make.topUp(tenant, money[i] ?? 0n);
    await make.phone(tenant, "101");
    await make.phone(tenant, "102");
    await make.sql(oddities[what] ?? "", [tenant.tenantId]);
  }
  if ((money[2] ?? 0n) > 0n) await make.topUp(reseller, money[2] ?? 0n);
  await make.phone(reseller, "101");
  await make.phone(reseller, "102");
  await make.sql("UPDATE tenant SET sells_below_cost = $2 WHERE id = $1", [reseller.tenantId, agreed]);
  await make.sql(oddities[oddAbove] ?? "", [reseller.tenantId]);
  return [...tenants, reseller];
}

/** All that was written, without ids and names, which differ by nature. */
async function booksOf(of: readonly Tenancy[], pbx: string) {
  const { make } = world;
  const wallets = [];
  for (const tenant of of) wallets.push(await make.wallet(tenant));
  const calls = await make.sql<{ trace: { gate: string; limit: string }[] }>(
    `SELECT pbx_call_id, extension_number, extension_name, kind, dialled, to_e164, country, source_address, state, outcome, reason, limit_reason, granted_seconds,
       started_at, answered_at, last_seen_at, ended_at, talk_ms, cost_micros, shortfall_micros, currency, hangup_side, source, from_number, trace
     FROM call WHERE pbx = $1 ORDER BY pbx_call_id`,
    [pbx],
  );
  const holds = await make.sql<object>(
    `SELECT c.pbx_call_id, to_jsonb(h) - '{tenant_id,call_id,call_tenant_id,wallet_id,plan_name,plan_id}'::text[] || jsonb_build_object('planKnown', p.name = h.plan_name) AS hold
     FROM hold h JOIN call c ON c.id = h.call_id LEFT JOIN plan p ON p.id = h.plan_id WHERE c.pbx = $1 ORDER BY c.pbx_call_id, h.level`,
    [pbx],
  );
  for (const { trace } of calls) for (const gate of trace) if (gate.gate === "price") gate.limit = "the plan";
  return { wallets, calls, holds };
}

test("calls authorised together leave what they leave one after the other", { timeout: 600_000 }, async () => {
  let together = 0;
  let apart = 0;
  await fc.assert(
    fc.asyncProperty(someWorld, async (drawn) => {
      const asked = drawn.calls.map(({ who, phone, country }, i) => ({
        ...{ who, phone: 101 + phone, call: `call-${String(i).padStart(3, "0")}` },
        number: readDialled(`00${country}30123456`, "DE"),
      }));
      const endpoint = (of: readonly Tenancy[], { who, phone }: (typeof asked)[number]) => `${of[who]?.slug}-${phone}`;
      const alone = async (of: readonly Tenancy[], pbx: string, some: typeof asked) => {
        const desk = callDesk(db.pool, pbx);
        for (const one of some) {
          const { digits, e164 = "", country = "" } = one.number;
          await desk.authorise({ call: one.call, endpoint: endpoint(of, one), dialled: digits, e164, country, at });
        }
      };
      const [first, second] = [await company(drawn), await company(drawn)];
      const [pbx, other] = [randomUUID(), randomUUID()];
      const answers = await authoriseMany(
        db.pool,
        asked.map((one) => {
          const question = { pbx, call: one.call, endpoint: endpoint(first, one), dialled: one.number.digits };
          return { question: { ...question, address: "", at }, number: one.number };
        }),
      );
      // Left to themselves are only calls that leave no trace of having been told with the others.
      const placed = asked.filter(({ call }) => answers.has(call));
      const left = asked.filter(({ call }) => !answers.has(call));
      expect((await booksOf(first, pbx)).calls).toHaveLength(placed.length);
      await alone(first, pbx, left);
      await alone(second, other, [...placed, ...left]);
      expect(await booksOf(first, pbx)).toEqual(await booksOf(second, other));
      expect(await world.differences()).toEqual([]);
      together += placed.length;
      apart += left.length;
    }),
    { numRuns: 40 },
  );
  expect(Math.min(together, apart)).toBeGreaterThan(10);
});
