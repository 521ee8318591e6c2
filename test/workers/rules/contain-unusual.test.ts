import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { silentLogger } from "@/server/infra/log/logger";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { seedCalls } from "@/test/support/seeded-calls";
import { RuleSweep } from "@/workers/rules/rule-sweep";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
let sweep: RuleSweep;
const EURO = 1_000_000n;
/** What each call holds: a minute to a normal number abroad. */
const HOLD = 2n * EURO;
/** Critical for an extension within an hour. */
const CRITICAL = 30n * EURO;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "44": { perMinute: HOLD } }, { slice: 60 }));
  await make.topUp(acme, 10_000n * EURO);
  await make.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'GB')", [acme.tenantId]);
  await make.sql("UPDATE tenant SET time_zone = $1, max_calls = 500, max_calls_per_minute = 500", [noonZone()]);
  sweep = new RuleSweep({
    pool: db.pool,
    db: db.app,
    ami: undefined,
    bus: { publish: () => {}, close: async () => {} },
    log: silentLogger,
    everyMs: 3_600_000,
  });
});
afterAll(async () => {
  await sweep.close();
  await db.drop();
});

/** A phone without a daily cap that spent so much on each of so many days before yesterday. */
async function phoneWith(number: string, past: Readonly<{ days: number; each: bigint }>): Promise<Phone> {
  const phone = await make.phone(acme, number);
  await make.sql(
    `INSERT INTO usage_day SELECT (jsonb_populate_record(NULL::usage_day, jsonb_build_object('tenant_id', $1::text, 'dim', 'extension', 'value', $2::text,
       'at', date_trunc('day', now(), 'UTC') - (n + 1) * interval '1 day', 'currency', 'EUR', 'cost_micros', $3::bigint) || (
       SELECT jsonb_object_agg(column_name, 0) FROM information_schema.columns WHERE table_name = 'usage_day'
         AND column_name NOT IN ('tenant_id', 'dim', 'value', 'at', 'currency', 'cost_micros')))).* FROM generate_series(1, $4::int) n`,
    [acme.tenantId, phone.extensionId, String(past.each), past.days],
  );
  return phone;
}

let dialled = 0;
const burst = (phone: Phone, calls: number) =>
  Promise.all(
    Array.from({ length: calls }, () => {
      dialled += 1;
      const e164 = `44207${1_000_000 + ((dialled * 79_193) % 8_999_999)}`;
      return callDesk(db.pool).authorise({ call: randomUUID(), endpoint: phone.endpoint, e164, country: "GB" });
    }),
  );
const containedOf = (phone: Phone) =>
  make.sql<{ created_by: string }>("SELECT created_by FROM containment WHERE extension_id = $1", [phone.extensionId]);
const severityOf = async (phone: Phone) =>
  (
    await make.sql<{ severity: string }>("SELECT severity FROM incident WHERE kind = 'spend' AND source = $1", [
      phone.endpoint,
    ])
  ).map(({ severity }) => severity);
const spends = async (phone: Phone, euros: bigint) => {
  await seedCalls(make, acme, phone, [{ to: "442079460000", country: "GB", cost: euros * EURO }]);
  await sweep.run();
};

test("a hijacked phone without a cap that dials normal numbers abroad is contained before it spent critical and one burst", async () => {
  const phone = await phoneWith("101", { days: 10, each: 4n * EURO });
  let placed = 0;
  let refused: string | undefined;
  for (let round = 0; round < 12 && refused === undefined; round += 1) {
    const verdicts = await burst(phone, 3);
    placed += verdicts.filter(({ kind }) => kind === "out").length;
    refused = verdicts.find(({ kind }) => kind === "refuse")?.code;
    await sweep.run();
  }
  expect(refused).toBeDefined();
  expect(BigInt(placed) * HOLD).toBeLessThanOrEqual(CRITICAL + 3n * HOLD);
  expect(await containedOf(phone)).toEqual([{ created_by: "system" }]);
  expect(await severityOf(phone)).toEqual(["critical"]);
  const emergency = {
    call: randomUUID(),
    endpoint: phone.endpoint,
    dialled: "112",
    e164: "",
    kind: "emergency",
    country: "",
  };
  expect((await callDesk(db.pool).authorise(emergency)).kind).toBe("emergency");
});

test("a phone that spends much every day is told of and not contained, until it is twice its dearest day", async () => {
  const phone = await phoneWith("102", { days: 20, each: 80n * EURO });
  await spends(phone, 120n);
  expect(await severityOf(phone)).toEqual(["high"]);
  expect(await containedOf(phone)).toEqual([]);
  await spends(phone, 39n);
  expect(await containedOf(phone)).toEqual([]);
  await spends(phone, 1n);
  expect(await containedOf(phone)).toEqual([{ created_by: "system" }]);
});

test("a phone of which nothing is known has three times as much", async () => {
  for (const [number, days] of [
    ["103", 0],
    ["104", 2],
  ] as const) {
    const phone = await phoneWith(number, { days, each: 5n * EURO });
    await spends(phone, 89n);
    expect(await containedOf(phone)).toEqual([]);
    await spends(phone, 1n);
    expect(await containedOf(phone)).toHaveLength(1);
  }
});

test("what a phone spends while it goes wrong is no excuse, and whoever says contain means critical", async () => {
  const phone = await phoneWith("105", { days: 5, each: 4n * EURO });
  await make.sql(
    "UPDATE usage_day SET at = date_trunc('day', now(), 'UTC'), cost_micros = $2 WHERE value = $1 AND at = (SELECT max(at) FROM usage_day WHERE value = $1)",
    [phone.extensionId, String(400n * EURO)],
  );
  await spends(phone, 30n);
  expect(await containedOf(phone)).toHaveLength(1);
  await make.sql(
    "INSERT INTO rule (tenant_id, about_id, signal, scope, action, changed_by) VALUES ($1, $1, 'spend', 'extension', 'contain', 'test')",
    [operator.tenantId],
  );
  const busy = await phoneWith("106", { days: 20, each: 80n * EURO });
  await spends(busy, 30n);
  expect(await containedOf(busy)).toHaveLength(1);
});
