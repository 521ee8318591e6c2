import { afterAll, beforeAll, expect, test } from "vitest";

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

test("a person learns who they are and where they have a seat", async () => {
  const userId = await branches.seat(branches.customer, "viewer");
  await branches.seat(branches.far, "billing", userId);
  const me = await callerFor(db.app, userId).me.get();
  expect(me.user).toMatchObject({ id: userId });
  expect(me.seats).toEqual([
    { tenantSlug: "far", tenantName: "far", kind: "customer", role: "billing" },
    { tenantSlug: "inside", tenantName: "inside", kind: "customer", role: "viewer" },
  ]);
});

test("somebody without a seat is somebody without a seat", async () => {
  expect((await callerFor(db.app, await branches.person()).me.get()).seats).toEqual([]);
});

test("a person chooses their language, and it is recorded; nobody else's is touched", async () => {
  const [userId, other] = [
    await branches.seat(branches.customer, "viewer"),
    await branches.seat(branches.far, "viewer"),
  ];
  const mine = callerFor(db.app, userId).me;
  expect((await mine.get()).user.language).toBeNull();
  await mine.setLanguage({ language: "de" });
  await mine.setLanguage({ language: "ar" });
  expect((await mine.get()).user.language).toBe("ar");
  expect((await callerFor(db.app, other).me.get()).user.language).toBeNull();
  await expect(mine.setLanguage({ language: "xx" as "de" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  const trail = await db.owner.query(
    "SELECT before, after FROM audit_event WHERE action = 'person.set_language' AND subject = $1 ORDER BY at, seq",
    [`person:${userId}`],
  );
  expect(trail.rows).toEqual([
    { before: { language: null }, after: { language: "de" } },
    { before: { language: "de" }, after: { language: "ar" } },
  ]);
});
