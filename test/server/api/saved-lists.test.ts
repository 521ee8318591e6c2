import { afterAll, beforeAll, expect, test } from "vitest";

import { endSeatsOver } from "@/server/domain/tenancy/seat-end";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

const acme = { tenantSlug: "acme" };
const calls = { ...acme, page: "calls" } as const;
let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const namesOf = async (
  as: Parameters<Stage["as"]>[0],
  where: { tenantSlug: string; page: "calls" | "audit" } = calls,
) => (await on.as(as).savedLists.list(where)).items.map(({ name, query }) => `${name}: ${query}`);

test("a list is kept by its name for one person, one page and one tenant, and nobody else sees it", async () => {
  const other = { userId: await on.person(on.customer, "viewer") };
  await on.as("customer").savedLists.save({ ...calls, name: " Failed ", query: "outcome=failed" });
  await on.as("customer").savedLists.save({ ...calls, name: "Abroad", query: "country=FR&sort=-time" });
  await on.as("customer").savedLists.save({ ...acme, page: "audit", name: "Failed", query: "outcome=denied" });
  await on.as(other).savedLists.save({ ...calls, name: "Failed", query: "q=mine" });
  await on.as("reseller").savedLists.save({ ...calls, tenantSlug: "reseller", name: "Theirs", query: "scope=own" });
  await on.as("reseller").savedLists.save({ ...calls, name: "From above", query: "q=above" });

  expect(await namesOf("customer")).toEqual(["Abroad: country=FR&sort=-time", "Failed: outcome=failed"]);
  expect(await namesOf("customer", { ...acme, page: "audit" })).toEqual(["Failed: outcome=denied"]);
  expect(await namesOf(other)).toEqual(["Failed: q=mine"]);
  expect(await namesOf("reseller")).toEqual(["From above: q=above"]);
  expect(await namesOf("reseller", { ...calls, tenantSlug: "reseller" })).toEqual(["Theirs: scope=own"]);
});

test("the same name once more means what is seen now; a removed one is gone, and only its own person removes it", async () => {
  const mine = { userId: await on.person(on.customer) };
  const other = { userId: await on.person(on.customer) };
  await on.as(mine).savedLists.save({ ...calls, name: "Dear", query: "cost=1" });
  const { id } = await on.as(mine).savedLists.save({ ...calls, name: "Dear", query: "cost=5" });
  expect(await namesOf(mine)).toEqual(["Dear: cost=5"]);

  const remove = (as: typeof mine) => on.as(as).savedLists.remove({ ...acme, savedListId: id });
  await expect(remove(other)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await namesOf(mine)).toEqual(["Dear: cost=5"]);
  expect(await remove(mine)).toEqual({ name: "Dear" });
  await expect(remove(mine)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await namesOf(mine)).toEqual([]);
});

test("twenty of a page are kept; one of them is still given another meaning", async () => {
  const mine = { userId: await on.person(on.customer) };
  const save = (name: string, query = "q=1") => on.as(mine).savedLists.save({ ...calls, name, query });
  for (let n = 1; n <= 20; n += 1) await save(`List ${n}`);
  await expect(save("One more")).rejects.toMatchObject({ message: "too_large" });
  await save("List 7", "q=2");
  expect(await namesOf(mine)).toContain("List 7: q=2");
});

test("an address with any character in it is kept", async () => {
  const mine = { userId: await on.person(on.customer) };
  await on.as(mine).savedLists.save({ ...calls, name: "Odd", query: "q=%00%0a%F0%9F" });
  expect(await namesOf(mine)).toEqual(["Odd: q=%00%0a%F0%9F"]);
});

test("whoever loses the seat leaves no list behind", async () => {
  const gone = { userId: await on.person(on.customer) };
  const ended = { userId: await on.person(on.customer, "viewer") };
  for (const who of [gone, ended]) await on.as(who).savedLists.save({ ...calls, name: "Theirs", query: "q=1" });
  await on.as("customer").members.revoke({ ...acme, userId: gone.userId });
  await on.sql("UPDATE seat SET ends_at = now() - interval '1 second' WHERE user_id = $1", [ended.userId]);
  await writeTenant(db.app, { tenantId: on.customer.tenantId as TenantId }, (tx) =>
    endSeatsOver(tx, on.customer.tenantId as TenantId),
  );
  const { rows } = await db.owner.query("SELECT name FROM saved_list WHERE person_id = ANY ($1)", [
    [gone.userId, ended.userId],
  ]);
  expect(rows).toEqual([]);
});

test.each([
  ["without a name", { name: "  " }],
  ["with a name of 81 characters", { name: "x".repeat(81) }],
  ["with a name of two lines", { name: "a\nb" }],
  ["of a list that is not narrowed", { query: "" }],
  ["with an address that no browser writes", { query: "q=a b" }],
  ["with an address without end", { query: `q=${"x".repeat(1_000)}` }],
])("none is kept %s", async (_, wrong) => {
  const save = on.as("customer").savedLists.save({ ...calls, name: "Right", query: "q=1", ...wrong });
  await expect(save).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
