import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { retentionDesk } from "@/test/support/retention-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof retentionDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await retentionDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

const floors = { security_events: 7, mail: 30, invitations: 1 } as const;
type Class = keyof typeof floors;
const ageOf: Record<Class, [table: string, column: string]> = {
  security_events: ["security_event", "at"],
  mail: ["mail", "created_at"],
  invitations: ["invitation", "expires_at"],
};

/** One row of each class on each of so many days ago, a minute off midnight so that none stands on the line. */
async function fill(of: Tenancy, days: number): Promise<void> {
  const at =
    "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - n * interval '1 day' + interval '1 minute'";
  const each = `FROM generate_series(0, ${days}) n`;
  await on.make.sql(`INSERT INTO security_event (tenant_id, at, type) SELECT $1, ${at}, 'FailedACL' ${each}`, [
    of.tenantId,
  ]);
  await on.make.sql(
    `INSERT INTO mail (tenant_id, recipient, subject, body, state, created_at) SELECT $1, 'a@example.com', 'x', 'x', 'sent', ${at} ${each}`,
    [of.tenantId],
  );
  await on.make.sql(
    `INSERT INTO invitation (tenant_id, email, role, token_hash, expires_at) SELECT $1, 'a@example.com', 'viewer', sha256(($1::uuid::text || n)::bytea), ${at} ${each}`,
    [of.tenantId],
  );
}

async function fresh(): Promise<void> {
  for (const table of ["security_event", "mail", "invitation", "retention_policy", "retention_sweep"])
    await on.make.sql(`DELETE FROM ${table}`);
}

const utcDay = () => new Date().toISOString().slice(0, 10);
/** Once more when midnight came in between: what is younger than a line on one day is older than that of the next. */
async function onOneDay(act: () => Promise<unknown>): Promise<string> {
  for (;;) {
    const day = utcDay();
    await act();
    if (day === utcDay()) return day;
  }
}

test("whatever the policies: nothing older is left, nothing younger is gone, and the floor beats a shorter wish", async () => {
  const wish = fc.record({
    of: fc.constantFrom("operator", "acme", "beta"),
    name: fc.constantFrom<Class>("security_events", "mail", "invitations"),
    days: fc.integer({ min: 1, max: 60 }),
    keep: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { maxLength: 6 }), async (wishes) => {
      const tenants = { operator: on.operator, acme: on.acme, beta: on.beta };
      const set = new Map<string, { days: number; keep: boolean }>();
      const today = await onOneDay(async () => {
        await fresh();
        for (const of of Object.values(tenants)) await fill(of, 70);
        for (const { of, name, days, keep } of wishes) {
          const kept = keep && name !== "invitations";
          await on.policy(tenants[of as keyof typeof tenants], name, kept ? "keep" : "delete", days);
          set.set(`${of} ${name}`, { days, keep: kept });
        }
        await on.sweep();
      });
      for (const [slug, of] of Object.entries(tenants)) {
        for (const name of Object.keys(floors) as Class[]) {
          const house = { security_events: 90, mail: 400, invitations: 30 }[name];
          const policy = set.get(`${slug} ${name}`) ?? set.get(`operator ${name}`) ?? { days: house, keep: false };
          const days = policy.keep ? 70 : Math.min(70, Math.max(policy.days, floors[name]));
          const [table, column] = ageOf[name];
          const oldest = `${column} >= '${today}Z'::timestamptz - interval '${days} days'`;
          expect([slug, name, await on.count(table, of), await on.count(table, of, oldest)]).toEqual([
            slug,
            name,
            days + 1,
            days + 1,
          ]);
        }
      }
      expect(await on.make.sql("SELECT * FROM retention_sweep WHERE state <> 'done'")).toEqual([]);
    }),
    { numRuns: 8 },
  );
});

test("money and what explains it is the same after a sweep, and the books add up", async () => {
  await on.make.topUp(on.acme, 5_000_000n);
  const sums =
    "SELECT sum(posted_micros)::text AS posted, (SELECT count(*)::int FROM ledger_entry) AS entries FROM wallet";
  const before = await on.make.one(sums);
  await fresh();
  await fill(on.acme, 500);
  await on.sweep();
  expect(await on.make.one(sums)).toEqual(before);
  expect(await on.make.sql("SELECT * FROM ledger_check()")).toEqual([]);
});

test("finished jobs that corrected money stay, mails keep their envelope, ended sessions go", async () => {
  await fresh();
  const job =
    "INSERT INTO task (tenant_id, kind, title, state, created_by, ended_at) VALUES ($1, 'rating.rerate', 'x', 'done', 'test', now() - interval '500 days') RETURNING id";
  const [kept] = [
    await on.make.one<{ id: string }>(job, [on.operator.tenantId]),
    await on.make.one(job, [on.operator.tenantId]),
  ];
  await on.make.sql(
    "INSERT INTO rerate_item (tenant_id, task_id, call_id, level, buyer_id, before_micros, after_micros, outcome) VALUES ($1, $2, gen_random_uuid(), 0, $3, 1, 1, 'uncollected')",
    [on.operator.tenantId, kept.id, on.acme.tenantId],
  );
  await on.make.sql(
    "INSERT INTO mail (tenant_id, recipient, subject, body, state, created_at) SELECT $1, 'a@example.com', state, 'x', state, now() - interval '100 days' FROM unnest(ARRAY['sent', 'queued']) state",
    [on.acme.tenantId],
  );
  const person = await on.make.one<{ id: string }>("INSERT INTO person (email) VALUES ('a@example.com') RETURNING id");
  await on.make.sql(
    "INSERT INTO session (user_id, expires_at, revoked_at) VALUES ($1, now() + interval '1 day', NULL), ($1, now() + interval '1 day', now() - interval '40 days'), ($1, now() - interval '40 days', NULL)",
    [person.id],
  );
  await on.sweep();
  expect(await on.make.sql("SELECT id FROM task")).toEqual([{ id: kept.id }]);
  expect(await on.make.sql("SELECT subject, body FROM mail ORDER BY subject")).toEqual([
    { subject: "queued", body: "x" },
    { subject: "sent", body: null },
  ]);
  expect(await on.make.one("SELECT count(*)::int AS n FROM session")).toEqual({ n: 1 });
  expect((await on.receipts(on.operator)).map(({ class: name, removed }) => `${name} ${removed}`)).toEqual(
    expect.arrayContaining(["tasks 1", "sessions 2"]),
  );
});

test("only one role may take audit events away, nobody can be it, and it takes no money away", async () => {
  const found = async (text: string) => on.make.sql(text);
  const may =
    "SELECT FROM pg_roles WHERE rolname = 'portal_retention' AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole)";
  expect(await found(may)).toEqual([]);
  const members =
    "SELECT FROM pg_auth_members WHERE roleid = 'portal_retention'::regrole AND member IN ('portal_app'::regrole, 'asterisk'::regrole)";
  expect(await found(members)).toEqual([]);
  const money = `SELECT t.name FROM unnest(ARRAY['ledger_transaction', 'ledger_entry', 'wallet', 'hold', 'statement', 'statement_line', 'dispute', 'payment']) t(name)
    WHERE has_table_privilege('portal_retention', t.name, 'DELETE') OR has_table_privilege('portal_retention', t.name, 'INSERT')`;
  expect(await found(money)).toEqual([]);
  const others = `SELECT r.rolname FROM pg_roles r WHERE r.rolname IN ('portal_app', 'portal_system', 'portal_charge', 'asterisk')
    AND has_schema_privilege(r.oid, 'months', 'USAGE')`;
  expect(await found(others)).toEqual([]);
});
