import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import type { ProcedureMeta } from "@/server/api/trpc";
import { checkCode } from "@/server/auth/second-factor";
import { checkSession } from "@/server/domain/tenancy/sessions";
import type { UserId } from "@/server/kernel/ids";
import { accounts, PASSWORD } from "@/test/support/account";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { codeBefore, codeOf, secretBytes } from "@/test/support/totp-codes";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof accounts>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await accounts(db);
});
afterAll(() => db.drop());

const old = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe("an authenticator app", () => {
  test("counts once a code proves it; then signing in takes a second step, and each code is good once", async () => {
    const who = await on.somebody();
    const elsewhere = await on.enter(who);
    const { as } = await on.inside(who);
    const { secretOnce } = await as.security.beginTotp();
    expect(typeof (await on.enter(who))).toBe("object");
    await expect(as.security.confirmTotp({ code: "000000" })).rejects.toMatchObject({ message: "invalid_input" });
    const proof = await codeBefore(secretOnce);
    const { recoveryCodes } = await as.security.confirmTotp({ code: proof });
    expect(recoveryCodes).toHaveLength(10);
    // A session that never showed the factor could take it away.
    expect(await checkSession(db.app, typeof elsewhere === "object" ? elsewhere.sessionId : "")).toBeUndefined();

    expect(await on.enter(who)).toBe("factor_needed");
    expect(await on.enter(who, proof), "the code that proved it").toBe("code_wrong");
    expect(await on.enter(who, undefined, "not the password")).toBeUndefined();
    expect(await on.enter(who, codeOf(secretOnce), "not the password")).toBeUndefined();
    const code = codeOf(secretOnce);
    const race = await Promise.all([on.enter(who, code), on.enter(who, code), on.enter(who, code)]);
    expect(race.filter((done) => typeof done === "object")).toHaveLength(1);
    expect(race.filter((done) => done === "code_wrong")).toHaveLength(2);
    expect(typeof (await on.enter(who, codeOf(secretOnce, 1)))).toBe("object");
    expect(await on.enter(who, codeOf(secretOnce)), "an earlier one than was taken").toBe("code_wrong");
    expect((await on.trail(who.userId)).filter(({ said }) => said.includes('"wrong": "code"')).length).toBeGreaterThan(
      3,
    );
  });

  test("is kept sealed, and told by mail; nothing of it is in the trail", async () => {
    const who = await on.somebody();
    const { secret, recoveryCodes } = await on.withApp(who);
    const [row] = await on.branches.build.sql<{ all: string }>(
      "SELECT t::text || (SELECT string_agg(r::text, '') FROM recovery_code r WHERE r.user_id = t.user_id) AS all FROM totp t WHERE user_id = $1",
      [who.userId],
    );
    expect(row?.all).not.toContain(secretBytes(secret).toString("hex"));
    const said = JSON.stringify(await on.branches.build.sql("SELECT before, after FROM audit_event"));
    for (const hidden of [secret, ...recoveryCodes]) expect(said).not.toContain(hidden);
    const mails = await on.branches.build.sql<{ body: string }>("SELECT body FROM mail WHERE recipient = $1", [
      who.email,
    ]);
    expect(mails.map(({ body }) => body).join()).toMatch(/authenticator app was set up/);
  });

  test("can be moved to another without a moment in between, and removed", async () => {
    const who = await on.somebody();
    const { as, secret } = await on.withApp(who);
    const next = await as.security.beginTotp();
    expect(await on.enter(who)).toBe("factor_needed");
    expect(typeof (await on.enter(who, codeOf(secret)))).toBe("object");
    expect(await as.security.confirmTotp({ code: await codeBefore(next.secretOnce) })).toEqual({ recoveryCodes: [] });
    expect(await on.enter(who, codeOf(secret, 1))).toBe("code_wrong");
    await as.security.removeTotp();
    expect(typeof (await on.enter(who))).toBe("object");
    await expect(as.security.removeTotp()).rejects.toMatchObject({ message: "not_found" });
    expect(await as.security.get()).toMatchObject({ hasFactor: false, recoveryCodesLeft: 0 });
    await expect(as.security.renewRecoveryCodes()).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("nobody guesses codes: whoever has the password is made to wait, and the owner is not", async () => {
    const who = await on.somebody();
    const { secret } = await on.withApp(who);
    const guess = (code: string) =>
      checkCode(on.deps(), { ...who, userId: who.userId as UserId, code }, { address: "203.0.113.9", requestId: "r" });
    for (let tries = 0; tries < 6; tries += 1) expect(await guess(`00000${tries}`)).toBe(false);
    await expect(guess(codeOf(secret))).rejects.toMatchObject({ code: "rate_limited" });
    expect(typeof (await on.enter(who, codeOf(secret)))).toBe("object");
  });
});

describe("recovery codes", () => {
  test("sign in once each, also when used at the same moment, and their use is told", async () => {
    const who = await on.somebody();
    const { as, recoveryCodes } = await on.withApp(who);
    const [first = "", second = ""] = recoveryCodes;
    const race = await Promise.all(Array.from({ length: 4 }, () => on.enter(who, first.toLowerCase())));
    expect(race.filter((done) => typeof done === "object")).toHaveLength(1);
    expect(await as.security.get()).toMatchObject({ recoveryCodesLeft: 9 });
    expect((await on.trail(who.userId)).map(({ action }) => action)).toContain("factor.use_recovery_code");
    const renewed = await as.security.renewRecoveryCodes();
    expect(await on.enter(who, second)).toBe("code_wrong");
    expect(typeof (await on.enter(who, renewed.recoveryCodes[0]))).toBe("object");
  });

  test("of somebody else are worth nothing", async () => {
    const [one, other] = [await on.somebody(), await on.somebody()];
    await on.withApp(one);
    const { recoveryCodes } = await on.withApp(other);
    expect(await on.enter(one, recoveryCodes[0])).toBe("code_wrong");
  });
});

describe("what cannot be taken back", () => {
  type Procedure = { _def: { meta?: ProcedureMeta } };
  const fresh = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>)
    .filter(([, { _def }]) => _def.meta?.fresh)
    .map(([path]) => path)
    .sort();

  test("is known by name", () => {
    expect(fresh).toEqual(
      expect.arrayContaining([
        "extensions.rotateSecret",
        "members.setFactorPolicy",
        "passkeys.add",
        "passkeys.begin",
        "passkeys.remove",
        "security.beginTotp",
        "security.confirmTotp",
        "security.removeTotp",
        "security.renewRecoveryCodes",
      ]),
    );
  });

  test("asks once more who one is, by the password and, where there is one, by the factor", async () => {
    const who = await on.somebody();
    const { signedIn } = await on.inside(who);
    const stale = callerFor(db.app, who.userId, { signedIn: { ...signedIn, authenticatedAt: old(16) } });
    await expect(stale.security.beginTotp()).rejects.toMatchObject({ message: "reauth_required" });
    await expect(stale.security.reauthenticate({ password: "wrong" })).rejects.toMatchObject({
      message: "invalid_input",
    });
    await on.branches.build.sql("UPDATE session SET authenticated_at = $2 WHERE id = $1", [
      signedIn.sessionId,
      old(16),
    ]);
    await stale.security.reauthenticate({ password: PASSWORD });
    const renewed = await checkSession(db.app, signedIn.sessionId);
    expect(renewed?.authenticatedAt.getTime()).toBeGreaterThan(old(1).getTime());
    expect(renewed?.factorAt).toBeNull();

    const { secret } = await on.withApp(who);
    await expect(stale.security.reauthenticate({ password: PASSWORD })).rejects.toMatchObject({
      message: "invalid_input",
    });
    const { as, signedIn: here } = await on.inside(who, codeOf(secret));
    await as.security.reauthenticate({ code: codeOf(secret, 1) });
    expect((await checkSession(db.app, here.sessionId))?.factorAt).toBeInstanceOf(Date);
    expect(
      (await on.trail(who.userId)).filter(({ action }) => action === "session.reauthenticate").map((e) => e.outcome),
    ).toEqual(["failed", "ok", "failed", "ok"]);
  });

  test("is also money above the limit, and a secret; smaller amounts go through", async () => {
    const owner = await on.branches.seat(on.branches.operator, "owner");
    const signedIn = {
      sessionId: crypto.randomUUID(),
      userId: owner,
      email: "",
      name: "",
      authenticatedAt: old(16),
      factorAt: null,
    } as never;
    const as = callerFor(db.app, owner, { signedIn });
    const give = (amount: string) =>
      as.billing.topUp({ tenantSlug: "operator", toTenantSlug: "inside", amount, postingKey: crypto.randomUUID() });
    await expect(give("500.01")).rejects.toMatchObject({ message: "reauth_required" });
    expect((await give("500.00")).transactionId).not.toBeNull();
    const phone = await on.branches.build.phone(on.branches.customer, "881");
    await expect(
      as.extensions.rotateSecret({ tenantSlug: "inside", extensionId: phone.extensionId }),
    ).rejects.toMatchObject({ message: "reauth_required" });
    const move = { tenantSlug: "operator", withTenantSlug: "ours", amount: "501", postingKey: crypto.randomUUID() };
    await expect(as.billing.transfer(move)).rejects.toMatchObject({ message: "reauth_required" });
  });
});
