import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readRuleBook } from "@/server/domain/rules/rule-book";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { seedCalls } from "@/test/support/seeded-calls";

let db: TestDatabase;
let on: Branches;
let people: Record<"operator" | "reseller" | "customer" | "sibling" | "viewer", string>;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeBranches(db);
  people = {
    operator: await on.seat(on.operator, "admin"),
    reseller: await on.seat(on.reseller, "owner"),
    customer: await on.seat(on.customer, "owner"),
    sibling: await on.seat(on.sibling, "owner"),
    viewer: await on.seat(on.customer, "viewer"),
  };
});
afterAll(() => db.drop());

const as = (who: keyof typeof people) => callerFor(db.app, people[who]).rules;
const calls = { signal: "calls", scope: "extension" } as const;
const ruleOf = async (who: keyof typeof people, tenantSlug: string, ofTenantSlug?: string) => {
  const { items } = await as(who).list({ tenantSlug, ofTenantSlug });
  return items.find(({ signal, scope }) => signal === "calls" && scope === "extension");
};
const trail = (tenantId: string) =>
  on.build.sql<{ subject: string; before: unknown; after: unknown; acting_tenant_id: string | null }>(
    "SELECT subject, before, after, acting_tenant_id FROM audit_event WHERE tenant_id = $1 AND action = 'rule.set' ORDER BY seq DESC",
    [tenantId],
  );

describe("rules down the chain", () => {
  test("hold from the first moment, without a row", async () => {
    expect(await ruleOf("customer", "inside")).toMatchObject({
      effective: { mode: "enforce", action: "open", windowMinutes: 10, warn: "80", critical: "200" },
      own: { mode: null, warn: null },
      bound: { warn: "80" },
      fired: { warn: 0, critical: 0, shadow: 0 },
    });
    const signals = (await as("operator").list({ tenantSlug: "operator" })).items.map(({ signal }) => signal);
    expect(signals).toContain("sip_failure");
    expect((await as("customer").list({ tenantSlug: "inside" })).items.map(({ signal }) => signal)).not.toContain(
      "sip_failure",
    );
  });

  test("what is judged by how long it stays open has no window to set, nor in the trail", async () => {
    const difference = { tenantSlug: "operator", signal: "difference", scope: "tenant" } as const;
    await expect(as("operator").set({ ...difference, windowMinutes: 30 })).rejects.toMatchObject({
      cause: { sentence: expect.stringContaining("open for 2 minutes or longer, however old: it has no window") },
    });
    await as("operator").set({ ...difference, critical: "5.00" });
    const [written] = await trail(on.operator.tenantId);
    expect(written).toMatchObject({ after: { signal: "difference", critical: "5.000000", openMinutes: 2 } });
    expect(JSON.stringify(written)).not.toContain("windowMinutes");
    await as("operator").set({ ...difference, critical: null });
  });

  test("what the operator says holds below, where it can be made stricter and not looser", async () => {
    await as("operator").set({ tenantSlug: "operator", ...calls, warn: "50", critical: "100", windowMinutes: 20 });
    expect(await ruleOf("customer", "inside")).toMatchObject({
      effective: { warn: "50", critical: "100", windowMinutes: 20 },
    });
    await as("reseller").set({ tenantSlug: "ours", ...calls, warn: "30" });
    await as("customer").set({ tenantSlug: "inside", ...calls, critical: "60", action: "contain" });
    expect(await ruleOf("customer", "inside")).toMatchObject({
      effective: { warn: "30", critical: "60", windowMinutes: 20, action: "contain" },
      inherited: { warn: "30", critical: "100", action: "open" },
      own: { critical: "60", action: "contain", warn: null },
    });
    expect(await ruleOf("sibling", "sibling")).toMatchObject({
      effective: { warn: "30", critical: "100", action: "open" },
    });
    for (const [looser, bound] of [
      [{ warn: "31" }, "30"],
      [{ windowMinutes: 19 }, "20"],
      [{ mode: "shadow" }, "enforce"],
      [{ action: "notify" }, "open"],
    ] as const) {
      await expect(as("customer").set({ tenantSlug: "inside", ...calls, ...looser })).rejects.toMatchObject({
        message: "rule_bound",
        cause: { sentence: expect.stringContaining(`${bound} for this rule`) },
      });
    }
    expect((await readRuleBook(db.pool, [on.customer.tenantId]))(on.customer.tenantId, calls)).toMatchObject({
      warn: 30n,
      critical: 60n,
      windowMinutes: 20,
    });
  });

  test("for one tenant the operator may say otherwise, and the reseller below stays bound by it", async () => {
    await as("operator").set({
      tenantSlug: "operator",
      ofTenantSlug: "sibling",
      ...calls,
      warn: "500",
      critical: "900",
    });
    expect(await ruleOf("operator", "operator", "sibling")).toMatchObject({ own: { warn: "500", critical: "900" } });
    // The reseller's own word about all of its tenants is stricter, and still holds.
    expect(await ruleOf("sibling", "sibling")).toMatchObject({ effective: { warn: "30", critical: "900" } });
    await as("reseller").set({ tenantSlug: "ours", ofTenantSlug: "sibling", ...calls, warn: "400" });
    expect(await ruleOf("sibling", "sibling")).toMatchObject({
      effective: { warn: "400", critical: "900" },
      bound: { warn: "400" },
    });
    expect(await ruleOf("customer", "inside")).toMatchObject({ effective: { warn: "30" } });
    await expect(
      as("reseller").set({ tenantSlug: "ours", ofTenantSlug: "sibling", ...calls, warn: "501" }),
    ).rejects.toMatchObject({ message: "rule_bound" });
  });

  test("a level that tightens later wins over what was said below before", async () => {
    await as("operator").set({ tenantSlug: "operator", ...calls, warn: "10", critical: "20" });
    expect(await ruleOf("customer", "inside")).toMatchObject({
      effective: { warn: "10", critical: "20" },
      own: { critical: "60" },
    });
    await as("operator").set({ tenantSlug: "operator", ...calls, warn: null, critical: null, windowMinutes: null });
    expect(await ruleOf("customer", "inside")).toMatchObject({
      effective: { warn: "30", critical: "60", windowMinutes: 10 },
    });
  });
});

describe("what is refused", () => {
  test.each([
    [{ windowMinutes: 0 }, "at least 1 minute"],
    [{ windowMinutes: 1_441 }, "At most 1440"],
    [{ warn: "-1" }, "A number such as 20"],
  ])("%j", async (bad, sentence) => {
    await expect(as("operator").set({ tenantSlug: "operator", ...calls, ...bad })).rejects.toMatchObject({
      message: "invalid_input",
      cause: { message: expect.stringContaining(sentence) },
    });
  });

  test.each([
    [{ ...calls, warn: "90", critical: "89" }, "critical", "below warn"],
    [{ ...calls, critical: "79" }, "critical", "below warn, which is 80"],
    [{ ...calls, warn: "2.5" }, "warn", "a whole number above zero"],
    [{ ...calls, warn: "0" }, "warn", "a whole number above zero"],
    [{ signal: "spend", scope: "extension", warn: "0" } as const, "warn", "an amount above zero"],
    [{ signal: "spend", scope: "network" } as const, "scope", "counted per extension or tenant"],
    [
      { signal: "sign_in", scope: "network", action: "contain" } as const,
      "action",
      "Only rules about calls can contain",
    ],
    [{ signal: "calls", scope: "extension", action: "ban" } as const, "action", "Only rules about networks can ban"],
  ])("%j", async (bad, field, sentence) => {
    await expect(as("operator").set({ tenantSlug: "operator", ...bad })).rejects.toMatchObject({
      message: "invalid_input",
      cause: { detail: { field }, sentence: expect.stringContaining(sentence) },
    });
    expect(
      await on.build.sql("SELECT FROM rule WHERE tenant_id = $1 AND about_id = $1", [on.operator.tenantId]),
    ).toEqual([]);
  });

  test("a rule of the operator's is nobody else's, and a tenant of another branch is not there", async () => {
    const desk = { signal: "sip_failure", scope: "network", warn: "3" } as const;
    await expect(as("customer").set({ tenantSlug: "inside", ...desk })).rejects.toMatchObject({
      message: "invalid_input",
    });
    await expect(
      as("reseller").set({ tenantSlug: "ours", ofTenantSlug: "far", ...calls, warn: "3" }),
    ).rejects.toMatchObject({ message: "not_below" });
    await expect(
      as("customer").set({ tenantSlug: "inside", ofTenantSlug: "sibling", ...calls, warn: "3" }),
    ).rejects.toMatchObject({ message: "not_below" });
    await expect(as("reseller").list({ tenantSlug: "ours", ofTenantSlug: "far" })).rejects.toMatchObject({
      message: "not_below",
    });
    await expect(as("viewer").list({ tenantSlug: "inside" })).rejects.toMatchObject({ message: "forbidden" });
  });
});

test("a change stands in the trail of who made it and of whom it is about", async () => {
  await as("reseller").set({ tenantSlug: "ours", ofTenantSlug: "inside", ...calls, warn: "25" });
  const event = {
    subject: `tenant:${on.customer.tenantId}`,
    before: { warn: null },
    after: { signal: "calls", scope: "extension", warn: "25" },
  };
  expect((await trail(on.reseller.tenantId))[0]).toMatchObject(event);
  expect((await trail(on.customer.tenantId))[0]).toMatchObject({ ...event, acting_tenant_id: on.reseller.tenantId });
});

test("findings are those of one's own branch", async () => {
  await on.build.sql(
    `INSERT INTO rule_finding (tenant_id, signal, scope, source, mode, action, level, value, window_minutes, warn, critical, first_at, last_at)
     SELECT id, 'spend', 'tenant', slug, 'enforce', 'open', 'warn', 12500000, 60, 1, 2, now(), now() FROM tenant WHERE slug IN ('inside', 'far')`,
  );
  const of = async (who: keyof typeof people, tenantSlug: string) =>
    (await as(who).findings({ tenantSlug, signal: "spend", scope: "tenant" })).items.map(
      ({ source, value }) => `${source} ${value}`,
    );
  expect(await of("customer", "inside")).toEqual(["inside 12.500000"]);
  expect(await of("sibling", "sibling")).toEqual([]);
  expect(await of("reseller", "ours")).toEqual(["inside 12.500000"]);
  expect(await of("operator", "operator")).toHaveLength(2);
  expect(
    (await as("reseller").list({ tenantSlug: "ours" })).items.find(
      (one) => one.signal === "spend" && one.scope === "tenant",
    )?.fired,
  ).toMatchObject({ warn: 1 });
});

test("the command line lists and sets, with the same checks and the same trail", async () => {
  const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, ["rule", ...words]);
  expect(
    await cli("set", "short-calls", "extension", "--tenant", "far", "--warn", "9", "--mode", "shadow"),
  ).toMatchObject({
    signal: "short_calls",
    mode: "shadow",
    warn: "9",
  });
  const rows = await cli<{ signal: string; scope: string; mode: string }[]>("list", "--tenant", "far");
  expect(rows.find(({ signal, scope }) => signal === "short_calls" && scope === "extension")).toMatchObject({
    mode: "shadow",
  });
  await cli("set", "short-calls", "extension", "--tenant", "far", "--warn", "inherit", "--mode", "inherit");
  expect(await on.build.sql("SELECT FROM rule WHERE about_id = $1", [on.far.tenantId])).toEqual([]);
  const bad = await runCli(db.appUrl, ["rule", "set", "calls", "extension", "--window", "0", "--json"]);
  expect(bad.code).not.toBe(0);
  expect(bad.out).toContain("at least 1 minute");
  expect(await trail(on.far.tenantId)).toHaveLength(2);
});

test("a rule is told by what the desk decided of its incidents, to the operator alone", async () => {
  const phone = await on.build.phone(on.theirs, "701");
  const about = [on.operator.tenantId, on.theirs.tenantId, phone.extensionId];
  const opened = (at: number, state: string, dismissedAs: string | null = null) =>
    on.build.one<{ id: string }>(
      `WITH i AS (INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at, state, closed_at, dismissed_as)
         SELECT $1, 'price', 'p' || $4::text, 'Dear calls', 'low', w.at - interval '10 minutes', w.at + interval '1 second', $5,
           CASE WHEN $5 IN ('resolved', 'dismissed') THEN w.at + interval '2 seconds' END, $6 FROM (SELECT now() - $4::int * interval '1 hour' AS at) w RETURNING *),
       s AS (INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, extension_id, signals, first_at, last_at)
         SELECT i.tenant_id, i.id, 'extension', 'p701', $2, $3, 1, i.first_at, i.last_at FROM i)
       INSERT INTO rule_finding (tenant_id, signal, scope, source, extension_id, mode, action, level, value, window_minutes, warn, critical, first_at, last_at, incident_id)
         SELECT $2, 'price', 'extension', i.source, $3, 'enforce', 'open', 'warn', 2000000, 10, 1, 2, i.first_at, i.last_at, i.id FROM i RETURNING incident_id AS id`,
      [...about, at, state, dismissedAs],
    );
  const hour = (ago: number) => new Date(Date.now() - ago * 3_600_000);
  const costs = (ago: number, cost: bigint) => ({ at: hour(ago), cost, talkMs: 1_000 });
  await seedCalls(on.build, on.theirs, phone, [costs(9, 1_000_000n), costs(7, 5_000_000n), costs(5, 9_000_000n)]);
  await on.build.sql("UPDATE hold SET charged_micros = held_micros WHERE tenant_id = $1", [on.theirs.tenantId]);
  for (const at of [9, 7, 5]) await opened(at, "resolved");
  await opened(4, "dismissed", "test");
  await opened(3, "dismissed", "duplicate");
  const { id: whole } = await opened(2, "open");
  const { id: part } = await opened(1, "open");
  await on.build.sql("UPDATE incident SET merged_into = $2 WHERE id = $1", [part, whole]);

  const price = <Row extends { signal: string }>(rows: readonly Row[]) => rows.find(({ signal }) => signal === "price");
  const { items } = await as("operator").list({ tenantSlug: "operator" });
  const record = { confirmed: 3, dismissed: 1, undecided: 1 };
  expect(price(items)?.record).toMatchObject({ ...record, exposure: [{ currency: "EUR", medianMicros: 5_000_000n }] });
  expect(price((await as("reseller").list({ tenantSlug: "ours" })).items)?.record).toBeNull();
  const listed = price(await jsonOf<{ signal: string; record: object }[]>(db.appUrl, ["rule", "list"]));
  expect(listed?.record).toMatchObject(record);
  expect(items.find(({ signal }) => signal === "repeated")?.record).toMatchObject({ confirmed: 0, exposure: [] });

  // What the older ones cost is not added up once so many newer ones are there.
  for (let n = 0; n < 100; n += 1) await opened(0, "resolved");
  const later = price((await as("operator").list({ tenantSlug: "operator" })).items)?.record;
  expect(later).toEqual({ confirmed: 103, dismissed: 1, undecided: 1, exposure: [] });

  // A network that guesses passwords has an incident without a finding of calls.
  await on.build.sql(
    "INSERT INTO incident (tenant_id, kind, source, title, severity, first_at, last_at, state, closed_at) VALUES ($1, 'sip_attack', '198.51.100.0/24', 'SIP', 'medium', now(), now(), 'resolved', now())",
    [on.operator.tenantId],
  );
  const failures = (await as("operator").list({ tenantSlug: "operator" })).items.find(
    ({ signal, scope }) => signal === "sip_failure" && scope === "network",
  );
  expect(failures?.record).toMatchObject({ confirmed: 1, dismissed: 0, undecided: 0 });
});

test("the command line says until when a word holds", async () => {
  const cli = <T>(...words: string[]) => jsonOf<T>(db.appUrl, ["rule", ...words]);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const set = ["set", "calls", "extension", "--tenant", "far"];
  expect(await cli(...set, "--warn", "9", "--until", until)).toMatchObject({ warn: "9", until });
  const rows = await cli<{ signal: string; scope: string; until: string | null }[]>("list", "--tenant", "far");
  expect(rows.filter((row) => row.until !== null)).toMatchObject([{ signal: "calls", scope: "extension", until }]);
  expect(await cli(...set, "--until", "inherit")).toMatchObject({ warn: "9", until: null });
  const bad = await runCli(db.appUrl, ["rule", ...set, "--until", "tomorrow", "--json"]);
  expect(bad.out).toContain("--until: a moment such as");
});
