import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

test("a tenant sends ten tests an hour, however many it asks for at once, and another one its own ten", async () => {
  const desk = on.as("customer").notifications;
  const one = { tenantSlug: "acme" };
  const { id: targetId } = await desk.add({ ...one, kind: "sms", recipient: "+4915112345678" });
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => desk.test({ ...one, targetId })));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  await expect(desk.test({ ...one, targetId })).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
  const other = on.as("reseller").notifications;
  const added = await other.add({ tenantSlug: "reseller", kind: "mail", recipient: "duty@test.example" });
  await other.test({ tenantSlug: "reseller", targetId: added.id });
});
