import { afterAll, beforeAll, expect, test } from "vitest";

import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
const cli = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, words);
const stateOf = async () =>
  (await db.owner.query<{ slug: string; state: string }>("SELECT slug, state FROM tenant ORDER BY slug")).rows;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

test("says first what happens to live calls, then suspends the whole branch, with the portal's trail and job", async () => {
  await on.topUp(on.reseller, 50_000_000n);
  await on.topUp(on.customer, 50_000_000n);
  const { endpoint } = await on.phone(on.customer);
  const desk = callDesk(db.pool);
  const { code } = await desk.authorise({ call: "live-1", endpoint: endpoint });
  expect(code).toBe("");

  const before = await stateOf();
  const dry = await cli("tenant", "suspend", "--tenant", "reseller", "--dry-run");
  expect(dry).toMatchObject({ slug: "reseller", liveCalls: 1, tenantsBelow: 1, changed: false });
  expect(await stateOf()).toEqual(before);

  const { code: exit, out, err } = await runCli(db.appUrl, ["tenant", "suspend", "--tenant", "reseller"]);
  expect(exit).toBe(0);
  expect(err).toMatch(/^1 live call ends of reseller and .* below it, and new ones are refused, except to emergency/);
  expect(out).toBe("reseller is suspended.\n");
  expect(await stateOf()).toContainEqual({ slug: "reseller", state: "suspended" });
  const jobs = await db.owner.query("SELECT tenant_id FROM outbox_job WHERE job_name LIKE '%hang%'");
  expect(jobs.rows).toContainEqual({ tenant_id: on.customer.tenantId });
  expect((await desk.authorise({ call: "live-2", endpoint: endpoint })).code).not.toBe("");

  expect(await cli("tenant", "suspend", "--tenant", "reseller")).toMatchObject({ changed: false });
  expect(await cli("tenant", "resume", "--tenant", "reseller")).toMatchObject({ state: "active", changed: true });
  expect(await stateOf()).toEqual(before);
  expect((await desk.authorise({ call: "live-3", endpoint: endpoint })).code).toBe("");
  const trail = await db.owner.query(
    `SELECT action, actor_kind FROM audit_event WHERE tenant_id = $1 AND action LIKE 'tenant.%' AND actor_kind = 'cli' ORDER BY seq`,
    [on.reseller.tenantId],
  );
  expect(trail.rows.map((row: { action: string }) => row.action)).toEqual([
    "tenant.suspend",
    "tenant.suspend",
    "tenant.resume",
  ]);
});

test("nobody suspends the operator, or somebody who is not there", async () => {
  await expect(cli("tenant", "suspend", "--tenant", "operator")).rejects.toThrow("not_below");
  await expect(cli("tenant", "suspend", "--tenant", "nobody")).rejects.toThrow("not_found");
  await expect(cli("tenant", "resume", "--tenant", "nobody")).rejects.toThrow("not_found");
});
