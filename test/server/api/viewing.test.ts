import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import type { Role } from "@/server/domain/tenancy/roles";
import { checkSession } from "@/server/domain/tenancy/sessions";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const procedures = appRouter._def.procedures as unknown as Readonly<
  Record<string, { _def: { type: "query" | "mutation" } }>
>;
const mutations = Object.keys(procedures).filter((path) => procedures[path]?._def.type === "mutation");

/** A person with a seat and a session of the database's, and procedures as that session may call them now. */
async function somebody(role: Role, of = branches.reseller) {
  const userId = await branches.seat(of, role);
  const { id } = await branches.build.one<{ id: string }>(
    "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id",
    [userId],
  );
  const as = async () => {
    const signedIn = await checkSession(db.app, id);
    if (!signedIn) throw new Error("the session is over");
    return callerFor(db.app, userId, { signedIn });
  };
  return { userId, sessionId: id, as };
}
const asked = { tenantSlug: "ours", childSlug: "inside", role: "owner", reason: "Ticket 12" } as const;
const trailOf = (tenantId: string) =>
  branches.build.sql<{ action: string; actor: string; acting: string | null; said: string }>(
    `SELECT action, actor_id AS actor, acting_tenant_id AS acting, after::text AS said FROM audit_event
     WHERE tenant_id = $1 AND action LIKE 'tenant.%view' ORDER BY seq`,
    [tenantId],
  );

test("a view shows what the role of the tenant sees, says so on every page, and both trails say who and why", async () => {
  const who = await somebody("owner");
  const begun = await (await who.as()).viewing.begin(asked);
  expect(Math.round((begun.until.getTime() - Date.now()) / 60_000)).toBe(30);
  const shell = await (await who.as()).shell.get({ tenantSlug: "inside" });
  expect(shell).toMatchObject({ role: "owner", ownSeat: true, viewing: { tenantSlug: "inside", reason: "Ticket 12" } });
  expect(shell.permissions).toContain("balance.read");
  expect(shell.permissions.filter((permission) => !permission.endsWith(".read"))).toEqual([]);
  expect(await (await who.as()).shell.get({ tenantSlug: "ours" })).toMatchObject({ viewing: { tenantSlug: "inside" } });
  await (await who.as()).viewing.end({ tenantSlug: "inside" });
  expect(await (await who.as()).shell.get({ tenantSlug: "inside" })).toMatchObject({ ownSeat: false, viewing: null });

  const trail = (await trailOf(branches.customer.tenantId)).filter(({ actor }) => actor === who.userId);
  expect(trail.map(({ action }) => action)).toEqual(["tenant.view", "tenant.end_view"]);
  for (const { acting } of trail) expect(acting).toBe(branches.reseller.tenantId);
  expect(trail[0]?.said).toContain("Ticket 12");
  const own = (await trailOf(branches.reseller.tenantId)).filter(({ actor }) => actor === who.userId);
  expect(own.map(({ action }) => action)).toEqual(["tenant.view"]);
  const readable = await callerFor(db.app, await branches.seat(branches.customer, "owner")).audit.list({
    tenantSlug: "inside",
  });
  expect(JSON.stringify(readable, (_key, value) => (typeof value === "bigint" ? String(value) : value))).toContain(
    "Ticket 12",
  );
});

describe("while somebody looks, no change gets through", () => {
  let looking: Awaited<ReturnType<typeof somebody>>;
  beforeAll(async () => {
    looking = await somebody("owner");
    await (await looking.as()).viewing.begin(asked);
  });

  // Neither there, nor at one's own tenant, nor of one's own things; those that need no session are no change of anybody's.
  const open = /^(invitations|passwords\.(askReset|openReset|reset)$|passkeys\.askSignIn$)/;
  test.each(mutations.filter((path) => path !== "viewing.end" && !open.test(path)))("%s", async (path) => {
    const caller = (await looking.as()) as unknown as Record<
      string,
      Record<string, (input: unknown) => Promise<unknown>>
    >;
    const [router = "", name = ""] = path.split(".");
    // Before the rest of its input is even looked at.
    for (const tenantSlug of ["inside", "ours"]) {
      await expect(caller[router]?.[name]?.({ tenantSlug })).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: "viewing_only",
      });
    }
  });

  test("looking from there at one more is refused too, and the first goes on", async () => {
    const again = (await looking.as()).viewing.begin({ ...asked, childSlug: "sibling" });
    await expect(again).rejects.toMatchObject({ message: "viewing_only" });
    expect(await (await looking.as()).shell.get({ tenantSlug: "ours" })).toMatchObject({
      viewing: { tenantSlug: "inside" },
    });
  });
});

test("of two that begin in one session at one moment one does", async () => {
  const who = await somebody("admin");
  const as = await who.as();
  const done = await Promise.allSettled(
    ["inside", "sibling", "inside"].map((childSlug) => as.viewing.begin({ ...asked, childSlug })),
  );
  expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const each of done) {
    if (each.status === "rejected") expect(each.reason).toMatchObject({ message: "invalid_state" });
  }
});

test("after half an hour it is over by itself, and so it is with the seat or the session", async () => {
  const who = await somebody("owner");
  await (await who.as()).viewing.begin(asked);
  await branches.build.sql("UPDATE session SET view_until = now() - interval '1 second' WHERE id = $1", [
    who.sessionId,
  ]);
  const later = await who.as();
  expect(await later.shell.get({ tenantSlug: "inside" })).toMatchObject({ viewing: null, ownSeat: false });
  await expect(later.viewing.end({ tenantSlug: "inside" })).rejects.toMatchObject({ message: "invalid_state" });
  await later.viewing.begin({ ...asked, role: "viewer" });
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1", [who.userId]);
  await expect((await who.as()).shell.get({ tenantSlug: "inside" })).rejects.toMatchObject({ message: "not_found" });
});

test("looking opens no door that the own seat has not: support as owner reads what support may", async () => {
  const who = await somebody("support");
  await (await who.as()).viewing.begin(asked);
  const as = await who.as();
  const { permissions } = await as.shell.get({ tenantSlug: "inside" });
  expect(permissions).toContain("audit.read");
  expect(permissions).not.toContain("vouchers.read");
  await expect(as.tasks.list({ tenantSlug: "inside" })).rejects.toMatchObject({ message: "forbidden" });
});

test("a smaller role is shown as small as it is, also on tenants below the one looked at", async () => {
  const who = await somebody("owner", branches.operator);
  await (await who.as()).viewing.begin({ ...asked, tenantSlug: "operator", childSlug: "ours", role: "viewer" });
  const as = await who.as();
  for (const tenantSlug of ["ours", "inside"]) {
    expect((await as.shell.get({ tenantSlug })).role).toBe("viewer");
    await expect(as.audit.list({ tenantSlug })).rejects.toMatchObject({ message: "forbidden" });
  }
  expect((await as.shell.get({ tenantSlug: "far" })).role).toBe("owner");
});

test("nobody looks sideways, up, at themselves, or without the permission", async () => {
  const who = await somebody("owner");
  for (const childSlug of ["far", "theirs", "operator", "ours", "nowhere"]) {
    await expect((await who.as()).viewing.begin({ ...asked, childSlug })).rejects.toMatchObject({
      message: "not_found",
    });
  }
  for (const role of ["viewer", "billing"] as const) {
    await expect((await (await somebody(role)).as()).viewing.begin(asked)).rejects.toMatchObject({
      message: "forbidden",
    });
  }
  await expect((await who.as()).viewing.begin({ ...asked, reason: "  x " })).rejects.toMatchObject({
    message: "invalid_input",
  });
});

test("every door asks the seat, and not only its role, which for somebody who looks is another's", () => {
  const folder = new URL("../../../server/api/", import.meta.url);
  for (const file of readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts"))) {
    expect(readFileSync(new URL(file, folder), "utf8"), file).not.toMatch(/allows\((ctx\.)?seat\.role/);
  }
});
