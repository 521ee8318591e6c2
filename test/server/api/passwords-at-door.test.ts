import { afterAll, beforeAll, expect, test } from "vitest";

import { hashPassword } from "@/server/auth/passwords";
import type { Door } from "@/server/domain/brands/door";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const NEW = "another kettle of herring";
const AT_DOOR = "http://phones.quay.example:3000";

let db: TestDatabase;
let branches: Branches;
let door: Door;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  const brand = { name: "Quay", colour: null, logo: null, logoWide: false };
  door = { tenantId: branches.reseller.tenantId as TenantId, brand, url: AT_DOOR };
});
afterAll(() => db.drop());

const atDoor = () => {
  const settings = { ...testSettings, mailGoesOut: true, appUrl: AT_DOOR };
  return callerFor(db.app, undefined, { door, settings }).passwords;
};
const atHouse = () => callerFor(db.app, undefined, { settings: { ...testSettings, mailGoesOut: true } }).passwords;

async function somebody(email: string, ...seats: Branches["customer"][]): Promise<void> {
  const userId = await branches.person(email);
  for (const of of seats) await branches.seat(of, "owner", userId);
  await branches.build.sql("UPDATE person SET password_hash = $2 WHERE id = $1", [userId, await hashPassword(NEW)]);
}
/** Where the links lead that this address was sent, and their tokens. */
async function linksTo(email: string): Promise<URL[]> {
  const rows = await branches.build.sql<{ body: string }>(
    "SELECT body FROM mail WHERE recipient = $1 AND body LIKE '%/reset#%' ORDER BY created_at",
    [email],
  );
  return rows.map(({ body }) => new URL(/http\S+\/reset#\S+/.exec(body)?.[0] ?? ""));
}

test("asked at a door, a link leads there for somebody who has nothing else", async () => {
  await somebody("inside@test.example", branches.customer, branches.sibling);
  await atDoor().askReset({ email: "inside@test.example" });
  const [link] = await linksTo("inside@test.example");
  expect(link?.origin).toBe(AT_DOOR);
  const token = link?.hash.slice(1) ?? "";
  expect(await atDoor().openReset({ token })).toEqual({ email: "inside@test.example" });
  await atDoor().reset({ token, password: `${NEW} of ours` });
});

test("it leads to the house for somebody with seats elsewhere, and sets no password at the door", async () => {
  await somebody("both@test.example", branches.customer, branches.far);
  await somebody("above@test.example", branches.customer, branches.operator);
  for (const email of ["both@test.example", "above@test.example"]) {
    await atDoor().askReset({ email });
    const [link] = await linksTo(email);
    expect(link?.origin).toBe(testSettings.houseUrl);
    const token = link?.hash.slice(1) ?? "";
    const invalid = { message: "reset_invalid" };
    await expect(atDoor().openReset({ token })).rejects.toMatchObject(invalid);
    await expect(atDoor().reset({ token, password: `${NEW} of ours` })).rejects.toMatchObject(invalid);
    expect(await atHouse().openReset({ token })).toEqual({ email });
    await atHouse().reset({ token, password: `${NEW} of ours` });
  }
});

test("somebody who is not behind the door is sent nothing", async () => {
  await somebody("far@test.example", branches.far);
  await atDoor().askReset({ email: "far@test.example" });
  expect(await linksTo("far@test.example")).toEqual([]);
});
