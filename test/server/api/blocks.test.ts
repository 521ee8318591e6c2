import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: ReturnType<typeof callerFor>;
let tenantSlug: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = callerFor(db.app, await branches.seat(branches.customer, "owner"));
  tenantSlug = branches.customer.slug;
});
afterAll(() => db.drop());

test("a customer blocks a range and takes it back, and the trail says so", async () => {
  const { id, added } = await owner.blocks.block({ tenantSlug, digits: "+49 (900)", note: "Dear" });
  expect(added).toBe(true);
  expect(await owner.blocks.block({ tenantSlug, digits: "0049900" })).toEqual({ id, added: false });
  expect((await owner.blocks.numbers({ tenantSlug })).items).toMatchObject([
    { digits: "49900", exact: false, note: "Dear" },
  ]);
  expect(await owner.blocks.unblock({ tenantSlug, numberBlockId: id })).toEqual({ id });
  await expect(owner.blocks.unblock({ tenantSlug, numberBlockId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const trail = await branches.build.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE subject = $1 ORDER BY seq",
    [`number_block:${id}`],
  );
  expect(trail.map(({ action }) => action)).toEqual(["block.number", "block.number", "block.unblock_number"]);
});

test.each(["", "abc", "0", "+49 900 x", "1234567890123456"])("%j is no number to block", async (digits) => {
  await expect(owner.blocks.block({ tenantSlug, digits })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("a viewer looks and changes nothing", async () => {
  const viewer = callerFor(db.app, await branches.seat(branches.customer, "viewer"));
  expect((await viewer.blocks.hotLists({ tenantSlug })).items).toEqual([]);
  await expect(viewer.blocks.block({ tenantSlug, digits: "49900" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(viewer.blocks.createHotList({ tenantSlug, name: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a second list of the same name is refused, and so is a file whose parts are missing", async () => {
  const { id: hotListId } = await owner.blocks.createHotList({ tenantSlug, name: "Fraud" });
  await expect(owner.blocks.createHotList({ tenantSlug, name: " Fraud " })).rejects.toMatchObject({ code: "CONFLICT" });
  const file = { tenantSlug, hotListId, fileName: "a.csv", bytes: 10 };
  const { id: hotImportId } = await owner.blocks.createHotImport(file);
  await expect(owner.blocks.startHotImport({ tenantSlug, hotImportId, parts: 1 })).rejects.toMatchObject({
    code: "PRECONDITION_FAILED",
  });
});
