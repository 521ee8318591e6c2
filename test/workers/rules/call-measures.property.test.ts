import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { learnNumberRanges } from "@/server/domain/rules/number-ranges";
import { foldUsage } from "@/server/domain/usage/fold";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { seedCalls } from "@/test/support/seeded-calls";

const signals = "spend calls refused new_country off_hours short_calls sequential repeated special price".split(" ");
const MINUTE = 60_000;

let db: TestDatabase;
let make: ReturnType<typeof builders>;
const callers: (readonly [Tenancy, Phone])[] = [];
const open: string[] = [];
/** Calls that are on record in a transaction that is not committed yet. */
const lates: Client[] = [];

/** Where it is two in the night: off-hours calls are there at every time of the day. */
function nightZone(now = new Date()): string {
  const ahead = ((2 - now.getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  await learnNumberRanges(db.pool);
  const operator = await make.tenant("operator");
  for (const zone of ["Asia/Kathmandu", "America/St_Johns", nightZone()]) {
    const tenant = await make.tenant("customer", operator);
    await make.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [tenant.tenantId, zone]);
    for (const number of ["101", "102", "103"]) {
      const phone = await make.phone(tenant, number);
      callers.push([tenant, phone]);
      // They call at home for long.
      await make.sql("INSERT INTO country_called VALUES ($1, $2, 'DE', now() - interval '5 hours')", [
        tenant.tenantId,
        phone.extensionId,
      ]);
    }
  }
  await make.sql("UPDATE rule_cursor SET called_at = now() - interval '4 hours'");
});
afterAll(async () => {
  await commitAll();
  await db.drop();
});

const oneCall = fc.record({
  do: fc.constant("call" as const),
  who: fc.nat(8),
  // Within three windows of an hour, out of order, some later than now, some at the same moment.
  minute: fc.oneof(fc.integer({ min: -1, max: 150 }), fc.double({ min: 0, max: 15, noNaN: true })),
  to: fc.oneof(
    fc.nat(12).map((n) => ({ to: String(493012345670 + n), country: "DE" })),
    fc.nat(3).map((n) => ({ to: `33612345${100 + n * 7}`, country: "FR" })),
    fc.nat(3).map((n) => ({ to: `4490123456${10 + n}`, country: "GB" })),
  ),
  is: fc.constantFrom("over" as const, "over" as const, "open" as const, "blocked" as const, "late" as const),
  cost: fc.bigInt({ min: 0n, max: 3_000_000n }),
  talkMs: fc.nat(12_000),
});
type OneCall = typeof oneCall extends fc.Arbitrary<infer T> ? T : never;
type Other = "end" | "renew" | "weigh" | "weighTwice" | "kill" | "fold" | "both" | "commit" | "look";
const other = fc.constantFrom<Other>("end", "renew", "weigh", "weighTwice", "kill", "fold", "both", "commit", "look");
const step = fc.oneof({ weight: 3, arbitrary: oneCall }, { weight: 2, arbitrary: other.map((what) => ({ do: what })) });

const weigh = () => db.pool.query("calls_weigh", "SELECT calls_weigh()", []);

async function place({ who, minute, to, is, cost, talkMs }: OneCall): Promise<void> {
  const caller = callers[who];
  if (!caller) return;
  const at = new Date(Date.now() - Math.round(minute * MINUTE));
  const seeded = { ...to, at, cost, talkMs, perMinute: cost / 2n, open: is === "open", blocked: is === "blocked" };
  if (is !== "late") {
    const ids = await seedCalls(make, ...caller, [seeded]);
    if (is === "open") open.push(...ids);
    return;
  }
  const client = new Client({ connectionString: db.ownerUrl });
  await client.connect();
  await client.query("BEGIN");
  await seedCalls(builders({ owner: client }), ...caller, [seeded]);
  lates.push(client);
}

async function commitAll(): Promise<void> {
  for (const client of lates.splice(0)) {
    await client.query("COMMIT");
    await client.end();
  }
}

/** A worker that dies after its work and before it is committed. */
async function kill(work: string): Promise<void> {
  const client = new Client({ connectionString: db.appUrl });
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  await client.query(work);
  const [{ pid }] = (await client.query("SELECT pg_backend_pid() AS pid")).rows as [{ pid: number }];
  await db.owner.query("SELECT pg_terminate_backend($1)", [pid]);
  await client.end().catch(() => {});
}

async function play(one: OneCall | { do: Other }): Promise<void> {
  switch (one.do) {
    case "call":
      return place(one);
    case "end":
      return void (await make.sql(
        "UPDATE call SET state = 'ended', outcome = CASE WHEN extract(second FROM started_at)::int % 3 = 0 THEN 'no_answer' ELSE 'answered' END::call_outcome, talk_ms = 4000, cost_micros = 77 WHERE id = $1",
        [open.shift()],
      ));
    case "renew":
      return void (await make.sql("UPDATE hold SET held_micros = held_micros + 500 WHERE call_id = $1", [open.at(-1)]));
    case "weigh":
      return void (await weigh());
    case "weighTwice":
      return void (await Promise.all([weigh(), weigh()]));
    case "kill":
      await kill("SELECT calls_weigh()");
      return kill("SELECT usage_fold(3)");
    case "fold":
      return void (await foldUsage(db.pool, 2));
    case "both":
      return void (await Promise.all([foldUsage(db.pool, 3), weigh()]));
    case "commit":
      return commitAll();
    case "look":
      return look(60);
  }
}

/** What rules measured before calls were weighed: everything anew from the calls. */
const ANEW = `SELECT a.tenant AS tenant_id, g.ext AS extension_id, v.signal, CASE WHEN v.signal IN ('price', 'repeated') THEN max(v.x) ELSE sum(v.x) END::bigint AS value, count(*) AS calls,
    min(g.at) AS first_at, max(g.at) AS last_at
  FROM jsonb_to_recordset($2) AS a(tenant uuid, earliest timestamptz, extensions uuid[], since jsonb)
  CROSS JOIN LATERAL (
    SELECT w.*, CASE WHEN $1 THEN w.extension_id END AS ext, count(*) FILTER (WHERE w.at > (a.since ->> 'repeated')::timestamptz)
      OVER (PARTITION BY CASE WHEN $1 THEN w.extension_id END, w.number) AS repeated
    FROM call_weights(a.tenant, $1, a.earliest, $3) w WHERE a.extensions IS NULL OR w.extension_id = ANY (a.extensions)) g
  CROSS JOIN LATERAL (VALUES ('spend', g.spend), ('calls', g.calls), ('refused', g.refused), ('new_country', g.new_country), ('off_hours', g.off_hours),
    ('short_calls', g.short_calls), ('sequential', g.sequential), ('repeated', g.repeated), ('special', g.special), ('price', g.price)) v(signal, x)
  WHERE v.x > 0 AND g.at > (a.since ->> v.signal)::timestamptz GROUP BY a.tenant, g.ext, v.signal`;

const seen = new Set<string>();
async function look(minutes: number): Promise<void> {
  await db.owner.query("SELECT calls_touched()");
  await weigh();
  const now = new Date();
  const before = (of: number) => new Date(now.getTime() - of * MINUTE);
  // Windows of every length, one rule that is off, and the question about a single phone.
  const since = Object.fromEntries(signals.slice(1).map((signal, at) => [signal, before(minutes / (1 + (at % 4)))]));
  const whole = { spend: before(minutes), ...since };
  const tenants = [...new Set(callers.map(([{ tenantId }]) => tenantId))];
  const asked = [
    tenants.map((tenant) => ({ tenant, earliest: before(minutes), extensions: null, since: whole })),
    tenants.map((tenant) => ({
      tenant,
      earliest: before(minutes / 2),
      extensions: null,
      since: { sequential: before(minutes / 2) },
    })),
    callers.map(([{ tenantId: tenant }, { extensionId }]) => ({
      tenant,
      earliest: before(minutes),
      extensions: [extensionId],
      since,
    })),
  ];
  for (const of of asked) {
    for (const byExtension of of[0]?.extensions ? [true] : [true, false]) {
      const values = [byExtension, JSON.stringify(of), now];
      const order = " ORDER BY tenant_id, extension_id, signal, value, calls, first_at";
      const kept = (await db.owner.query(`SELECT * FROM call_measures($1, $2, $3)${order}`, values)).rows;
      expect(kept).toEqual((await db.owner.query(`${ANEW}${order}`, values)).rows);
      for (const { signal } of kept) seen.add(signal);
    }
  }
}

test("what was weighed amounts to what the calls do, whenever one looks", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 40 }), async (steps) => {
      for (const one of steps) await play(one);
      await look(60);
    }),
    { numRuns: 5, endOnFailure: true },
  );
  await commitAll();
  for (const minutes of [2, 17, 200]) await look(minutes);
  await foldUsage(db.pool);
  await make.sql(
    "UPDATE call SET state = 'ended', outcome = 'answered', talk_ms = 1, cost_micros = 5 WHERE state <> 'ended'",
  );
  await look(200);
  // Otherwise it would prove nothing.
  expect([...seen].sort()).toEqual([...signals].sort());
  expect(await make.one("SELECT count(*)::int AS live FROM call_weight WHERE live")).toEqual({ live: 0 });
});

test("what is older than the longest window is forgotten", async () => {
  await make.sql("UPDATE call_weight SET at = at - interval '2 days'");
  await weigh();
  expect(await make.one("SELECT count(*)::int AS n FROM call_weight WHERE at < now() - interval '1 day'")).toEqual({
    n: 0,
  });
});
