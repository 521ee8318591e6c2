import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const here = { tenantSlug: "operator" };
let db: TestDatabase;
let branches: Branches;
let owner: ReturnType<typeof callerFor>;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = callerFor(db.app, await branches.seat(branches.operator, "owner"));
});
afterAll(() => db.drop());

const policyOf = async (ofTenantSlug: string, name: string) =>
  (await owner.retention.policies({ ...here, ofTenantSlug })).find((policy) => policy.class === name);

test("a tenant has its own policy, else that of the one above, and the floor beats a shorter wish", async () => {
  const { reseller, customer } = branches;
  expect(await policyOf(customer.slug, "mail")).toMatchObject({ days: 400, setBy: null, own: false });
  await owner.retention.set({ ...here, ofTenantSlug: reseller.slug, class: "mail", action: "delete", keepDays: 60 });
  expect(await policyOf(customer.slug, "mail")).toMatchObject({ days: 60, setBy: reseller.slug, own: false });
  await owner.retention.set({ ...here, ofTenantSlug: customer.slug, class: "mail", action: "delete", keepDays: 1 });
  expect(await policyOf(customer.slug, "mail")).toMatchObject({
    wishDays: 1,
    days: 30,
    setBy: customer.slug,
    own: true,
  });
  await owner.retention.set({ ...here, ofTenantSlug: customer.slug, class: "mail", action: "keep", keepDays: 9_999 });
  expect(await policyOf(customer.slug, "mail")).toMatchObject({ action: "keep", days: 3_650 });
  expect((await owner.retention.board(here)).exceptions).toContainEqual({
    tenant: customer.slug,
    class: "mail",
    action: "keep",
    days: 3_650,
  });
  await owner.retention.inherit({ ...here, ofTenantSlug: customer.slug, class: "mail" });
  expect(await policyOf(customer.slug, "mail")).toMatchObject({ days: 60, own: false });
  const trail = "SELECT count(*)::int AS n FROM audit_event WHERE tenant_id = $1 AND action = 'retention.set'";
  expect(await branches.build.one(trail, [branches.operator.tenantId])).toEqual({ n: 4 });
  expect(await branches.build.one(trail, [customer.tenantId])).toEqual({ n: 3 });
});

test("a class with one policy for all, an action it does not know and a tenant that is not there are refused", async () => {
  const set = (more: object) =>
    owner.retention.set({
      ...here,
      ofTenantSlug: branches.customer.slug,
      class: "mail",
      action: "delete",
      keepDays: 60,
      ...more,
    });
  await expect(set({ class: "sessions" })).rejects.toMatchObject({ cause: { code: "invalid_state" } });
  await expect(set({ action: "pseudonymise" })).rejects.toMatchObject({ cause: { code: "invalid_input" } });
  await expect(set({ ofTenantSlug: "nobody-at-all" })).rejects.toMatchObject({ cause: { code: "not_below" } });
  await expect(set({ keepDays: 0 })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("it is the operator's: a reseller neither reads nor sets it, and an auditor only reads", async () => {
  const { reseller, customer, operator } = branches;
  const seller = callerFor(db.app, await branches.seat(reseller, "owner"));
  const auditor = callerFor(db.app, await branches.seat(operator, "auditor"));
  const wish = { ofTenantSlug: customer.slug, class: "mail", action: "delete", keepDays: 60 } as const;
  await expect(seller.retention.board({ tenantSlug: reseller.slug })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(seller.retention.set({ tenantSlug: reseller.slug, ...wish })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  expect((await auditor.retention.board(here)).policies.length).toBeGreaterThan(8);
  await expect(auditor.retention.set({ ...here, ...wish })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(auditor.retention.run(here)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a dry run counts by tenant what would go and changes nothing; a run is asked of the workers", async () => {
  const { customer } = branches;
  await branches.build.sql(
    "INSERT INTO security_event (tenant_id, at, type) SELECT $1, now() - n * interval '1 day', 'FailedACL' FROM generate_series(85, 104) n",
    [customer.tenantId],
  );
  const before = await branches.build.one("SELECT count(*)::int AS n FROM security_event");
  const counted = await owner.retention.dryRun({ ...here, class: "security_events" });
  expect(counted).toMatchObject([{ tenant: customer.slug, action: "delete", days: 90, due: 14n, held: 0n }]);
  expect(await branches.build.one("SELECT count(*)::int AS n FROM security_event")).toEqual(before);
  await owner.retention.run(here);
  expect(await branches.build.sql("SELECT FROM outbox_job WHERE job_name = 'retention.sweep_now'")).toHaveLength(1);
});
