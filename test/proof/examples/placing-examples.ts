import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { authoriseMany } from "@/server/domain/calls/authorise-many";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import type { Example, ExampleDesk } from "@/test/proof/examples/example";

const perSecond = { perMinute: 60_000n, first: 1, next: 1 };
const number = readDialled("00493012345678", "DE");

/** Asks about so many calls of a phone in one statement, and about those that it leaves each for itself. @returns their codes. */
export async function askTogether(
  { db, pbx, calls }: ExampleDesk,
  endpoint: string,
  count = 3,
  at = new Date(),
): Promise<string[]> {
  const asked = Array.from({ length: count }, () => ({
    question: { pbx, call: randomUUID(), endpoint, dialled: number.digits, address: "", at },
    number,
  }));
  const answers = await authoriseMany(db.pool, asked);
  const codes: string[] = [];
  for (const { question } of asked) {
    const alone = () => calls.authorise({ call: question.call, endpoint, at: question.at });
    const { kind, code } = answers.get(question.call) ?? (await alone());
    codes.push(kind === "out" ? "out" : code);
  }
  return codes;
}

/** A customer of a reseller, both with money and a price. */
async function below(desk: ExampleDesk, money: bigint, taxPpm = 0) {
  const reseller = await desk.make.tenant("reseller", desk.operator);
  await desk.priced(desk.operator, reseller, [{ ...perSecond, perMinute: 30_000n }]);
  await desk.make.topUp(reseller, 10_000_000n);
  const of = await desk.customer(money, perSecond, { parent: reseller, slice: 10, taxPpm });
  return { reseller, ...of };
}

/** Calls let through in one statement come to what they would come to one after the other. */
export const placingExamples: readonly Example[] = [
  {
    name: "calls let through together hold at every level what each may cost",
    run: async (desk) => {
      const { reseller, tenant, phone } = await below(desk, 1_000_000n, 190_000);
      deepEqual(await askTogether(desk, phone.endpoint), ["out", "out", "out"]);
      equal((await desk.make.wallet(tenant)).held, 35_700n);
      equal((await desk.make.wallet(reseller)).held, 15_000n);
      deepEqual(await desk.books(), []);
      const plan = await desk.make.one<{ id: string }>("SELECT plan_id AS id FROM tenant WHERE id = $1", [
        tenant.tenantId,
      ]);
      await desk.make.setRate(reseller, plan.id, "4930", { ...perSecond, perMinute: 120_000n });
      await askTogether(desk, phone.endpoint, 1);
      equal((await desk.make.wallet(tenant)).held, 59_500n);
    },
  },
  {
    name: "calls let through together share what is there and count each other",
    run: async (desk) => {
      const { tenant, phone } = await below(desk, 35_000n);
      deepEqual(await askTogether(desk, phone.endpoint, 5), ["out", "out", "out", "out", "BAL-01"]);
      equal((await desk.make.wallet(tenant)).available, 0n);
      const other = await below(desk, 10_000_000n);
      await desk.make.sql("UPDATE tenant SET max_calls = 2 WHERE id = $1", [other.tenant.tenantId]);
      deepEqual(await askTogether(desk, other.phone.endpoint), ["out", "out", "LIM-01"]);
      const quick = await below(desk, 10_000_000n);
      await desk.make.sql("UPDATE tenant SET max_calls_per_second = 2 WHERE id = $1", [quick.tenant.tenantId]);
      const now = new Date();
      deepEqual(await askTogether(desk, quick.phone.endpoint, 3, now), ["out", "out", "LIM-02"]);
      deepEqual(await askTogether(desk, quick.phone.endpoint, 1, new Date(now.getTime() + 1_000)), ["out"]);
      deepEqual(await askTogether(desk, other.phone.endpoint, 1), ["LIM-01"]);
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "no call is let through together that would be refused alone",
    run: async (desk) => {
      const { reseller, tenant, phone } = await below(desk, 10_000_000n);
      const refused: Record<string, string> = {};
      const tried = async (name: string, change: string, back: string, id = tenant.tenantId) => {
        await desk.make.sql(change, [id]);
        refused[name] = (await askTogether(desk, phone.endpoint, 2)).join(" ");
        await desk.make.sql(back, [id]);
      };
      const set = (what: string) => `UPDATE tenant SET ${what} WHERE id = $1`;
      await tried("suspended", set("state = 'suspended'"), set("state = 'active'"));
      await tried("suspended above", set("state = 'suspended'"), set("state = 'active'"), reseller.tenantId);
      await tried("capped", set("daily_cap_micros = 0"), set("daily_cap_micros = NULL"));
      await tried(
        "closed",
        "DELETE FROM destination WHERE tenant_id = $1",
        "INSERT INTO destination (tenant_id, country) VALUES ($1, 'DE')",
      );
      const price = (micros: number) =>
        `UPDATE rate SET per_minute_micros = ${micros} WHERE plan_id = (SELECT plan_id FROM tenant WHERE id = $1)`;
      await tried("below cost", price(29_999), price(60_000));
      await tried(
        "blocked",
        `WITH p AS (INSERT INTO person (email) VALUES ('block-' || $1::text || '@example.com') RETURNING id)
         INSERT INTO block (tenant_id, kind, placed_by, person_id) SELECT $1::uuid, 'tenant', $1::uuid, id FROM p`,
        "UPDATE block SET lifted_at = now(), lifted_by = 'test' WHERE tenant_id = $1",
      );
      deepEqual(refused, {
        suspended: "SEC-02 SEC-02",
        "suspended above": "BAL-03 BAL-03",
        capped: "CAP-01 CAP-01",
        closed: "DST-01 DST-01",
        "below cost": "RAT-02 RAT-02",
        blocked: "INC-01 INC-01",
      });
      deepEqual(await askTogether(desk, phone.endpoint), ["out", "out", "out"]);
    },
  },
  {
    name: "of calls let through together, one that rings into another price holds the dearer one",
    run: async (desk) => {
      const change = new Date(Date.now() + 20_000).toISOString();
      for (const order of ["cheaper first", "dearer first"]) {
        const prices = [
          { ...perSecond, valid: `[2020-01-01,${change})` },
          { ...perSecond, perMinute: 120_000n, valid: `[${change},)` },
        ];
        const { tenant, phone } = await desk.customer(
          10_000_000n,
          order === "cheaper first" ? prices : prices.toReversed(),
        );
        deepEqual(await askTogether(desk, phone.endpoint), ["out", "out", "out"]);
        equal((await desk.make.wallet(tenant)).held, 1_800_000n);
        const [hold] = await desk.make.sql<{ now: string }>(
          "SELECT per_minute_micros::text AS now FROM hold WHERE tenant_id = $1",
          [tenant.tenantId],
        );
        equal(hold?.now, "60000");
      }
    },
  },
];
