import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { learnNumberRanges } from "@/server/domain/rules/number-ranges";
import { planRehearsal, rehearse } from "@/server/domain/rules/rehearsal";
import { type NetworkRehearsal, type Rehearsal, rehearseSchema } from "@/server/domain/rules/rule.schema";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf } from "@/test/server/cli/run-cli";
import { builders, type Phone, type Tenancy } from "@/test/support/builders";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type SeededCall, seedCalls } from "@/test/support/seeded-calls";
import { taskContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask, TaskCancelled } from "@/workers/tasks/run-task";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
let acme: Tenancy;
let hijacked: Phone;
let busy: Phone;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator", undefined, { slug: "operator" });
  acme = await make.tenant("customer", operator, { slug: "acme" });
  hijacked = await make.phone(acme, "101");
  busy = await make.phone(acme, "102");
  await learnNumberRanges(db.pool);
  await seedPast();
});
afterAll(() => db.drop());

const HOUR = 3_600;
const premium = (n: number): Pick<SeededCall, "to" | "country"> => ({ to: `4490123456${10 + n}`, country: "GB" });

/**
 * Ten days ago phone 101 was hijacked: eight premium calls a minute apart, 2.00 each, of an incident. Five days ago somebody
 * on phone 102 called seven premium numbers, 0.50 each, and three others within the day at 0.10, all of them meant.
 */
async function seedPast(): Promise<void> {
  const tenDays = 10 * 24 * HOUR;
  await seedCalls(
    make,
    acme,
    hijacked,
    Array.from({ length: 8 }, (_, n) => ({ ...premium(n), ago: tenDays - n * 60, cost: 2_000_000n })),
  );
  const fiveDays = 5 * 24 * HOUR;
  await seedCalls(make, acme, busy, [
    ...Array.from({ length: 7 }, (_, n) => ({ ...premium(n), ago: fiveDays - n * 60, cost: 500_000n })),
    ...[1, 2, 3].map((n) => ({ ago: fiveDays - n * 2 * HOUR, cost: 100_000n })),
    { ago: fiveDays - 25 * HOUR, cost: 100_000n },
  ]);
  const { id } = await make.one<{ id: string }>(
    `INSERT INTO incident (tenant_id, kind, title, severity, first_at, last_at)
     VALUES ($1, 'manual', 'Hijacked', 'high', now() - interval '11 days', now() - interval '9 days') RETURNING id`,
    [operator.tenantId],
  );
  await make.sql(
    "INSERT INTO incident_subject (tenant_id, incident_id, kind, value, of_tenant_id, extension_id, first_at, last_at) VALUES ($1, $2, 'extension', $3, $4, $5, now(), now())",
    [operator.tenantId, id, hijacked.endpoint, acme.tenantId, hijacked.extensionId],
  );
}

const plan = (more: object = {}) =>
  readTenant(db.app, { tenantId: operator.tenantId as TenantId, subtree: true }, (tx) =>
    planRehearsal(
      tx,
      { id: operator.tenantId as TenantId, kind: "operator" },
      rehearseSchema.parse({ signal: "special", scope: "extension", ...more }),
    ),
  );
const run = async (more: object = {}, root = operator): Promise<Rehearsal | NetworkRehearsal> =>
  rehearse(db.pool, root.tenantId as TenantId, await plan(more), null, async () => {});

/** The standard rule: critical at the sixth premium call within 15 minutes. Calls seven and eight would have been stopped. */
const byHand: Rehearsal = {
  calls: 19,
  warned: 2,
  fired: 2,
  trueHits: 1,
  falseHits: 1,
  stopped: 2,
  falseBlocks: 4,
  saved: { EUR: "4000000" },
  // The seventh premium call, and the three that came within the day.
  refusedWrongly: { EUR: "800000" },
};

test("comes to what was added up by hand", async () => {
  expect(await run()).toEqual(byHand);
});

test("tells what a change of the thresholds would make of it, and of the days", async () => {
  expect(await run({ warn: "8", critical: "8" })).toMatchObject({
    fired: 1,
    trueHits: 1,
    falseHits: 0,
    stopped: 0,
    falseBlocks: 0,
  });
  expect(await run({ warn: "3", critical: "3" })).toMatchObject({ fired: 2, stopped: 5, saved: { EUR: "10000000" } });
  expect(await run({ windowMinutes: 2, warn: "4", critical: "4" })).toMatchObject({ fired: 0 });
  expect(await run({ days: 7 })).toMatchObject({ calls: 11, fired: 1, trueHits: 0 });
});

test("of a rule about networks it says what would have been banned, what works there, and where telephones worked", async () => {
  const failed = (network: string, daysAgo: number, count: number) =>
    make.sql(
      `INSERT INTO security_event (tenant_id, at, type, address, detail)
       SELECT $1, now() - $3 * interval '1 day' - interval '1 hour' - n * interval '20 seconds', 'InvalidPassword', $2 || '.' || n, jsonb_build_object('count', $4::int) FROM generate_series(1, 6) n`,
      [operator.tenantId, network, daysAgo, count],
    );
  await failed("203.0.113", 3, 10);
  await failed("203.0.113", 6, 20);
  await failed("198.51.100", 6, 10);
  await failed("192.0.2", 9, 2);
  await failed("192.0.2", 40, 100);
  await make.sql("INSERT INTO ban_keep (tenant_id, network, note) VALUES ($1, '198.51.100.0/28', 'Branch')", [
    operator.tenantId,
  ]);
  await make.sql(
    `INSERT INTO registration_event (tenant_id, extension_id, at, kind, address, user_agent, transport)
     VALUES ($1, $2, now() - interval '6 days', 'registered', '198.51.100.9:5060', '', 'UDP')`,
    [acme.tenantId, busy.extensionId],
  );
  const networks = { signal: "sip_failure", scope: "network", action: "ban", warn: "10", critical: "50" } as const;
  const found = await run(networks);
  expect(found).toEqual({
    failures: 252,
    warned: 4,
    fired: 3,
    falseHits: 1,
    networks: 2,
    bans: [
      { network: "203.0.113.0/24", times: 2, most: 120, kept: null, phones: 0 },
      { network: "198.51.100.0/24", times: 1, most: 60, kept: "keep 198.51.100.0/28 Branch", phones: 1 },
    ],
  });
  expect(await make.sql("SELECT FROM ban")).toEqual([]);
  const stopped: unknown[] = [];
  const input = await plan(networks);
  const cut = rehearse(db.pool, operator.tenantId as TenantId, input, null, async ({ done, checkpoint }) => {
    stopped.push(checkpoint);
    if (done === 26) throw new TaskCancelled();
  });
  await expect(cut).rejects.toBeInstanceOf(TaskCancelled);
  expect(await rehearse(db.pool, operator.tenantId as TenantId, input, stopped.at(-1), async () => {})).toEqual(found);
  await make.sql("DELETE FROM security_event");
});

test("what is disputed counts as harmful, what was dismissed does not", async () => {
  await make.sql("UPDATE incident SET state = 'dismissed', closed_at = now() WHERE title = 'Hijacked'");
  expect(await run()).toMatchObject({ trueHits: 0, falseHits: 2, falseBlocks: 6 });
  // A duplicate was not harmless: the other one is about the same calls.
  await make.sql("UPDATE incident SET dismissed_as = 'duplicate' WHERE title = 'Hijacked'");
  expect(await run()).toEqual(byHand);
  await make.sql("UPDATE incident SET state = 'open', dismissed_as = NULL, closed_at = NULL WHERE title = 'Hijacked'");
  expect(await run()).toEqual(byHand);
});

test("as a job it says how far it is, can be stopped, and goes on from its checkpoint to the same end", async () => {
  const owner = await make.one<{ id: string }>("INSERT INTO person (email, name) VALUES ($1, 'Owner') RETURNING id", [
    `${randomUUID()}@test.example`,
  ]);
  await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [operator.tenantId, owner.id]);
  const portal = callerFor(db.app, owner.id);
  const { taskId } = await portal.rules.rehearse({ tenantSlug: "operator", signal: "special", scope: "extension" });
  const ctx = taskContext({ db: db.app, pool: db.pool }, operator.tenantId);
  await runTask(ctx, taskId, taskWorks);
  expect(await portal.tasks.get({ tenantSlug: "operator", taskId })).toMatchObject({
    state: "done",
    done: 2,
    total: 2,
    result: byHand,
  });

  const states: unknown[] = [];
  const stopped = rehearse(db.pool, operator.tenantId as TenantId, await plan(), null, async ({ checkpoint }) => {
    states.push(checkpoint);
    throw new TaskCancelled();
  });
  await expect(stopped).rejects.toBeInstanceOf(TaskCancelled);
  const rest = await rehearse(
    db.pool,
    operator.tenantId as TenantId,
    await plan(),
    JSON.parse(JSON.stringify(states[0])),
    async () => {},
  );
  expect(rest).toEqual(byHand);
});

test("nobody looks at a branch that is not theirs, and what is not about calls is refused", async () => {
  const stranger = await make.tenant("customer", operator);
  await expect(run({}, stranger)).rejects.toMatchObject({ code: "not_below" });
  await expect(plan({ signal: "config", scope: "tenant" })).rejects.toMatchObject({ code: "invalid_input" });
  await expect(plan({ warn: "9", critical: "8" })).rejects.toMatchObject({
    code: "invalid_input",
    detail: { field: "critical" },
  });
});

test("the command line says the same", async () => {
  expect(await jsonOf(db.appUrl, ["rule", "rehearse", "special", "extension"])).toMatchObject({ ...byHand });
});
