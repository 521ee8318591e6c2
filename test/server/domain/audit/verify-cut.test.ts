import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { runCli } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";
import { lockAwaited } from "@/test/support/killed-child";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const sql = (text: string) => branches.build.sql(text);

/** Does it while the database goes away under it, in the middle of the first part, and is back afterwards. */
async function cutOff<Result>(act: () => Promise<Result>): Promise<Result> {
  const { name } = await branches.build.one<{ name: string }>("SELECT current_database() AS name");
  const holder = new Client({ connectionString: db.ownerUrl });
  await holder.connect();
  try {
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE");
    const acting = act();
    await eventually(async () => expect(await lockAwaited(db, "true", "audit_verify")).toBe(true));
    await sql(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
    await sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_app' AND datname = current_database()",
    );
    return await acting;
  } finally {
    await holder.end();
    await sql(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  }
}

const noted = async () => (await sql("SELECT FROM audit_event WHERE action = 'audit.verify'")).length;

test("at the command line it is said that the database cannot be reached, nothing is noted, and it can be repeated", async () => {
  const verify = () => runCli(db.appUrl, ["audit", "verify", "--json"]);
  const { code, out } = await cutOff(verify);
  expect(code).toBeGreaterThan(0);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "database_unreachable" } });
  expect(out).not.toMatch(/break|whole|"ok"/);
  expect(await noted()).toBe(0);
  const again = await verify();
  expect([again.code, JSON.parse(again.out).ok]).toEqual([0, true]);
  expect(await noted()).toBe(1);
});

test("in the portal it is an error and not a broken chain, and it can be repeated", async () => {
  const owner = await branches.seat(branches.operator, "owner");
  const verify = () => callerFor(db.app, owner).audit.verify({ tenantSlug: "operator" });
  const answer = await cutOff(() => verify().catch((error: unknown) => error));
  expect(answer).toMatchObject({ code: "INTERNAL_SERVER_ERROR" });
  await eventually(async () => expect(await verify()).toMatchObject({ ok: true, firstBadSeq: null }));
});
