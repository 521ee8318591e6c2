import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { silentLogger } from "@/server/infra/log/logger";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type SeededCall, seedCalls } from "@/test/support/seeded-calls";
import { RuleSweep } from "@/workers/rules/rule-sweep";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let sweep: RuleSweep;
/** What open pages were told. */
const published: string[] = [];
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
  sweep = newSweep();
});
afterAll(async () => {
  await sweep.close();
  await db.drop();
});

const newSweep = () =>
  new RuleSweep({
    pool: db.pool,
    db: db.app,
    ami: undefined,
    bus: { publish: ({ tenantId, kind }) => published.push(`${tenantId} ${kind}`), close: async () => {} },
    log: silentLogger,
    everyMs: 3_600_000,
  });

type Incident = { id: string; kind: string; source: string; severity: string; signals: number; state: string };
const incidents = (kind: string) =>
  make.sql<Incident>(
    "SELECT id, kind, source, severity, signals::int AS signals, state FROM incident WHERE kind = $1 ORDER BY number",
    [kind],
  );
const findings = (tenant: Tenancy) =>
  make.sql<{ signal: string; scope: string; mode: string; level: string; value: number }>(
    "SELECT signal, scope, mode, level, value::int AS value FROM rule_finding WHERE tenant_id = $1 ORDER BY signal, scope",
    [tenant.tenantId],
  );
const lines = (id: string) =>
  make.sql<{ kind: string }>("SELECT kind FROM incident_line WHERE incident_id = $1 ORDER BY seq", [id]);

async function attacked(calls: readonly SeededCall[], history = true): Promise<{ tenant: Tenancy; phone: Phone }> {
  const tenant = await make.tenant("customer", operator);
  const phone = await make.phone(tenant, "101");
  if (history) await seedCalls(make, tenant, phone, [{ ago: 86_400 * 3 }]);
  await make.sql(
    "INSERT INTO country_called SELECT tenant_id, extension_id, country, min(started_at) FROM call WHERE tenant_id = $1 GROUP BY 1, 2, 3",
    [tenant.tenantId],
  );
  await seedCalls(make, tenant, phone, calls);
  await sweep.run();
  return { tenant, phone };
}
const times = (n: number, call: (at: number) => SeededCall) => Array.from({ length: n }, (_, at) => call(at));
/** Numbers that are no neighbours, and each another one. */
const scattered = (at: number) => `4930${1_000_000 + ((at * 7_919) % 8_999_999)}`;

/** A Wednesday noon and a Saturday of the recent past cannot be had on every day: the clock of the tenant is moved instead. */
const zoneAt = (hour: number) => {
  const offset = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${offset > 0 ? `-${offset}` : `+${-offset}`}`;
};

describe("standard rules open one incident per kind of attack, about the phone that does it", () => {
  const attacks: Record<string, readonly SeededCall[]> = {
    spend: times(4, (at) => ({ to: scattered(at), cost: 5_000_000n })),
    special: times(4, (at) => ({ to: `4490123456${10 + at * 7}`, country: "GB" })),
    calls: times(85, (at) => ({ to: scattered(at), talkMs: 30_000 })),
    refused: times(25, (at) => ({ to: scattered(at), blocked: true })),
    new_country: ["FR", "GB", "ES", "IT"].map((country, at) => ({ to: `${33 + at}612345${100 + at * 7}`, country })),
    short_calls: times(25, (at) => ({ to: scattered(at), talkMs: 2_000 })),
    sequential: times(12, (at) => ({ to: `49301234${1_000 + at}`, ago: 60 - at })),
    repeated: times(25, () => ({ to: "493099887766" })),
    price: times(1, () => ({ perMinute: 1_200_000n })),
  };

  test.each(Object.keys(attacks))("%s", async (kind) => {
    const { tenant, phone } = await attacked(attacks[kind] ?? []);
    const about = (await incidents(kind)).filter(({ source }) => source === phone.endpoint);
    expect(about).toMatchObject([{ severity: "low", state: "triage" }]);
    expect((await findings(tenant)).map((one) => `${one.signal} ${one.scope}`)).toContain(`${kind} extension`);
    const subjects = await make.sql<{ kind: string; value: string }>(
      "SELECT kind, value FROM incident_subject WHERE incident_id = $1",
      [about[0]?.id],
    );
    expect(subjects).toContainEqual({ kind: "extension", value: phone.endpoint });
    expect(subjects).toContainEqual({ kind: "address", value: "203.0.113.9" });
  });

  test("off_hours, by the clock of the tenant", async () => {
    const night = await make.tenant("customer", operator);
    const day = await make.tenant("customer", operator);
    await make.sql("UPDATE tenant SET time_zone = $2 WHERE id = $1", [night.tenantId, zoneAt(2)]);
    const phone = await make.phone(night, "101");
    await seedCalls(
      make,
      night,
      phone,
      times(31, (at) => ({ to: scattered(at), ago: 1 })),
    );
    await sweep.run();
    expect((await incidents("off_hours")).map(({ source }) => source)).toContain(phone.endpoint);
    const at = (zone: string, when: string) =>
      make.one<{ off: boolean }>("SELECT is_off_hours($1, $2) AS off", [when, zone]).then(({ off }) => off);
    expect(await at("Europe/Berlin", "2026-06-03T20:30:00Z")).toBe(true);
    expect(await at("UTC", "2026-06-03T20:30:00Z")).toBe(false);
    expect(await at("UTC", "2026-06-06T12:00:00Z")).toBe(true);
    expect(day.slug).not.toBe(night.slug);
  });

  test("what one phone does is not an incident of its tenant as well, what many do is", async () => {
    const { tenant } = await attacked(times(9, (at) => ({ to: `4490123456${10 + at * 7}`, country: "GB" })));
    const about = async () => (await findings(tenant)).filter(({ signal }) => signal === "special");
    expect(await about()).toMatchObject([{ scope: "extension", value: 9 }]);
    for (const number of ["102", "103", "104"]) {
      const other = await make.phone(tenant, number);
      await seedCalls(
        make,
        tenant,
        other,
        times(2, (at) => ({ to: `44901234${number}${at}`, country: "GB" })),
      );
    }
    await sweep.run();
    expect(await about()).toMatchObject([{ scope: "extension" }, { scope: "tenant", value: 15 }]);
  });

  test("quiet traffic opens nothing", async () => {
    const { tenant } = await attacked(times(10, (at) => ({ to: scattered(at), cost: 20_000n, ago: at * 30 })));
    expect((await findings(tenant)).filter(({ signal }) => signal !== "off_hours")).toEqual([]);
  });
});

describe("a sweep", () => {
  test("opens at the threshold itself and not one below, and gets worse with the evidence", async () => {
    const refused = (n: number, from = 0) => times(n, (at) => ({ to: scattered(from + at), blocked: true }));
    const { tenant, phone } = await attacked(refused(19));
    const about = async () => (await incidents("refused")).filter(({ source }) => source === phone.endpoint);
    expect(await about()).toEqual([]);
    await seedCalls(make, tenant, phone, refused(1, 19));
    await sweep.run();
    expect(await about()).toMatchObject([{ severity: "low", signals: 20 }]);
    await seedCalls(make, tenant, phone, refused(39, 20));
    published.length = 0;
    await sweep.run();
    expect(published).toEqual(
      expect.arrayContaining([`${operator.tenantId} incidents`, `${tenant.tenantId} incidents`]),
    );
    expect(await about()).toMatchObject([{ severity: "low", signals: 59 }]);
    await seedCalls(make, tenant, phone, refused(1, 59));
    await sweep.run();
    expect(await about()).toMatchObject([{ severity: "high", signals: 60 }]);
    const jobs = await make.sql(
      "SELECT FROM outbox_job WHERE job_name = 'incident.notify' AND payload ->> 'incidentId' = $1",
      [(await about())[0]?.id],
    );
    expect(jobs).toHaveLength(1);
  });

  test("repeats nothing, however often it is killed and begins again, and two at once make one incident", async () => {
    const { phone } = await attacked(times(25, () => ({ to: "493099001122" })));
    const about = async () => (await incidents("repeated")).filter(({ source }) => source === phone.endpoint);
    const [before] = await about();
    const linesBefore = await lines(before?.id ?? "");
    // Killed before it said how far it came: the cursor is where it was.
    await make.sql("UPDATE rule_cursor SET called_at = now() - interval '1 hour'");
    const others = [newSweep(), newSweep()];
    await Promise.all(others.map((one) => one.run()));
    await Promise.all(others.map((one) => one.close()));
    await sweep.run();
    expect(await about()).toEqual([before]);
    expect(await lines(before?.id ?? "")).toEqual(linesBefore);
  });

  test("holds nothing of an incident that is over against a phone again, until there is as much anew", async () => {
    const { tenant, phone } = await attacked(times(22, () => ({ to: "493099001133" })));
    const about = async () => (await incidents("repeated")).filter(({ source }) => source === phone.endpoint);
    await make.sql(
      "UPDATE incident SET state = 'dismissed', closed_at = clock_timestamp() - interval '1 second' WHERE id = $1",
      [(await about())[0]?.id],
    );
    const later = (n: number) => times(n, () => ({ to: "493099001133", at: new Date() }));
    await seedCalls(make, tenant, phone, later(19));
    await sweep.run();
    expect(await about()).toHaveLength(1);
    await seedCalls(make, tenant, phone, later(1));
    await sweep.run();
    expect(await about()).toMatchObject([{ state: "dismissed" }, { state: "triage", signals: 20 }]);
  });

  test("feeds the incident that it was merged into", async () => {
    const { phone } = await attacked(times(22, () => ({ to: "493099001144" })));
    const [one] = (await incidents("repeated")).filter(({ source }) => source === phone.endpoint);
    const { id: into } = await make.one<{ id: string }>(
      "INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at) VALUES ($1, 'manual', 'All of it', 'low', now(), now()) RETURNING id",
      [operator.tenantId],
    );
    await make.sql("UPDATE incident SET merged_into = $2 WHERE id = $1", [one?.id, into]);
    await sweep.run();
    expect((await incidents("repeated")).filter(({ source }) => source === phone.endpoint)).toHaveLength(1);
    expect((await make.one<{ n: number }>("SELECT signals::int AS n FROM incident WHERE id = $1", [into])).n).toBe(22);
  });

  test("in shadow only writes down what it would have done; off not even that; notify mails the desk once", async () => {
    const tenant = await make.tenant("customer", operator);
    const phone = await make.phone(tenant, "101");
    const say = (signal: string, field: string, value: string) =>
      make.sql(
        `INSERT INTO rule (tenant_id, about_id, signal, scope, ${field}, changed_by) VALUES ($1, $2, $3, 'extension', $4, 'test')`,
        [operator.tenantId, tenant.tenantId, signal, value],
      );
    await say("repeated", "mode", "shadow");
    await say("short_calls", "mode", "off");
    await say("sequential", "action", "notify");
    await seedCalls(make, tenant, phone, [
      ...times(25, () => ({ to: "493099001155", talkMs: 1_000 })),
      ...times(30, (at) => ({ to: `4930765${1_000 + at}`, ago: 60 - at, talkMs: 60_000 })),
    ]);
    await sweep.run();
    await sweep.run();
    for (const kind of ["repeated", "short_calls", "sequential"]) {
      expect((await incidents(kind)).filter(({ source }) => source === phone.endpoint)).toEqual([]);
    }
    const about = (await findings(tenant)).filter((one) => one.scope === "extension" && one.signal !== "off_hours");
    expect(about).toMatchObject([
      { signal: "repeated", mode: "shadow", level: "warn", value: 25 },
      { signal: "sequential", mode: "enforce", level: "critical", value: 29 },
    ]);
    expect(
      await make.sql("SELECT FROM outbox_job WHERE job_name = 'rule.notify' AND payload ->> 'findingTenantId' = $1", [
        tenant.tenantId,
      ]),
    ).toHaveLength(1);
  });

  test("counts money that is still held, of calls that go on", async () => {
    const { phone } = await attacked(times(5, (at) => ({ to: scattered(at), open: true, cost: 7_000_000n })));
    const about = (await incidents("spend")).filter(({ source }) => source === phone.endpoint);
    expect(about).toMatchObject([{ severity: "high", signals: 5 }]);
  });
});
