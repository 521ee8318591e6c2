import { afterAll, beforeAll, expect, test } from "vitest";

import { hashPassword, verifyPassword } from "@/server/auth/passwords";
import { change } from "@/server/domain/audit/change";
import { acceptInvitation } from "@/server/domain/tenancy/invitations";
import { findSignIn } from "@/server/domain/tenancy/sessions";
import type { TenantId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const PASSWORD = "wander tall copper minute";

let db: TestDatabase;
let branches: Branches;
let owner: string;
let farOwner: string | undefined;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.customer, "owner");
});
afterAll(() => db.drop());

const nobody = () => callerFor(db.app, undefined);
async function invited(email: string, role: "viewer" | "owner" = "viewer"): Promise<string> {
  const { invitationUrl } = await callerFor(db.app, owner).members.invite({ tenantSlug: "inside", email, role });
  const url = new URL(invitationUrl);
  expect(url.pathname).toBe("/invitation");
  return url.hash.slice(1);
}

async function invitedFromAfar(email: string): Promise<string> {
  farOwner ??= await branches.seat(branches.far, "owner");
  const { invitationUrl } = await callerFor(db.app, farOwner).members.invite({
    tenantSlug: "far",
    email,
    role: "owner",
  });
  return new URL(invitationUrl).hash.slice(1);
}

test("a link gives its holder one seat, once", async () => {
  const token = await invited("new@test.example");
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(await nobody().invitations.open({ token })).toEqual({
    tenantSlug: "inside",
    tenantName: "inside",
    email: "new@test.example",
    role: "viewer",
    hasPassword: false,
  });
  const done = await nobody().invitations.accept({ token, name: "New Person", password: PASSWORD });
  expect(done).toEqual({ tenantSlug: "inside", email: "new@test.example" });
  const person = await findSignIn(db.app, "new@test.example");
  expect(person?.name).toBe("New Person");
  expect(await verifyPassword(person?.passwordHash, PASSWORD)).toBe(true);
  expect((await callerFor(db.app, person?.userId).me.get()).seats).toEqual([
    { tenantSlug: "inside", tenantName: "inside", kind: "customer", role: "viewer" },
  ]);
  for (const again of [
    () => nobody().invitations.open({ token }),
    () => nobody().invitations.accept({ token, password: PASSWORD }),
  ]) {
    await expect(again()).rejects.toMatchObject({ code: "NOT_FOUND", message: "invitation_invalid" });
  }
});

test("of two people with one link one gets in", async () => {
  const token = await invited("twice@test.example");
  const both = await Promise.allSettled([
    nobody().invitations.accept({ token, password: PASSWORD }),
    nobody().invitations.accept({ token, password: PASSWORD }),
  ]);
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("a password that is too easy is refused with the reason, and the link stays good", async () => {
  const token = await invited("easy@test.example");
  for (const password of ["short", "passwordpassword123", "easy@test.example!!", undefined]) {
    await expect(nobody().invitations.accept({ token, ...(password ? { password } : {}) })).rejects.toMatchObject({
      code: "BAD_REQUEST",
      cause: { detail: { field: "password" } },
    });
  }
  await nobody().invitations.accept({ token, password: PASSWORD });
});

test("somebody who has an account takes a seat with its password, and keeps that", async () => {
  await nobody().invitations.accept({ token: await invited("known@test.example"), password: PASSWORD });
  const token = await invitedFromAfar("known@test.example");
  expect(await nobody().invitations.open({ token })).toMatchObject({ hasPassword: true });
  // Whoever invites sees the link: it alone puts nobody's account on their tenant, nor gives them a free guess.
  for (const password of ["another long password of a thief", undefined]) {
    await expect(nobody().invitations.accept({ token, ...(password ? { password } : {}) })).rejects.toMatchObject({
      code: "BAD_REQUEST",
      cause: { detail: { field: "password" } },
    });
  }
  const attempts = { begin: async () => 7, succeeded: async () => {} };
  const tooSoon = callerFor(db.app, undefined, { attempts }).invitations.accept({ token, password: PASSWORD });
  await expect(tooSoon).rejects.toMatchObject({ message: "rate_limited", cause: { detail: { seconds: 7 } } });
  await nobody().invitations.accept({ token, password: PASSWORD });
  const person = await findSignIn(db.app, "known@test.example");
  expect(await verifyPassword(person?.passwordHash, PASSWORD)).toBe(true);
  expect((await callerFor(db.app, person?.userId).me.get()).seats).toHaveLength(2);
});

test("an account made for somebody else's address does not get what that person is invited to", async () => {
  const theirs = await invited("squatted@test.example");
  const token = await invitedFromAfar("squatted@test.example");
  const [passwordHash, mine] = [await hashPassword("the password of a squatter"), await hashPassword(PASSWORD)];
  const take = (link: string, hash: string) =>
    change(
      db.app,
      {
        tenantId: branches.far.tenantId as TenantId,
        actor: { kind: "anonymous", id: "invitation", requestId: "r-1" },
        action: "member.join",
      },
      async (tx) => ({
        subject: "person:?",
        result: await acceptInvitation(tx, { token: link, name: "", passwordHash: hash }),
      }),
    );
  // Both forms were opened while there was no account; the squatter's came first.
  await take(theirs, passwordHash);
  await expect(take(token, mine)).rejects.toMatchObject({ code: "invalid_state" });
  const squatter = await findSignIn(db.app, "squatted@test.example");
  expect((await callerFor(db.app, squatter?.userId).me.get()).seats).toHaveLength(1);
  await expect(nobody().invitations.accept({ token, password: PASSWORD })).rejects.toMatchObject({
    message: "invalid_input",
  });
});

test("only the digest of a link is stored, and an expired one is worth nothing", async () => {
  const token = await invited("late@test.example");
  const { rows } = await db.owner.query(
    "SELECT token_hash, i.*::text AS whole FROM invitation i WHERE email = 'late@test.example'",
  );
  expect(rows[0].token_hash).toHaveLength(32);
  expect(JSON.stringify(rows)).not.toContain(token);
  await db.owner.query(
    "UPDATE invitation SET expires_at = now() - interval '1 second' WHERE email = 'late@test.example'",
  );
  await expect(nobody().invitations.open({ token })).rejects.toMatchObject({ message: "invitation_invalid" });
});

test("a second invitation of the same address replaces the first", async () => {
  const [first, second] = [await invited("again@test.example"), await invited("again@test.example")];
  await expect(nobody().invitations.open({ token: first })).rejects.toMatchObject({ message: "invitation_invalid" });
  expect(await nobody().invitations.open({ token: second })).toMatchObject({ email: "again@test.example" });
});

test("joining is in the tenant's trail", async () => {
  await nobody().invitations.accept({ token: await invited("seen@test.example"), password: PASSWORD });
  const { rows } = await db.owner.query(
    "SELECT action, after FROM audit_event WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1",
    [branches.customer.tenantId],
  );
  expect(rows).toEqual([{ action: "member.join", after: { email: "seen@test.example", role: "viewer" } }]);
});
