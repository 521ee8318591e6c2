import { afterAll, beforeAll, expect, test } from "vitest";

import { permissionsFor, roles } from "@/server/domain/tenancy/roles";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { endSeats } from "@/workers/processors/end-seats";
import type { SystemContext } from "@/workers/processors/types";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const as = (userId: string) => callerFor(db.app, userId);
/** A customer of its own for each test, with one owner. */
async function fresh() {
  const tenant = await branches.build.tenant("customer", branches.reseller);
  return { tenant, tenantSlug: tenant.slug, owner: await branches.seat(tenant, "owner") };
}
const sessionOf = async (userId: string): Promise<string> =>
  (
    await branches.build.one<{ id: string }>(
      "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id",
      [userId],
    )
  ).id;

test("the list shows who has a seat here, since when, and who is invited", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  const viewer = await branches.seat(tenant, "viewer");
  await sessionOf(viewer);
  await as(owner).members.invite({ tenantSlug, email: "Coming@Test.example", role: "billing" });
  const { items, invitations } = await as(owner).members.list({ tenantSlug });
  expect(
    items.map(({ userId, role, self }) => ({ userId, role, self })).sort((a, b) => a.role.localeCompare(b.role)),
  ).toEqual([
    { userId: owner, role: "owner", self: true },
    { userId: viewer, role: "viewer", self: false },
  ]);
  expect(items.find((item) => item.userId === viewer)?.lastSeenAt).toBeInstanceOf(Date);
  expect(items.find((item) => item.userId === owner)?.lastSeenAt).toBeNull();
  expect(invitations).toMatchObject([{ email: "coming@test.example", role: "billing" }]);
});

test("taking a seat away ends access with the next request, in every session", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  const viewer = await branches.seat(tenant, "viewer");
  const session = await sessionOf(viewer);
  await as(viewer).shell.get({ tenantSlug });
  await as(owner).members.revoke({ tenantSlug, userId: viewer });
  await expect(as(viewer).shell.get({ tenantSlug })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const [row] = await branches.build.sql<{ revoked_at: Date | null }>("SELECT revoked_at FROM session WHERE id = $1", [
    session,
  ]);
  expect(row?.revoked_at).not.toBeNull();
  await expect(as(owner).members.revoke({ tenantSlug, userId: viewer })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a seat with a last day reaches nothing after it, is taken away, and its sessions end", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  const lastDay = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await as(owner).members.invite({ tenantSlug, email: "accountant@test.example", role: "billing", lastDay });
  const [invited] = (await as(owner).members.list({ tenantSlug })).invitations;
  expect(invited?.seatEndsAt).toBeInstanceOf(Date);

  const viewer = await branches.seat(tenant, "viewer");
  const session = await sessionOf(viewer);
  const { endsAt } = await as(owner).members.setEnd({ tenantSlug, userId: viewer, lastDay });
  // The whole of that day, on the tenant's calendar.
  expect(endsAt?.getTime()).toBeGreaterThan(Date.parse(`${lastDay}T12:00:00Z`));
  await as(viewer).shell.get({ tenantSlug });

  await branches.build.sql("UPDATE seat SET ends_at = now() WHERE user_id = $1", [viewer]);
  await expect(as(viewer).shell.get({ tenantSlug })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await as(owner).members.list({ tenantSlug })).items.map(({ userId }) => userId)).toEqual([owner]);
  await expect(as(owner).members.setEnd({ tenantSlug, userId: viewer, lastDay })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const context = { db: db.app, pool: db.pool, jobId: "test" } as SystemContext;
  const ended = () => endSeats({}, context);
  await ended();
  await ended();
  expect(await branches.build.sql("SELECT 1 FROM seat WHERE user_id = $1", [viewer])).toEqual([]);
  expect(
    await branches.build.sql("SELECT 1 FROM session WHERE id = $1 AND revoked_at IS NOT NULL", [session]),
  ).toHaveLength(1);
  expect(
    await branches.build.sql("SELECT 1 FROM audit_event WHERE tenant_id = $1 AND action = 'member.end_seats'", [
      tenant.tenantId,
    ]),
  ).toHaveLength(1);
});

const inYears = (years: number) => `${new Date().getUTCFullYear() + years}-03-31`;
test.each([
  ["of an owner", "owner", inYears(1), /owner's seat has no end/],
  ["that is over", "viewer", "2020-01-01", /That day is over/],
  ["in ten years", "viewer", inYears(10), /five years/],
])("a last day %s is refused", async (_, role, lastDay, why) => {
  const { tenantSlug, owner, tenant } = await fresh();
  const somebody = await branches.seat(tenant, role as "owner" | "viewer");
  const asked = as(owner).members.setEnd({ tenantSlug, userId: somebody, lastDay });
  await expect(asked).rejects.toMatchObject({ cause: { sentence: expect.stringMatching(why) } });
});

test("the last owner stays", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  await expect(as(owner).members.revoke({ tenantSlug, userId: owner })).rejects.toMatchObject({
    message: "invalid_state",
  });
  const second = await branches.seat(tenant, "owner");
  await as(second).members.revoke({ tenantSlug, userId: owner });
  await expect(as(second).members.revoke({ tenantSlug, userId: second })).rejects.toMatchObject({
    message: "invalid_state",
  });
});

test("two owners who remove each other at the same moment leave one", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  const second = await branches.seat(tenant, "owner");
  const both = await Promise.allSettled([
    as(owner).members.revoke({ tenantSlug, userId: second }),
    as(second).members.revoke({ tenantSlug, userId: owner }),
  ]);
  expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  const [left] = await branches.build.sql<{ n: number }>(
    "SELECT count(*)::int AS n FROM seat WHERE tenant_id = $1 AND role = 'owner'",
    [tenant.tenantId],
  );
  expect(left?.n).toBe(1);
});

test("an admin can neither make nor unmake an owner", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  await branches.seat(tenant, "owner");
  const admin = await branches.seat(tenant, "admin");
  await expect(as(admin).members.invite({ tenantSlug, email: "o@test.example", role: "owner" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(as(admin).members.revoke({ tenantSlug, userId: owner })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await as(admin).members.invite({ tenantSlug, email: "v@test.example", role: "viewer" });
  const denied = await branches.build.sql(
    "SELECT subject FROM audit_event WHERE tenant_id = $1 AND outcome = 'denied'",
    [tenant.tenantId],
  );
  expect(denied).toEqual([{ subject: "procedure:members.invite" }, { subject: "procedure:members.revoke" }]);
});

test("roles of the operator are given by the operator only", async () => {
  const { tenantSlug, owner } = await fresh();
  for (const role of ["auditor", "incident_responder"] as const) {
    await expect(as(owner).members.invite({ tenantSlug, email: "x@test.example", role })).rejects.toMatchObject({
      message: "invalid_input",
    });
  }
  const root = await branches.seat(branches.operator, "owner");
  await as(root).members.invite({ tenantSlug: "operator", email: "auditor@test.example", role: "auditor" });
});

test("an address that has a seat here is not invited again, and an invitation can be withdrawn", async () => {
  const { tenantSlug, tenant, owner } = await fresh();
  const email = "here@test.example";
  await branches.seat(tenant, "viewer", await branches.person(email));
  await expect(as(owner).members.invite({ tenantSlug, email, role: "admin" })).rejects.toMatchObject({
    code: "CONFLICT",
    message: "email_taken",
  });
  await as(owner).members.invite({ tenantSlug, email: "gone@test.example", role: "viewer" });
  const [open] = (await as(owner).members.list({ tenantSlug })).invitations;
  await as(owner).members.withdraw({ tenantSlug, invitationId: open?.id ?? "" });
  expect((await as(owner).members.list({ tenantSlug })).invitations).toEqual([]);
});

test("what is not an address or a role is refused with the field that is wrong", async () => {
  const { tenantSlug, owner } = await fresh();
  for (const email of ["no address", "a@b", "x\r\nBcc: y@z.example", "", `${"a".repeat(250)}@b.example`]) {
    await expect(as(owner).members.invite({ tenantSlug, email, role: "viewer" })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  }
});

test("a reseller's people act below their own tenant, and the trail keeps both identities", async () => {
  const { tenantSlug, tenant } = await fresh();
  const above = await branches.seat(branches.reseller, "admin");
  await as(above).members.invite({ tenantSlug, email: "below@test.example", role: "viewer" });
  const [event] = await branches.build.sql(
    "SELECT actor_id, acting_tenant_id, action FROM audit_event WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1",
    [tenant.tenantId],
  );
  expect(event).toEqual({ actor_id: above, acting_tenant_id: branches.reseller.tenantId, action: "member.invite" });
});

test("the page about roles says what the procedures check, and names no role that cannot be given here", async () => {
  const owner = callerFor(db.app, await branches.seat(branches.operator, "owner"));
  const all = await owner.members.roles({ tenantSlug: "operator" });
  expect(all.roles).toEqual(roles);
  for (const role of roles) {
    const may = all.permissions.filter(({ by }) => by.includes(role)).map(({ permission }) => permission);
    expect(may.sort()).toEqual([...permissionsFor(role)].sort());
  }
  const customer = callerFor(db.app, await branches.seat(branches.customer, "owner"));
  const below = await customer.members.roles({ tenantSlug: "inside" });
  expect(below.roles).toEqual(["owner", "admin", "billing", "support", "viewer"]);
  expect(below.permissions.flatMap(({ by }) => by)).not.toContain("auditor");
});
