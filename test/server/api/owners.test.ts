import { afterAll, beforeAll, expect, test } from "vitest";

import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.reseller, "owner");
  for (const [of, email] of [
    [branches.customer, "ada@inside.example"],
    [branches.customer, "bob@inside.example"],
    [branches.far, "far@far.example"],
  ] as const) {
    await branches.seat(of, "owner", await branches.person(email));
  }
  await branches.seat(branches.customer, "viewer", await branches.person("viewer@inside.example"));
});
afterAll(() => db.drop());

const as = (userId: string) => callerFor(db.app, userId, { settings: { ...testSettings, mailGoesOut: true } }).owners;
const ours = { tenantSlug: "ours" };
const letter = { title: "New opening hours", text: "From Monday on we are there from eight." };
const mails = () =>
  branches.build.sql<{ recipient: string; subject: string }>(
    "SELECT recipient, subject FROM mail ORDER BY recipient, subject",
  );

test("says how many people that is before anything is sent, and who has nobody to write to", async () => {
  expect(await as(owner).reach({ ...ours, childSlugs: ["inside", "sibling", "inside"] })).toEqual({
    tenants: 2,
    people: 2,
    without: ["sibling"],
    mailGoesOut: true,
  });
  expect(await mails()).toEqual([]);
});

test("writes to each owner once, however often it is pressed, and it stands in both trails", async () => {
  const pressed = ["inside", "sibling"].map(() =>
    as(owner).write({ ...ours, childSlugs: ["inside", "sibling"], ...letter }),
  );
  const sent = await Promise.all(pressed);
  expect(sent.reduce((sum, { mails: count }) => sum + count, 0)).toBe(2);
  expect(await mails()).toEqual([
    { recipient: "ada@inside.example", subject: letter.title },
    { recipient: "bob@inside.example", subject: letter.title },
  ]);
  const events = await branches.build.sql<{ tenant_id: string }>(
    "SELECT DISTINCT tenant_id FROM audit_event WHERE action = 'tenant.write_owners' AND (after ->> 'mails')::int = 2",
  );
  expect(events.map(({ tenant_id }) => tenant_id).sort()).toEqual(
    [branches.reseller.tenantId, branches.customer.tenantId].sort(),
  );
});

test("reaches nobody who is not below: not one of all is written to then", async () => {
  const before = await mails();
  for (const foreign of ["far", "theirs", "operator", "ours", "nobody"]) {
    const asked = { ...ours, childSlugs: ["inside", foreign], ...letter, title: "Another" };
    await expect(as(owner).write(asked)).rejects.toMatchObject({ message: "not_below" });
    await expect(as(owner).reach({ ...ours, childSlugs: [foreign] })).rejects.toMatchObject({ message: "not_below" });
  }
  expect(await mails()).toEqual(before);
});

test.each([
  ["a subject of two lines", { title: "Hello\r\nBcc: all@quay.example" }],
  ["no text", { text: " " }],
  ["too much text", { text: "x".repeat(5_001) }],
])("%s is refused", async (_what, wrong) => {
  const asked = as(owner).write({ ...ours, childSlugs: ["inside"], ...letter, ...wrong });
  await expect(asked).rejects.toMatchObject({ message: "invalid_input" });
});

test("one person writes twenty letters a minute, and others go on", async () => {
  const [busy, calm] = [
    await branches.seat(branches.reseller, "owner"),
    await branches.seat(branches.reseller, "owner"),
  ];
  const write = (userId: string) => as(userId).write({ ...ours, childSlugs: ["sibling"], ...letter });
  for (let n = 0; n < 20; n += 1) await write(busy);
  await expect(write(busy)).rejects.toMatchObject({ message: "rate_limited" });
  expect(await write(calm)).toMatchObject({ mails: 0 });
});
