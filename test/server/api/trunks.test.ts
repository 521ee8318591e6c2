import { afterAll, beforeAll, expect, test } from "vitest";

import { nameTrunk } from "@/server/infra/db/name-trunk";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let roles: Awaited<ReturnType<Branches["everyRole"]>>;
let tenantSlug: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  roles = await branches.everyRole(branches.operator);
  tenantSlug = branches.operator.slug;
  await nameTrunk(db.ownerUrl, { endpoint: "carrier", match: "192.0.2.10:5060/32" });
});
afterAll(() => db.drop());

test("the operator lists and changes them; what would be cut off is named first, and everywhere is no list", async () => {
  const owner = callerFor(db.app, roles.owner);
  const set = (networks: string[], cutOff = false) =>
    owner.trunks.setNetworks({ tenantSlug, trunk: "carrier", networks, cutOff });
  await expect(set(["198.51.100.0/24"])).rejects.toMatchObject({ message: "ban_cuts_off" });
  for (const wide of ["0.0.0.0/0", "::/0", "128.0.0.0/1"]) {
    await expect(set([wide], true)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  }
  expect(await set(["192.0.2.0/28"])).toEqual({ trunk: "carrier", networks: ["192.0.2.0/28"] });
  expect(await owner.trunks.list({ tenantSlug })).toEqual({
    items: [{ trunk: "carrier", networks: ["192.0.2.0/28"], configured: ["192.0.2.10:5060/32"], calls: 0 }],
  });
  await expect(
    owner.trunks.setNetworks({ tenantSlug, trunk: "elsewhere", networks: ["203.0.113.7"] }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a new trunk without a network is no trunk, and the field says so", async () => {
  const owner = callerFor(db.app, roles.owner).trunks;
  const empty = owner.setNetworks({ tenantSlug, trunk: "quay", networks: [], isNew: true });
  await expect(empty).rejects.toMatchObject({
    code: "BAD_REQUEST",
    cause: { issues: [{ path: ["networks"], message: "A new trunk needs at least one network." }] },
  });
  expect((await owner.list({ tenantSlug })).items.map(({ trunk }) => trunk)).toEqual(["carrier"]);
});

test("nobody reads them who reads no bans, nobody changes them who changes none, and nobody below has any", async () => {
  const as = (role: "support" | "viewer") => callerFor(db.app, roles[role]);
  await expect(as("viewer").trunks.list({ tenantSlug })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await as("support").trunks.list({ tenantSlug });
  const change = as("support").trunks.setNetworks({ tenantSlug, trunk: "carrier", networks: [] });
  await expect(change).rejects.toMatchObject({ code: "FORBIDDEN" });
  const below = await branches.everyRole(branches.reseller);
  const theirs = callerFor(db.app, below.owner).trunks.list({ tenantSlug: branches.reseller.slug });
  await expect(theirs).rejects.toMatchObject({ code: "FORBIDDEN" });
});
