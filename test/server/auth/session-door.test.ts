import { afterAll, beforeAll, expect, test } from "vitest";

import { watchableOf } from "@/server/api/live-stream";
import { createAttempts } from "@/server/auth/attempts";
import { hashPassword } from "@/server/auth/passwords";
import { sessionAt } from "@/server/auth/session";
import { signIn } from "@/server/auth/sign-in";
import { checkSession } from "@/server/domain/tenancy/sessions";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const PASSWORD = "wander tall copper minute";
const email = "both@test.example";

let db: TestDatabase;
let branches: Branches;
let userId: string;
let ours: { tenantId: TenantId };
let theirs: { tenantId: TenantId };
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  ours = { tenantId: branches.reseller.tenantId as TenantId };
  theirs = { tenantId: branches.theirs.tenantId as TenantId };
  // One person with a seat in either branch.
  userId = await branches.seat(branches.customer, "owner", await branches.person(email));
  await branches.seat(branches.far, "owner", userId);
  await branches.build.sql("UPDATE person SET password_hash = $2 WHERE id = $1", [
    userId,
    await hashPassword(PASSWORD),
  ]);
});
afterAll(() => db.drop());

/** Signs in at a door, or at the house, and reads the session as any later request does. */
async function openedAt(door: { tenantId: TenantId } | undefined) {
  const deps = {
    db: db.app,
    attempts: createAttempts({ secret: "s".repeat(32), sql: db.pool }),
    keys: testSettings.factorKeys,
    appUrl: testSettings.appUrl,
    within: door?.tenantId,
  };
  const from = { address: "192.0.2.61", userAgent: "Browser", requestId: "r" };
  const done = await signIn(deps, { email, password: PASSWORD }, from);
  const live = typeof done === "object" ? await checkSession(db.app, done.sessionId) : undefined;
  if (!live) throw new Error("not signed in");
  return live;
}

test("a session opened at a door is one at that door only: at the house and at another it is none", async () => {
  const live = await openedAt(ours);
  expect(await sessionAt(db.app, live, ours)).toBe(live);
  expect(await sessionAt(db.app, live, undefined)).toBeUndefined();
  expect(await sessionAt(db.app, live, theirs)).toBeUndefined();
});

test("a session opened at the house is one at the house only", async () => {
  const live = await openedAt(undefined);
  expect(await sessionAt(db.app, live, undefined)).toBe(live);
  expect(await sessionAt(db.app, live, ours)).toBeUndefined();
});

test("what it reaches is bounded by the session itself, wherever it is read again", async () => {
  const signedIn = await openedAt(ours);
  expect((await callerFor(db.app, userId, { signedIn }).me.get()).seats).toHaveLength(1);
  const far = callerFor(db.app, userId, { signedIn }).shell.get({ tenantSlug: "far" });
  await expect(far).rejects.toMatchObject({ message: "not_found" });
  expect([...(await watchableOf(db.app, signedIn, ["inside", "far"])).keys()]).toEqual(["inside"]);
});

test("it ends at its door with the last seat behind it", async () => {
  const live = await openedAt(theirs);
  expect(await sessionAt(db.app, live, theirs)).toBe(live);
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1 AND tenant_id = $2", [userId, branches.far.tenantId]);
  expect(await sessionAt(db.app, live, theirs)).toBeUndefined();
});
