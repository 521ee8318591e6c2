import { afterAll, beforeAll, expect, test } from "vitest";

import { signInWithPasskey } from "@/server/auth/sign-in";
import { newChallenge, readChallenge } from "@/server/domain/people/challenge.rules";
import { addPasskey, findPasskey, notePasskeyUse, takeChallenge } from "@/server/domain/people/passkeys";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { accounts, type Person } from "@/test/support/account";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

// Real keys sign in the browser lane; here is what a browser would never send.
let db: TestDatabase;
let on: Awaited<ReturnType<typeof accounts>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await accounts(db);
});
afterAll(() => db.drop());

const keep = ({ userId }: Person, id: string) =>
  writeTenant(db.app, { tenantId: on.branches.customer.tenantId as TenantId }, (tx) =>
    addPasskey(tx, userId as UserId, {
      id,
      publicKey: Buffer.from("a key"),
      counter: 0,
      transports: ["internal"],
      name: `Key ${id}`,
    }),
  );
const answerOf = (id: string) => ({
  id,
  rawId: id,
  type: "public-key" as const,
  response: { clientDataJSON: "e30", authenticatorData: "AAAA", signature: "AAAA" },
  clientExtensionResults: {},
});

test("a question is answered once, also by two at the same moment", async () => {
  const key = testSettings.factorKeys.digest;
  const text = Buffer.from(newChallenge(key, "sign-in", Date.now())).toString("base64url");
  const question = readChallenge(key, "sign-in", text, Date.now());
  if (!question) throw new Error("no question");
  const taken = await Promise.all(Array.from({ length: 5 }, () => takeChallenge(db.app, question)));
  expect(taken.filter(Boolean)).toHaveLength(1);
});

test("a counter that does not go on betrays a copy; keys without one stay at nothing", async () => {
  await keep(await on.somebody(), "counting");
  expect(await notePasskeyUse(db.app, "counting", 0)).toBe(true);
  expect(await notePasskeyUse(db.app, "counting", 5)).toBe(true);
  for (const counter of [5, 4, 0]) expect(await notePasskeyUse(db.app, "counting", counter)).toBe(false);
  expect((await findPasskey(db.app, "counting"))?.counter).toBe(5);
});

test("signing in with one that is not known, or did not sign our question, opens nothing and is on record", async () => {
  const who = await on.somebody();
  await keep(who, "mine");
  for (const id of ["nobody-has-it", "mine"]) {
    const from = { address: "203.0.113.70", userAgent: "", requestId: "r" };
    expect(await signInWithPasskey(on.deps(), answerOf(id), from)).toBeUndefined();
  }
  const failed = await on.branches.build.sql(
    `SELECT 1 FROM audit_event WHERE action = 'session.sign_in' AND outcome = 'failed' AND after ->> 'wrong' = 'passkey'`,
  );
  expect(failed).toHaveLength(2);
});

test("one is a second factor: the password asks for it, and it goes by the hand of its owner only", async () => {
  const [who, other] = [await on.somebody(), await on.somebody()];
  const { as } = await on.inside(who);
  await keep(who, "laptop");
  expect(await on.enter(who)).toBe("factor_needed");
  expect(await as.security.get()).toMatchObject({ hasFactor: true, passkeys: 1 });
  expect((await as.passkeys.list()).items).toMatchObject([{ id: "laptop", name: "Key laptop" }]);
  const { as: stranger } = await on.inside(other);
  expect((await stranger.passkeys.list()).items).toEqual([]);
  await expect(stranger.passkeys.remove({ passkey: "laptop" })).rejects.toMatchObject({ message: "not_found" });
  await as.passkeys.remove({ passkey: "laptop" });
  expect(typeof (await on.enter(who))).toBe("object");
});

test("what does not answer our question is not kept, and nobody has more than ten", async () => {
  const who = await on.somebody();
  const { as } = await on.inside(who);
  const options = await as.passkeys.begin();
  expect(options).toMatchObject({
    rp: { id: "localhost" },
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  const made = {
    name: "Forged",
    answer: { ...answerOf("forged"), response: { clientDataJSON: "e30", attestationObject: "AAAA" } },
  };
  await expect(as.passkeys.add(made)).rejects.toMatchObject({ message: "invalid_input" });
  for (let n = 0; n < 10; n += 1) await keep(who, `many-${n}`);
  await expect(keep(who, "many-11")).rejects.toThrow();
  await expect(keep(await on.somebody(), "many-1")).rejects.toThrow();
  expect((await callerFor(db.app, undefined).passkeys.askSignIn()).allowCredentials).toEqual([]);
});
