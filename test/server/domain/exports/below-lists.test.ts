import { afterAll, beforeAll, expect, test } from "vitest";

import { exportRoutes } from "@/server/api/rest/export-routes";
import { type ExportKind, exportWords, isThere } from "@/server/domain/exports/export.schema";
import { newExportSchema } from "@/server/domain/exports/new-export.schema";
import { type Asked, exportSources, readsBelow, type Source } from "@/server/domain/exports/sources";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { stage } from "@/test/support/stage";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

/** A file as the workers read it, each line by the names of its columns. */
async function linesOf(what: ExportKind, tenantId: string, filter: Record<string, unknown> = {}, from = db) {
  const source = exportSources[what] as Source<ExportKind>;
  const asked = { tenantId, filter, asOf: new Date(), bound: 0n } as Asked<ExportKind>;
  const { rows } = await readTenant(from.app, { tenantId: tenantId as TenantId, subtree: readsBelow(what) }, (tx) =>
    source.next(tx, asked, null, 100),
  );
  const { columns } = exportWords[what];
  for (const row of rows) expect(row).toHaveLength(columns.length);
  return rows.map((row) => Object.fromEntries(columns.map(({ key }, at) => [key, row[at]])));
}

test("a seller's file of tenants has its own branch, as its page narrows it, and the margin of its own level only", async () => {
  const { reseller, operator, customer } = branches;
  await branches.build.topUp(customer, 10_000_000n);
  const lines = await linesOf("tenants", reseller.tenantId);
  expect(lines.map(({ tenant }) => tenant)).toEqual(["inside", "sibling"]);
  expect(lines[0]).toMatchObject({
    parent: "ours",
    available: "10000000",
    margin_30_days: "0",
    margin_currency: "EUR",
  });
  expect((await linesOf("tenants", reseller.tenantId, { text: "SIBL" })).map(({ tenant }) => tenant)).toEqual([
    "sibling",
  ]);
  const all = await linesOf("tenants", operator.tenantId);
  expect(all.find(({ tenant }) => tenant === "inside")).toMatchObject({ margin_30_days: null, margin_currency: null });
});

test("a file of earnings has what each directly below paid, and nothing of a month without calls", async () => {
  const sold = await createDatabase();
  try {
    const on = await stage(sold);
    for (const seller of [on.reseller, on.customer]) await on.topUp(seller, 10_000_000n);
    const phone = await on.phone(on.customer, "301");
    const desk = callDesk(sold.pool);
    await desk.authorise({ call: "one", endpoint: phone.endpoint });
    await desk.settle("one", 60_000);
    const lines = await linesOf("earnings", on.reseller.tenantId, {}, sold);
    expect(lines).toMatchObject([{ tenant: "acme", calls: 1, paid: "42500", currency: "EUR" }]);
    const [{ paid, cost, earned }] = lines as [Record<string, string>];
    expect(BigInt(earned ?? "")).toBe(BigInt(paid ?? "") - BigInt(cost ?? ""));
    expect(await linesOf("earnings", on.reseller.tenantId, { month: "2024-01" }, sold)).toEqual([]);
  } finally {
    await sold.drop();
  }
});

test("both are there for whoever sells, and are asked for by the filters of their pages and no others", () => {
  for (const what of ["tenants", "earnings"] as const) {
    expect(isThere(what, "customer")).toBe(false);
    expect(isThere(what, "reseller")).toBe(true);
    const { error } = newExportSchema.safeParse({ what, filter: { sort: "name" } });
    expect(error?.issues.map(({ message }) => message)).toEqual(["There is no filter sort for this list."]);
  }
  expect(newExportSchema.safeParse({ what: "tenants", filter: { view: "runway", text: "quay" } }).success).toBe(true);
  expect(newExportSchema.safeParse({ what: "earnings", filter: { month: "2027-13" } }).success).toBe(false);
});

test("over REST a filter has the names of the list's parameters", () => {
  const create = exportRoutes.find(({ id }) => id === "createExport");
  const body = { list: "calls", filter: { min_cost: "1", of_tenant: "inside", unheard_of: 1 } };
  expect(create?.input?.({ body, params: {}, query: {} } as never)).toMatchObject({
    file: { what: "calls", filter: { minCost: "1", tenant: "inside", unheard_of: 1 } },
  });
});
