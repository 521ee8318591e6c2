import { afterAll, beforeAll, expect, test } from "vitest";

import { permissionsFor } from "@/server/domain/tenancy/roles";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const acme = { tenantSlug: "acme" };
const wish = { ...acme, name: "Program", scopes: ["calls.read"], validDays: 30 };
const trail = (tokenId: string) =>
  on.sql("SELECT action, actor_id, after FROM audit_event WHERE subject = $1 ORDER BY seq", [`token:${tokenId}`]);

test("it is made, given a new secret and ended by its maker, each with its event, and its secret is in none", async () => {
  const mine = on.as("customer");
  const made = await mine.tokens.create(wish);
  const next = await mine.tokens.rotate({ ...acme, tokenId: made.id, overlapHours: 2 });
  expect(next.tokenOnce).not.toBe(made.tokenOnce);
  expect((await mine.tokens.list(acme)).items).toMatchObject([
    { id: made.id, name: "Program", prefix: made.prefix, scopes: ["calls.read"], state: "active" },
  ]);
  await mine.tokens.revoke({ ...acme, tokenId: made.id });
  expect((await mine.tokens.list(acme)).items).toMatchObject([{ id: made.id, state: "revoked" }]);
  const by = { actor_id: on.owners.customer };
  const { prefix } = made;
  const expires = made.expiresAt.toISOString();
  expect(await trail(made.id)).toEqual([
    { ...by, action: "token.create", after: { name: "Program", prefix, scopes: "calls.read", expires } },
    { ...by, action: "token.rotate", after: { prefix, overlapHours: 2 } },
    { ...by, action: "token.revoke", after: { prefix, name: "Program" } },
  ]);
});

test("one's own seat offers each scope of its role; a seat above offers none, and makes no token here", async () => {
  expect((await on.as("customer").tokens.list(acme)).scopes).toEqual([...new Set(permissionsFor("owner"))]);
  expect((await on.as("reseller").tokens.list(acme)).scopes).toEqual([]);
  await expect(on.as("reseller").tokens.create(wish)).rejects.toMatchObject({
    message: "forbidden",
    cause: { detail: { field: "tenant" } },
  });
});

test.each(["viewer", "billing", "support", "auditor"])(
  "the role %s neither sees tokens nor makes or ends one",
  async (role) => {
    const { id: tokenId } = await on.as("customer").tokens.create(wish);
    const { tokens } = on.as({ userId: await on.person(on.customer, role) });
    for (const refused of [
      () => tokens.list(acme),
      () => tokens.create(wish),
      () => tokens.rotate({ ...acme, tokenId, overlapHours: 0 }),
      () => tokens.revoke({ ...acme, tokenId }),
    ])
      await expect(refused()).rejects.toMatchObject({ message: "forbidden" });
    expect(await trail(tokenId)).toHaveLength(1);
  },
);

test("a session that was left open makes none and changes no secret; it can still end one", async () => {
  const { id: tokenId } = await on.as("customer").tokens.create(wish);
  const { signedIn } = contextFor(db.app, on.owners.customer);
  if (!signedIn) throw new Error("signed in by its id");
  const longAgo = new Date(Date.now() - 16 * 60_000);
  const stale = on.as("customer", { signedIn: { ...signedIn, authenticatedAt: longAgo } });
  const again = { message: "reauth_required" };
  await expect(stale.tokens.create(wish)).rejects.toMatchObject(again);
  await expect(stale.tokens.rotate({ ...acme, tokenId, overlapHours: 0 })).rejects.toMatchObject(again);
  expect(await stale.tokens.revoke({ ...acme, tokenId })).toEqual({ id: tokenId });
});

test("another tenant's token is not found, and stays as it is", async () => {
  const tenantSlug = on.reseller.slug;
  const { id: tokenId } = await on.as("reseller").tokens.create({ ...wish, tenantSlug });
  const { tokens } = on.as("customer");
  const absent = { message: "not_found" };
  await expect(tokens.rotate({ ...acme, tokenId, overlapHours: 0 })).rejects.toMatchObject(absent);
  await expect(tokens.revoke({ ...acme, tokenId })).rejects.toMatchObject(absent);
  await expect(tokens.list({ tenantSlug })).rejects.toMatchObject(absent);
  expect((await on.as("reseller").tokens.list({ tenantSlug })).items).toMatchObject([{ id: tokenId, state: "active" }]);
});
