import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  for (const of of [branches.reseller, branches.customer, branches.sibling, branches.far]) {
    await branches.thingsOf(of, of);
    await branches.build.topUp(of, 1_000_000n);
  }
});
afterAll(() => db.drop());

const rows = async <Row = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await db.owner.query(text, values)).rows as Row[];
const idOf = (of: { tenantId: string }) => of.tenantId as TenantId;
const reads = <T>(
  of: { tenantId: string },
  work: (tx: TenantRead) => Promise<T>,
  more: { subtree?: boolean; userId?: UserId } = {},
) => readTenant(db.app, { tenantId: idOf(of), ...more }, work);
const writes = (of: { tenantId: string }, work: (tx: TenantWrite) => Promise<unknown>) =>
  writeTenant(db.app, { tenantId: idOf(of) }, work);

/** Names every table that carries a tenant and that the portal may read at all, as the catalogue knows them now. */
const tenantTables = () =>
  rows<{ name: string }>(`
    SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE has_table_privilege('portal_app', c.oid, 'SELECT') AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`).then(
    (found) => found.map((row) => row.name),
  );

describe("the catalogue", () => {
  test("every table with a tenant_id, and those about people, is forced through row security and has a policy for the portal", async () => {
    const open = await rows<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND (c.relname IN ('tenant', 'tenant_below', 'person', 'session')
          OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity
          AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'portal_app'::regrole = ANY (p.polroles)))`);
    expect(open).toEqual([]);
    expect((await tenantTables()).length).toBeGreaterThan(15);
  });

  test("a table without a tenant is one that is known to need none", async () => {
    const without = await rows<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') ORDER BY 1`);
    const known = [
      "erasure_target fraud_range manager_secret month_table number_range passkey password_reset person rate_limit reconciliation_state recovery_code retention_class",
      "retention_run rule_cursor schema_migration session spool_position tenant tenant_below totp used_challenge worker_state",
    ].join(" ");
    expect(without.map((row) => row.name)).toEqual(known.split(" "));
  });

  test("no policy lets everybody through but those of the roles that nobody can log in as", async () => {
    const wide = await rows(`
      SELECT p.polname, c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      WHERE (pg_get_expr(p.polqual, p.polrelid) = 'true' OR pg_get_expr(p.polwithcheck, p.polrelid) = 'true')
        AND EXISTS (SELECT FROM unnest(p.polroles) r WHERE r = 0 OR (SELECT rolcanlogin FROM pg_roles WHERE oid = r))`);
    expect(wide).toEqual([]);
  });

  test("no role of the product is a superuser, bypasses row security or owns a table", async () => {
    const roles = await rows(
      "SELECT rolname FROM pg_roles WHERE rolname IN ('portal_app', 'portal_charge', 'portal_system', 'portal_retention', 'asterisk') AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
    );
    expect(roles).toEqual([]);
    const ownedBy = async (...roles: string[]) => {
      const text = `SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'S')
        AND pg_get_userbyid(c.relowner) = ANY ($1) ORDER BY 1`;
      return (await rows<{ relname: string }>(text, [roles])).map(({ relname }) => relname);
    };
    // The telephone system reads through them which addresses are banned, and nothing else of a ban, and which phones are
    // there now, those in browsers among them.
    const views = ["aors", "auths", "endpoints", "identifies", "live_browser_phones", "ps_acls"];
    expect(await ownedBy("portal_app", "portal_charge", "portal_system", "asterisk")).toEqual(views);
    // Months are dropped by their owner, a role that nobody can log in as.
    for (const name of await ownedBy("portal_retention"))
      expect(name).toMatch(/^(security_event(_rest|_\d{6})?|call_record)$/);
    const members = await rows(`
      SELECT m.member::regrole::text FROM pg_auth_members m
      WHERE m.roleid IN ('portal_charge'::regrole, 'portal_system'::regrole, 'portal_retention'::regrole) AND m.member IN ('portal_app'::regrole, 'asterisk'::regrole)`);
    expect(members).toEqual([]);
  });

  test("the roles that own functions cannot log in, and every such function fixes its search path", async () => {
    expect(
      await rows(
        "SELECT rolname FROM pg_roles WHERE rolname IN ('portal_charge', 'portal_system', 'portal_retention') AND rolcanlogin",
      ),
    ).toEqual([]);
    const loose = await rows(`
      SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%search_path=public, pg_temp%', false)`);
    expect(loose).toEqual([]);
  });

  test("nobody may change or delete what the ledger and the trail say", async () => {
    const may = await rows(`
      SELECT r.rolname, t.name, what FROM pg_roles r
      CROSS JOIN unnest(ARRAY['ledger_transaction', 'ledger_entry', 'audit_event']) t(name)
      CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) what
      WHERE r.rolname IN ('portal_app', 'portal_charge', 'portal_system', 'asterisk') AND has_table_privilege(r.oid, t.name, what)`);
    expect(may).toEqual([]);
    const inserts = await rows(`
      SELECT t.name FROM unnest(ARRAY['ledger_transaction', 'ledger_entry', 'audit_event', 'wallet', 'hold', 'call']) t(name)
      WHERE has_table_privilege('portal_app', t.name, 'INSERT')`);
    expect(inserts).toEqual([]);
  });

  test("functions are for the roles they were given to", async () => {
    const everybody = await rows(`
      SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND has_function_privilege('asterisk', p.oid, 'EXECUTE')
        AND p.prorettype <> 'trigger'::regtype`);
    expect(everybody).toEqual([]);
  });
});

describe("as portal_app", () => {
  test("nothing set means no rows, in every table", async () => {
    for (const name of [...(await tenantTables()), "tenant", "tenant_below", "person", "session"]) {
      const [row] = await db.app.$queryRawUnsafe<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM ${name === "person" ? "(SELECT id FROM person) p" : name}`,
      );
      expect(row?.n, name).toBe(0);
    }
  });

  test("a tenant sees its own rows and nobody else's, in every table", async () => {
    for (const name of await tenantTables()) {
      const seen = await reads(branches.customer, (tx) =>
        tx.$queryRawUnsafe<{ id: string }[]>(`SELECT DISTINCT tenant_id AS id FROM ${name}`),
      );
      const others = seen.map((row) => row.id).filter((id) => id !== branches.customer.tenantId);
      expect(others, name).toEqual([]);
    }
    expect(await reads(branches.customer, (tx) => tx.extension.count())).toBe(1);
  });

  test("a subtree reaches what is below and stops there, in every table", async () => {
    const { reseller, customer, sibling } = branches;
    const branch = [reseller, customer, sibling].map((tenant) => tenant.tenantId);
    for (const name of await tenantTables()) {
      const seen = await reads(
        reseller,
        (tx) => tx.$queryRawUnsafe<{ id: string }[]>(`SELECT DISTINCT tenant_id AS id FROM ${name}`),
        {
          subtree: true,
        },
      );
      expect(
        seen.map((row) => row.id).filter((id) => !branch.includes(id)),
        name,
      ).toEqual([]);
    }
    expect(await reads(reseller, (tx) => tx.extension.count(), { subtree: true })).toBe(3);
    expect(await reads(reseller, (tx) => tx.extension.count())).toBe(1);
    // A customer has nothing below, so the setting gives it nothing.
    expect(await reads(customer, (tx) => tx.extension.count(), { subtree: true })).toBe(1);
  });

  test("writing never reaches below, subtree or not", async () => {
    const { reseller, customer } = branches;
    const { count } = await writeTenant(db.app, { tenantId: idOf(reseller), subtree: true }, (tx) =>
      tx.extension.updateMany({ where: { tenantId: customer.tenantId }, data: { displayName: "Taken over" } }),
    );
    expect(count).toBe(0);
    await db.app.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT set_config('app.tenant_id', ${reseller.tenantId}, true), set_config('app.subtree', 'on', true)`;
      const forced =
        await tx.$executeRaw`UPDATE extension SET display_name = 'Taken over' WHERE tenant_id = ${customer.tenantId}::uuid`;
      expect(forced).toBe(0);
    });
  });

  test("a row cannot be planted in another tenant", async () => {
    const { reseller, customer, far } = branches;
    for (const victim of [customer, far]) {
      const attempt = writes(reseller, (tx) =>
        tx.extension.create({
          data: {
            tenantId: victim.tenantId,
            number: "555",
            displayName: "Planted",
            sipUsername: `planted-${victim.slug}`,
          },
        }),
      );
      await expect(attempt).rejects.toThrow(/row-level security/);
    }
  });

  test("acting below moves down the branch, never up or sideways", async () => {
    const { reseller, customer, sibling, operator, far } = branches;
    await writes(reseller, (tx) => tx.$queryRaw`SELECT act_below(${customer.tenantId}::uuid)::text`);
    for (const [from, to] of [
      [customer, sibling],
      [customer, reseller],
      [reseller, operator],
      [reseller, far],
    ] as const) {
      const attempt = writes(from, (tx) => tx.$queryRaw`SELECT act_below(${to.tenantId}::uuid)::text`);
      await expect(attempt).rejects.toThrow(/RF002|not below/);
    }
  });

  test("a reading transaction cannot write", async () => {
    const attempt = reads(branches.customer, (tx) => tx.extension.updateMany({ data: { displayName: "x" } }));
    await expect(attempt).rejects.toThrow(/read-only/);
  });

  test("the settings end with the transaction, pooled connection or not", async () => {
    await reads(branches.customer, (tx) => tx.extension.count());
    const after = await Promise.all(Array.from({ length: 25 }, () => db.app.extension.count()));
    expect(new Set(after)).toEqual(new Set([0]));
  });

  test("password digests and SIP digests are out of reach", async () => {
    for (const sql of [
      "SELECT password_hash FROM person",
      "SELECT * FROM person",
      "SELECT * FROM pbx.ps_auths",
      "SELECT id FROM pbx.ps_endpoints",
      "SELECT * FROM pbx.ps_contacts",
    ]) {
      await expect(db.app.$queryRawUnsafe(sql), sql).rejects.toThrow(/permission denied/);
    }
  });

  test("history cannot be rewritten, and money moves through functions only", async () => {
    for (const sql of [
      "UPDATE ledger_entry SET amount_micros = 1",
      "DELETE FROM ledger_entry",
      "DELETE FROM ledger_transaction",
      "UPDATE audit_event SET action = 'x'",
      "DELETE FROM audit_event",
      "UPDATE audit_head SET seq = 0",
      "UPDATE wallet SET posted_micros = 1",
      "INSERT INTO wallet (tenant_id, currency) VALUES (gen_random_uuid(), 'EUR')",
      "UPDATE hold SET state = 'released'",
      "UPDATE call SET cost_micros = 0",
      "UPDATE tenant_below SET depth = 0",
      "UPDATE tenant SET slug = 'other'",
      "SET ROLE portal_charge",
      "SET ROLE portal_system",
      "ALTER TABLE wallet DISABLE ROW LEVEL SECURITY",
    ]) {
      await expect(
        writes(branches.customer, (tx) => tx.$executeRawUnsafe(sql)),
        sql,
      ).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  test("a person is visible to themselves and to those who share a tenant", async () => {
    const { customer, far, seat, person } = branches;
    const here = await seat(customer, "viewer");
    const elsewhere = await seat(far, "viewer");
    const nobody = await person();
    const seen = await reads(customer, (tx) => tx.person.findMany({ select: { id: true } }), {
      userId: nobody as UserId,
    });
    const ids = seen.map((row) => row.id);
    expect(ids).toEqual(expect.arrayContaining([here, nobody]));
    expect(ids).not.toContain(elsewhere);
  });

  test("a person's sessions are their own", async () => {
    const { customer, seat } = branches;
    const [mine, other] = [await seat(customer, "viewer"), await seat(customer, "owner")];
    for (const id of [mine, other]) {
      await rows("INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 hour')", [id]);
    }
    const seen = await reads(customer, (tx) => tx.session.findMany({ select: { userId: true } }), {
      userId: mine as UserId,
    });
    expect(seen).toEqual([{ userId: mine }]);
  });
});
