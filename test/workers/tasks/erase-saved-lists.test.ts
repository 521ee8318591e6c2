import { afterAll, beforeAll, expect, test } from "vitest";

import { saveList } from "@/server/domain/saved-lists/saved-lists";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { erasureDesk } from "@/test/support/erasure-desk";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof erasureDesk>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await erasureDesk(db);
});
afterAll(async () => {
  await on.close();
  await db.drop();
});

async function person(email: string): Promise<(name: string, query: string) => Promise<unknown>> {
  const { id: personId } = await on.make.one<{ id: string }>("INSERT INTO person (email) VALUES ($1) RETURNING id", [
    email,
  ]);
  const tenantId = on.buyer.tenantId as TenantId;
  return (name, query) =>
    writeTenant(db.app, { tenantId }, (tx) => saveList(tx, { tenantId, personId }, { page: "calls", name, query }));
}
const names = async () =>
  (await on.make.sql<{ name: string }>("SELECT name FROM saved_list ORDER BY name")).map(({ name }) => name);

test("a list that names a number goes, however its name or its address writes it", async () => {
  const keep = await person("clerk@example.com");
  await keep("+493012345678", "outcome=failed");
  await keep("+49 30 1234 5678", "outcome=failed");
  await keep("The caller", "q=%2B49+30+1234+5678");
  await keep("Berlin", "q=%2B4930");
  expect(await on.erase("+493012345678")).toMatchObject({ state: "done", error: null });
  expect(await names()).toEqual(["Berlin"]);
});

test("so does one that looks for a person's address, and all that the person kept", async () => {
  const anna = await person("anna@example.com");
  await anna("Mine", "outcome=busy");
  const clerk = await person("other@example.com");
  await clerk("What she did", "actor=anna%40example.com");
  await clerk("What he did", "actor=ben%40example.com");
  const erased = await on.erase("anna@example.com");
  expect(erased).toMatchObject({ state: "done", error: null });
  expect(erased.lines.find(({ relation }) => relation === "saved_list")).toMatchObject({ erased: 2n });
  expect(await names()).toEqual(["Berlin", "What he did"]);
});
