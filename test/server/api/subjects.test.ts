import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const here = { tenantSlug: "operator" };
const asked = { about: "+49 30 5550 1234", reason: "The subscriber asked by letter" };
let db: TestDatabase;
let branches: Branches;
let owner: ReturnType<typeof callerFor>;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = callerFor(db.app, await branches.seat(branches.operator, "owner"));
});
afterAll(() => db.drop());

test("to count and to erase are two jobs, in the list without whom they are about, and in the trail with the reason", async () => {
  const count = await owner.subjects.count({ ...here, ...asked });
  const erase = await owner.subjects.erase({ ...here, ...asked });
  const listed = await owner.subjects.erasures(here);
  expect(listed.map(({ id, countsOnly, kind }) => ({ id, countsOnly, kind }))).toEqual([
    { id: erase.id, countsOnly: false, kind: "number" },
    { id: count.id, countsOnly: true, kind: "number" },
  ]);
  expect(JSON.stringify(listed)).not.toContain("5550");
  const trail = await db.owner.query(
    "SELECT action, after::text FROM audit_event WHERE tenant_id = $1 AND action LIKE 'subject.%' ORDER BY seq",
    [branches.operator.tenantId],
  );
  expect(trail.rows.map(({ action }) => action)).toEqual(["subject.count", "subject.erase"]);
  for (const { after } of trail.rows) {
    expect(after).toContain(asked.reason);
    expect(after).not.toContain("5550");
  }
});

test("what is neither a number in full nor an address, a missing reason, and any other tenant are refused", async () => {
  const count = (more: object) => owner.subjects.count({ ...here, ...asked, ...more });
  await expect(count({ about: "5550" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(count({ reason: "  " })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  const { reseller } = branches;
  const theirs = callerFor(db.app, await branches.seat(reseller, "owner"));
  await expect(theirs.subjects.erase({ tenantSlug: reseller.slug, ...asked })).rejects.toMatchObject({
    cause: { code: "forbidden" },
  });
});
