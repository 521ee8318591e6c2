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
