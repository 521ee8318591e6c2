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

const sessionOf = async (userId: string, address = ""): Promise<string> =>
  (
    await branches.build.one<{ id: string }>(
      "INSERT INTO session (user_id, expires_at, address) VALUES ($1, now() + interval '1 day', $2) RETURNING id",
      [userId, address],
    )
  ).id;

test("one's own sessions are listed, and the one in use is marked", async () => {
  const userId = await branches.seat(branches.customer, "owner");
  const other = await branches.seat(branches.customer, "owner");
  const [here, there] = [await sessionOf(userId, "192.0.2.1"), await sessionOf(userId, "192.0.2.2")];
  await sessionOf(other);
  await branches.build.sql("UPDATE session SET revoked_at = now() WHERE id = $1", [await sessionOf(userId)]);
  const signedIn = { sessionId: here, userId, email: "", name: "" } as never;
  const { items } = await callerFor(db.app, userId, { signedIn }).sessions.list();
  expect(
    items
      .map(({ id, current, address }) => ({ id, current, address }))
      .sort((a, b) => a.address.localeCompare(b.address)),
  ).toEqual([
    { id: here, current: true, address: "192.0.2.1" },
    { id: there, current: false, address: "192.0.2.2" },
  ]);
});

test("ending a session works once, is recorded, and reaches one's own only", async () => {
  const userId = await branches.seat(branches.customer, "owner");
  const mine = await sessionOf(userId);
  const foreign = await sessionOf(await branches.seat(branches.customer, "owner"));
  const me = callerFor(db.app, userId);
  await expect(me.sessions.revoke({ sessionId: foreign })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await me.sessions.revoke({ sessionId: mine });
  await expect(me.sessions.revoke({ sessionId: mine })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(
    await branches.build.sql("SELECT id FROM session WHERE revoked_at IS NULL AND id = ANY ($1)", [[mine, foreign]]),
  ).toEqual([{ id: foreign }]);
  expect(
    await branches.build.sql("SELECT tenant_id, outcome FROM audit_event WHERE action = 'session.revoke'"),
  ).toEqual([{ tenant_id: branches.customer.tenantId, outcome: "ok" }]);
});

test("all sessions but the one in use end at once", async () => {
  const userId = await branches.seat(branches.customer, "owner");
  const [here] = [await sessionOf(userId), await sessionOf(userId), await sessionOf(userId)];
  const foreign = await sessionOf(await branches.seat(branches.customer, "owner"));
  const signedIn = { sessionId: here, userId, email: "", name: "" } as never;
  expect(await callerFor(db.app, userId, { signedIn }).sessions.revokeOthers()).toEqual({ ended: 2 });
  const open = await branches.build.sql<{ id: string }>(
    "SELECT id FROM session WHERE revoked_at IS NULL AND (user_id = $1 OR id = $2)",
    [userId, foreign],
  );
  expect(open.map(({ id }) => id).sort()).toEqual([here, foreign].sort());
});
