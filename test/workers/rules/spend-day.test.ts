import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { seedCalls } from "@/test/support/seeded-calls";
import { containByRule } from "@/workers/rules/contain-by-rule";
import { judgeCalls } from "@/workers/rules/judge-calls";
import { RuleSweep } from "@/workers/rules/rule-sweep";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
const EURO = 1_000_000n;
const HOUR_MS = 3_600_000;
const HOURS = 20;
/** Critical for an extension within a day. */
const CRITICAL = 60n * EURO;
const beganMs = Date.now() - HOURS * HOUR_MS;

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  await make.assign(acme, await make.plan(operator, { "44": { perMinute: EURO } }, { slice: 60 }));
  await make.topUp(acme, 10_000n * EURO);
  await make.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'GB')", [acme.tenantId]);
  await make.sql("UPDATE rule_cursor SET called_at = $1", [new Date(beganMs)]);
});
afterAll(() => db.drop());

/** A phone without a daily cap that spent so many euros on each of so many days before yesterday. */
async function phoneWith(number: string, past: Readonly<{ days: number; each: number }>): Promise<Phone> {
  const phone = await make.phone(acme, number);
  await make.sql(
    `INSERT INTO usage_day SELECT (jsonb_populate_record(NULL::usage_day, jsonb_build_object('tenant_id', $1::text, 'dim', 'extension', 'value', $2::text,
       'at', date_trunc('day', now(), 'UTC') - (n + 2) * interval '1 day', 'currency', 'EUR', 'cost_micros', $3::bigint) || (
       SELECT jsonb_object_agg(column_name, 0) FROM information_schema.columns WHERE table_name = 'usage_day'
         AND column_name NOT IN ('tenant_id', 'dim', 'value', 'at', 'currency', 'cost_micros')))).* FROM generate_series(1, $4::int) n`,
    [acme.tenantId, phone.extensionId, String(BigInt(past.each) * EURO), past.days],
  );
  return phone;
}

const containedOf = (phone: Phone) =>
  make.sql<{ at: Date }>("SELECT released_at AS at FROM containment WHERE extension_id = $1", [phone.extensionId]);
const incidentsOf = (phone: Phone) =>
  make.sql<{ kind: string; severity: string }>("SELECT kind, severity FROM incident WHERE source = $1", [
    phone.endpoint,
  ]);
const callAbroad = (phone: Phone) =>
  callDesk(db.pool).authorise({ call: randomUUID(), endpoint: phone.endpoint, e164: "442079460000", country: "GB" });

/** So many euros in each of the last hours up to now, looked at as the sweeps of those hours did; until the phone is contained. */
async function spendsByTheHour(phones: readonly (readonly [Phone, number])[], hours: number): Promise<number> {
  for (let hour = HOURS - hours; hour < HOURS; hour += 1) {
    const at = new Date(beganMs + hour * HOUR_MS);
    for (const [phone, euros] of phones) {
      await seedCalls(make, acme, phone, [{ to: "442079460000", country: "GB", at, cost: BigInt(euros) * EURO }]);
    }
    await make.sql("UPDATE rule_cursor SET called_at = $1", [at]);
    await judgeCalls(db.pool, {
      now: new Date(at.getTime() + 1_000),
      contain: (result, measure) =>
        containByRule({ db: db.app, operatorId: operator.tenantId as TenantId }, result, measure),
    });
    for (const [phone] of phones) if ((await containedOf(phone)).length > 0) return hour - HOURS + hours + 1;
  }
  return hours;
}

test("a hijacked phone that loses nine euros an hour, of which no hour tells, is contained at the critical amount of a day", async () => {
  const phone = await phoneWith("201", { days: 10, each: 4 });
  expect((await callAbroad(phone)).kind).toBe("out");
  const hours = await spendsByTheHour([[phone, 9]], HOURS);
  expect(BigInt(hours * 9) * EURO).toBeLessThan(CRITICAL + 9n * EURO);
  expect(await containedOf(phone)).toHaveLength(1);
  expect(await incidentsOf(phone)).toEqual([{ kind: "spend", severity: "critical" }]);
  expect(await callAbroad(phone)).toMatchObject({ kind: "refuse" });
});

test("what is told of by the hour and contained by the day is one incident", async () => {
  const phone = await phoneWith("202", { days: 10, each: 4 });
  expect(await spendsByTheHour([[phone, 25]], HOURS)).toBe(3);
  expect(await incidentsOf(phone)).toEqual([{ kind: "spend", severity: "critical" }]);
});

test("neither a call centre that spends so every day nor an ordinary customer on a busy day is contained", async () => {
  const centre = await phoneWith("203", { days: 20, each: 150 });
  const busy = await phoneWith("204", { days: 15, each: 30 });
  const fresh = await phoneWith("205", { days: 2, each: 9 });
  const phones = [
    [centre, 7],
    [busy, 2],
    [fresh, 4],
  ] as const;
  expect(await spendsByTheHour(phones, HOURS)).toBe(HOURS);
  // 140 of the usual 150; 40 of the usual 30, which is told of; 80, of whom nothing is known.
  expect(await incidentsOf(centre)).toEqual([]);
  expect(await incidentsOf(busy)).toEqual([{ kind: "spend", severity: "low" }]);
  expect(await incidentsOf(fresh)).toEqual([]);
});

test("after somebody let go, as much must come anew", async () => {
  const phone = await phoneWith("206", { days: 10, each: 4 });
  expect(await spendsByTheHour([[phone, 9]], 8)).toBe(7);
  const releasedAt = new Date(beganMs + (HOURS - 1) * HOUR_MS - 1_000);
  await make.sql("UPDATE containment SET released_at = $2, released_by = 'ann' WHERE extension_id = $1", [
    phone.extensionId,
    releasedAt,
  ]);
  await spendsByTheHour([[phone, 9]], 1);
  expect((await containedOf(phone)).map(({ at }) => at)).toEqual([releasedAt]);
});

test("of a day is asked twice a minute, and what came in between is not missed", async () => {
  const phone = await phoneWith("207", { days: 10, each: 4 });
  let clockMs = 1_000_000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => clockMs);
  const sweep = new RuleSweep({
    ...{ pool: db.pool, db: db.app, ami: undefined, log: silentLogger, everyMs: 3_600_000 },
    bus: { publish: () => {}, close: async () => {} },
  });
  const sweepAfter = async (ms: number) => {
    clockMs += ms;
    await sweep.run();
    return (await containedOf(phone)).length;
  };
  try {
    await make.sql("UPDATE rule_cursor SET called_at = clock_timestamp()");
    expect(await sweepAfter(0)).toBe(0);
    // Nine euros in each of seven hours, of which no hour tells.
    for (let hour = 0; hour < 7; hour += 1) {
      const at = new Date(Date.now() - hour * 1.1 * HOUR_MS - 1_000);
      await seedCalls(make, acme, phone, [{ to: "442079460000", country: "GB", at, cost: 9n * EURO }]);
    }
    expect(await sweepAfter(29_999)).toBe(0);
    expect(await sweepAfter(1)).toBe(1);
  } finally {
    clock.mockRestore();
    await sweep.close();
  }
});
