import { afterAll, beforeAll, expect, test } from "vitest";

import { permissionsFor } from "@/server/domain/tenancy/roles";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { livedBranches } from "@/test/support/lived";

let db: TestDatabase;
let lived: Awaited<ReturnType<typeof livedBranches>>;
beforeAll(async () => {
  db = await createDatabase();
  lived = await livedBranches(db);
});
afterAll(() => db.drop());

test("frames a customer's page", async () => {
  const shell = await callerFor(db.app, lived.owner).shell.get({ tenantSlug: "inside" });
  expect(shell).toMatchObject({
    tenant: {
      id: lived.customer.tenantId,
      slug: "inside",
      kind: "customer",
      state: "active",
      currency: "EUR",
      timeZone: lived.zone,
      country: "DE",
      parentName: "ours",
    },
    role: "owner",
    permissions: permissionsFor("owner"),
    liveCalls: 1,
    below: [],
  });
  const { postedMicros, heldMicros, availableMicros } = shell.balance;
  expect(postedMicros).toBe(4_980_000n);
  expect(availableMicros).toBe(postedMicros - heldMicros);
  expect(heldMicros).toBeGreaterThan(0n);
});

test("counts what is below for a reseller, whose staff also see the frame of those below", async () => {
  const shell = await callerFor(db.app, lived.above).shell.get({ tenantSlug: "ours" });
  expect(shell).toMatchObject({ liveCalls: 1, role: "support", tenant: { parentName: "operator" } });
  expect(shell.below.map((tenant) => tenant.slug).sort()).toEqual(["inside", "sibling"]);
  expect(await callerFor(db.app, lived.above).shell.get({ tenantSlug: "inside" })).toMatchObject({
    role: "support",
    tenant: { slug: "inside" },
  });
});
