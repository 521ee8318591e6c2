import { afterAll, beforeAll, expect, test } from "vitest";

import { type By, change } from "@/server/domain/audit/change";
import { forTenantBelow, getTenantBelow, makeReseller } from "@/server/domain/tenancy/tenant-below";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

type Who = "operator" | "reseller" | "customer";
const idOf = (who: Who) => on[who].tenantId as TenantId;
const actFor = <T>(who: Who, work: (tx: TenantWrite) => Promise<T>): Promise<T> => {
  const actor = { kind: "cli", id: "test", requestId: "test" } as const;
  const by: By = { tenantId: idOf(who), actor, action: "tenant.create" };
  return change(db.app, by, async (tx) => ({ subject: "test", result: await work(tx) }));
};
const kindOf = async (who: Who) =>
  (await on.one<{ kind: string }>("SELECT kind FROM tenant WHERE id = $1", [idOf(who)])).kind;

test("a name is found below, and nowhere else", async () => {
  const find = (who: Who, slug: string) =>
    readTenant(db.app, { tenantId: idOf(who), subtree: true }, (tx) => getTenantBelow(tx, slug));
  expect(await find("operator", "acme")).toMatchObject({ id: idOf("customer"), kind: "customer", currency: "EUR" });
  for (const [who, slug] of [
    ["customer", "reseller"],
    ["reseller", "operator"],
    ["reseller", "nobody"],
  ] as const) {
    await expect(find(who, slug)).rejects.toMatchObject({ code: "not_below" });
  }
});

test("nobody makes a reseller of themselves or of somebody above", async () => {
  for (const [who, whom] of [
    ["customer", "customer"],
    ["customer", "reseller"],
    ["reseller", "operator"],
  ] as const) {
    await expect(actFor(who, (tx) => makeReseller(tx, idOf(whom)))).rejects.toMatchObject({ code: "not_below" });
  }
  expect(await kindOf("customer")).toBe("customer");
});

test("somebody above does, once; operator and resellers stay what they are", async () => {
  expect(await actFor("operator", (tx) => makeReseller(tx, idOf("customer")))).toBe(true);
  expect(await actFor("reseller", (tx) => makeReseller(tx, idOf("customer")))).toBe(false);
  expect(await actFor("operator", (tx) => makeReseller(tx, idOf("reseller")))).toBe(false);
  expect([await kindOf("customer"), await kindOf("reseller"), await kindOf("operator")]).toEqual([
    "reseller",
    "reseller",
    "operator",
  ]);
});

test("a step below comes back to where it began", async () => {
  const here = (tx: TenantWrite) => tx.$queryRaw<{ id: string }[]>`SELECT app_tenant() AS id`;
  await actFor("operator", async (tx) => {
    expect(await forTenantBelow(tx, idOf("customer"), () => here(tx))).toEqual([{ id: idOf("customer") }]);
    expect(await here(tx)).toEqual([{ id: idOf("operator") }]);
  });
  await expect(actFor("customer", (tx) => forTenantBelow(tx, idOf("reseller"), () => here(tx)))).rejects.toMatchObject({
    code: "not_below",
  });
});
