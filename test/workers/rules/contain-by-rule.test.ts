import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { releaseContainment } from "@/server/domain/incidents/containments";
import { silentLogger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
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
let phone: Phone;
let sweep: RuleSweep;
const CAP = 40_000_000n;
const HOLD = 3_000_000n;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  phone = await make.phone(acme, "101");
  await make.assign(acme, await make.plan(operator, { "44": { perMinute: HOLD } }, { slice: 60 }));
  await make.topUp(acme, 1_000_000_000n);
  await make.sql("INSERT INTO destination (tenant_id, country) VALUES ($1, 'GB')", [acme.tenantId]);
  await make.sql("UPDATE extension SET daily_cap_micros = $2 WHERE id = $1", [phone.extensionId, CAP]);
  await make.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
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

let dialled = 0;
/** Premium calls in parallel, as a hijacked phone makes them. */
const burst = (calls: number) =>
  Promise.all(
    Array.from({ length: calls }, () => {
      dialled += 1;
      const e164 = `44901234${5_000 + dialled * 7}`;
      return callDesk(db.pool).authorise({ call: randomUUID(), endpoint: phone.endpoint, e164, country: "GB" });
    }),
  );
const containments = () =>
  make.sql<{ id: string; extension_id: string; created_by: string; released_at: Date | null }>(
    "SELECT id, extension_id, created_by, released_at FROM containment ORDER BY created_at",
  );

test("a hijacked phone that dials premium numbers in parallel is contained by the rule, before its cap and one hold are lost", async () => {
  let placed = 0;
  let refused: string | undefined;
  for (let round = 0; round < 6 && refused === undefined; round += 1) {
    const verdicts = await burst(3);
    placed += verdicts.filter(({ kind }) => kind === "out").length;
    refused = verdicts.find(({ kind }) => kind === "refuse")?.code;
    await sweep.run();
  }
  // Six are critical; the third burst finds the phone stopped.
  expect(placed).toBe(6);
  expect((await burst(5)).map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => refused));
  const wallet = await make.wallet(acme);
  expect(wallet.held).toBe(6n * HOLD);
  expect(wallet.held).toBeLessThanOrEqual(CAP + HOLD);
  expect(await containments()).toMatchObject([
    { extension_id: phone.extensionId, created_by: "system", released_at: null },
  ]);
  expect(await make.sql("SELECT severity FROM incident WHERE kind = 'special'")).toEqual([{ severity: "critical" }]);
  expect(await make.sql("SELECT FROM outbox_job WHERE job_name = 'incident.contain'")).toHaveLength(1);
  const emergency = await callDesk(db.pool).authorise({
    call: randomUUID(),
    endpoint: phone.endpoint,
    dialled: "112",
    e164: "",
    kind: "emergency",
    country: "",
  });
  expect(emergency.kind).toBe("emergency");
  const trail = await make.sql<{ tenant_id: string; actor_id: string }>(
    "SELECT tenant_id, actor_id FROM audit_event WHERE action = 'incident.contain' ORDER BY at",
  );
  expect(trail.map(({ tenant_id }) => tenant_id)).toEqual([operator.tenantId, acme.tenantId]);
});

test("it is contained once, however often the same is seen, and not again after somebody let it go", async () => {
  await sweep.run();
  await sweep.run();
  const [one] = await containments();
  expect(await containments()).toHaveLength(1);
  const actor = { kind: "user", id: "somebody", requestId: "r" } as const;
  const tenantId = operator.tenantId as TenantId;
  await change(db.app, { tenantId, actor, action: "incident.release" }, async (tx) => {
    await releaseContainment(tx, tenantId, one?.id ?? "", { name: "somebody", userId: null });
    return { subject: "incident:x", result: undefined };
  });
  await sweep.run();
  expect(await containments()).toMatchObject([{ released_at: expect.any(Date) }]);
  expect((await burst(5)).map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "out"));
  await sweep.run();
  expect(await containments()).toHaveLength(1);
  await burst(1);
  await sweep.run();
  expect(await containments()).toMatchObject([{ released_at: expect.any(Date) }, { released_at: null }]);
});

/** A customer with a phone whose tenant's rule contains, and what is contained of it. */
async function underTenantRule(signal: string) {
  const tenant = await make.tenant("customer", operator);
  const one = await make.phone(tenant, "101");
  await make.sql(
    "INSERT INTO rule (tenant_id, about_id, signal, scope, action, changed_by) VALUES ($1, $2, $3, 'tenant', 'contain', 'test')",
    [operator.tenantId, tenant.tenantId, signal],
  );
  const contained = () =>
    make.sql<{ extension_id: string | null }>(
      "SELECT extension_id FROM containment WHERE of_tenant_id = $1 ORDER BY created_at",
      [tenant.tenantId],
    );
  return { tenant, one, contained };
}

test("a rule about the whole tenant contains what one phone spends, whose own rule only opens an incident", async () => {
  const { tenant, one, contained } = await underTenantRule("spend");
  await make.sql(
    "INSERT INTO rule (tenant_id, about_id, signal, scope, action, changed_by) SELECT $1, $2, unnest(ARRAY['spend', 'spend_day']), 'extension', 'open', 'test'",
    [operator.tenantId, tenant.tenantId],
  );
  await seedCalls(make, tenant, one, [{ cost: 199_000_000n }]);
  await sweep.run();
  expect(await make.sql("SELECT source FROM incident WHERE source = $1", [one.endpoint])).toHaveLength(1);
  expect(await contained()).toEqual([]);
  await seedCalls(make, tenant, one, [{ cost: 301_000_000n }]);
  await sweep.run();
  await sweep.run();
  expect(await contained()).toEqual([{ extension_id: null }]);
});

test("what a phone did that its own rule contains does not stop its whole tenant as well", async () => {
  const { tenant, one, contained } = await underTenantRule("special");
  const special = Array.from({ length: 25 }, (_, at) => ({ to: `4490987654${10 + at * 3}`, country: "GB" }));
  await seedCalls(make, tenant, one, special);
  await sweep.run();
  await sweep.run();
  expect(await contained()).toEqual([{ extension_id: one.extensionId }]);
});
