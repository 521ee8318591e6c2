import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import type { ProcedureMeta } from "@/server/api/trpc";
import { createAttempts } from "@/server/auth/attempts";
import { hashPassword } from "@/server/auth/passwords";
import { signIn } from "@/server/auth/sign-in";
import { codeAt, stepAt } from "@/server/domain/people/totp.rules";
import { checkSession } from "@/server/domain/tenancy/sessions";
import { jsonOf } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const PASSWORD = "wander tall copper minute";

let db: TestDatabase;
let branches: Branches;
let count = 0;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const deps = () => ({
  db: db.app,
  attempts: createAttempts({ secret: "s".repeat(32), sql: db.pool }),
  keys: testSettings.factorKeys,
});
type Person = Readonly<{ userId: string; email: string }>;
/** From an address of its own each time, so that no wait of another test is in the way. */
const enter = ({ email }: Person, code?: string, password = PASSWORD) => {
  count += 1;
  const from = { address: `192.0.2.${count}`, userAgent: "Browser", requestId: "r" };
  return signIn(deps(), { email, password, code }, from);
};
async function somebody(role: "owner" | "viewer" = "owner"): Promise<Person> {
  const email = `p${Math.floor(performance.now() * 1000)}@test.example`;
  const userId = await branches.seat(branches.customer, role, await branches.person(email));
  await branches.build.sql("UPDATE person SET password_hash = $2 WHERE id = $1", [
    userId,
    await hashPassword(PASSWORD),
  ]);
  return { userId, email };
}
async function inside(who: Person, code?: string) {
  const done = await enter(who, code);
  if (typeof done !== "object") throw new Error(`not signed in: ${done}`);
  const signedIn = await checkSession(db.app, done.sessionId);
  if (!signedIn) throw new Error("no session");
  return {
    signedIn,
    as: callerFor(db.app, who.userId, { signedIn, settings: { ...testSettings, mailGoesOut: true } }),
  };
}
const bytesOf = (base32: string) => {
  const bits = [...base32].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0"));
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
/** The code of now, or of a neighbouring half minute; each is good once. */
const codeOf = (secret: string, off = 0) => codeAt(bytesOf(secret), stepAt(Date.now()) + off);
async function withApp(who: Person) {
  const { as, signedIn } = await inside(who);
  const { secretOnce } = await as.security.beginTotp();
  const { recoveryCodes } = await as.security.confirmTotp({ code: codeOf(secretOnce, -1) });
  return { as, signedIn, secret: secretOnce, recoveryCodes };
}
const trail = (userId: string) =>
  branches.build.sql<{ action: string; outcome: string; said: string }>(
    "SELECT action, outcome, after::text AS said FROM audit_event WHERE subject = $1 ORDER BY seq",
    [`person:${userId}`],
  );
const old = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe("an authenticator app", () => {
  test("counts once a code proves it; then signing in takes a second step, and each code is good once", async () => {
    const who = await somebody();
    const elsewhere = await enter(who);
    const { as } = await inside(who);
    const { secretOnce } = await as.security.beginTotp();
    expect(typeof (await enter(who))).toBe("object");
    await expect(as.security.confirmTotp({ code: "000000" })).rejects.toMatchObject({ message: "invalid_input" });
    const { recoveryCodes } = await as.security.confirmTotp({ code: codeOf(secretOnce, -1) });
    expect(recoveryCodes).toHaveLength(10);
    // A session that never showed the factor could take it away.
    expect(await checkSession(db.app, typeof elsewhere === "object" ? elsewhere.sessionId : "")).toBeUndefined();

    expect(await enter(who)).toBe("factor_needed");
    expect(await enter(who, codeOf(secretOnce, -1)), "the code that proved it").toBe("code_wrong");
    expect(await enter(who, undefined, "not the password")).toBeUndefined();
    expect(await enter(who, codeOf(secretOnce), "not the password")).toBeUndefined();
    const code = codeOf(secretOnce);
    const race = await Promise.all([enter(who, code), enter(who, code), enter(who, code)]);
    expect(race.filter((done) => typeof done === "object")).toHaveLength(1);
    expect(race.filter((done) => done === "code_wrong")).toHaveLength(2);
    expect(typeof (await enter(who, codeOf(secretOnce, 1)))).toBe("object");
    expect(await enter(who, codeOf(secretOnce)), "an earlier one than was taken").toBe("code_wrong");
    expect((await trail(who.userId)).filter(({ said }) => said.includes('"wrong": "code"')).length).toBeGreaterThan(3);
  });

  test("is kept sealed, and told by mail; nothing of it is in the trail", async () => {
    const who = await somebody();
    const { secret, recoveryCodes } = await withApp(who);
    const [row] = await branches.build.sql<{ all: string }>(
      "SELECT t::text || (SELECT string_agg(r::text, '') FROM recovery_code r WHERE r.user_id = t.user_id) AS all FROM totp t WHERE user_id = $1",
      [who.userId],
    );
    expect(row?.all).not.toContain(bytesOf(secret).toString("hex"));
    const said = JSON.stringify(await branches.build.sql("SELECT before, after FROM audit_event"));
    for (const hidden of [secret, ...recoveryCodes]) expect(said).not.toContain(hidden);
    const mails = await branches.build.sql<{ body: string }>("SELECT body FROM mail WHERE recipient = $1", [who.email]);
    expect(mails.map(({ body }) => body).join()).toMatch(/authenticator app was set up/);
  });

  test("can be moved to another without a moment in between, and removed", async () => {
    const who = await somebody();
    const { as, secret } = await withApp(who);
    const next = await as.security.beginTotp();
    expect(await enter(who)).toBe("factor_needed");
    expect(typeof (await enter(who, codeOf(secret)))).toBe("object");
    expect(await as.security.confirmTotp({ code: codeOf(next.secretOnce, -1) })).toEqual({ recoveryCodes: [] });
    expect(await enter(who, codeOf(secret, 1))).toBe("code_wrong");
    await as.security.removeTotp();
    expect(typeof (await enter(who))).toBe("object");
    await expect(as.security.removeTotp()).rejects.toMatchObject({ message: "not_found" });
    expect(await as.security.get()).toMatchObject({ hasFactor: false, recoveryCodesLeft: 0 });
    await expect(as.security.renewRecoveryCodes()).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("nobody guesses codes: whoever has the password is made to wait", async () => {
    const who = await somebody();
    const { secret } = await withApp(who);
    const guess = (code: string) =>
      signIn(
        deps(),
        { email: who.email, password: PASSWORD, code },
        { address: "203.0.113.9", userAgent: "", requestId: "r" },
      );
    for (let tries = 0; tries < 6; tries += 1) expect(await guess(`00000${tries}`)).toBe("code_wrong");
    await expect(guess(codeOf(secret))).rejects.toMatchObject({ code: "rate_limited" });
    expect(typeof (await enter(who, codeOf(secret)))).toBe("object");
  });
});

describe("recovery codes", () => {
  test("sign in once each, also when used at the same moment, and their use is told", async () => {
    const who = await somebody();
    const { as, recoveryCodes } = await withApp(who);
    const [first = "", second = ""] = recoveryCodes;
    const race = await Promise.all(Array.from({ length: 4 }, () => enter(who, first.toLowerCase())));
    expect(race.filter((done) => typeof done === "object")).toHaveLength(1);
    expect(await as.security.get()).toMatchObject({ recoveryCodesLeft: 9 });
    expect((await trail(who.userId)).map(({ action }) => action)).toContain("factor.use_recovery_code");
    const renewed = await as.security.renewRecoveryCodes();
    expect(await enter(who, second)).toBe("code_wrong");
    expect(typeof (await enter(who, renewed.recoveryCodes[0]))).toBe("object");
  });

  test("of somebody else are worth nothing", async () => {
    const [one, other] = [await somebody(), await somebody()];
    await withApp(one);
    const { recoveryCodes } = await withApp(other);
    expect(await enter(one, recoveryCodes[0])).toBe("code_wrong");
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
        "security.beginTotp",
        "security.confirmTotp",
        "security.removeTotp",
        "security.renewRecoveryCodes",
      ]),
    );
  });

  test("asks once more who one is, by the password and, where there is one, by the factor", async () => {
    const who = await somebody();
    const { signedIn } = await inside(who);
    const stale = callerFor(db.app, who.userId, { signedIn: { ...signedIn, authenticatedAt: old(16) } });
    await expect(stale.security.beginTotp()).rejects.toMatchObject({ message: "reauth_required" });
    await expect(stale.security.reauthenticate({ password: "wrong" })).rejects.toMatchObject({
      message: "invalid_input",
    });
    await branches.build.sql("UPDATE session SET authenticated_at = $2 WHERE id = $1", [signedIn.sessionId, old(16)]);
    await stale.security.reauthenticate({ password: PASSWORD });
    const renewed = await checkSession(db.app, signedIn.sessionId);
    expect(renewed?.authenticatedAt.getTime()).toBeGreaterThan(old(1).getTime());
    expect(renewed?.factorAt).toBeNull();

    const { secret } = await withApp(who);
    await expect(stale.security.reauthenticate({ password: PASSWORD })).rejects.toMatchObject({
      message: "invalid_input",
    });
    const { as, signedIn: here } = await inside(who, codeOf(secret));
    await as.security.reauthenticate({ code: codeOf(secret, 1) });
    expect((await checkSession(db.app, here.sessionId))?.factorAt).toBeInstanceOf(Date);
    expect(
      (await trail(who.userId)).filter(({ action }) => action === "session.reauthenticate").map((e) => e.outcome),
    ).toEqual(["failed", "ok", "failed", "ok"]);
  });

  test("is also money above the limit, and a secret; smaller amounts go through", async () => {
    const owner = await branches.seat(branches.operator, "owner");
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
    const phone = await branches.build.phone(branches.customer, "881");
    await expect(
      as.extensions.rotateSecret({ tenantSlug: "inside", extensionId: phone.extensionId }),
    ).rejects.toMatchObject({ message: "reauth_required" });
    const move = { tenantSlug: "operator", withTenantSlug: "ours", amount: "501", postingKey: crypto.randomUUID() };
    await expect(as.billing.transfer(move)).rejects.toMatchObject({ message: "reauth_required" });
  });
});

describe("a tenant that wants a second factor", () => {
  test("is closed to seats of that role in sessions without one, with the next request", async () => {
    const [owner, viewer] = [await somebody("owner"), await somebody("viewer")];
    const { as, secret } = await withApp(owner);
    const { as: plain } = await inside(viewer);
    const page = { tenantSlug: "inside" };
    const set = (roles: ("owner" | "viewer")[]) => as.members.setFactorPolicy({ ...page, roles });
    await expect(set(["owner"]), "one's own session must have shown it").rejects.toMatchObject({
      message: "factor_required",
    });
    expect(await set(["viewer"])).toEqual({ factorPolicy: ["viewer"] });
    await expect(plain.shell.get(page)).rejects.toMatchObject({ code: "FORBIDDEN", message: "factor_required" });
    // What is needed to set one up stays open.
    expect(await plain.security.get()).toMatchObject({ hasFactor: false });
    const { as: shown } = await inside(owner, codeOf(secret));
    expect(await shown.members.setFactorPolicy({ ...page, roles: ["owner", "viewer"] })).toEqual({
      factorPolicy: ["owner", "viewer"],
    });
    await expect(as.shell.get(page), "a session from before the factor").rejects.toMatchObject({
      message: "factor_required",
    });
    expect((await shown.shell.get(page)).role).toBe("owner");
    // The tenant above has rules of its own.
    const above = callerFor(db.app, await branches.seat(branches.reseller, "viewer"));
    expect((await above.shell.get(page)).role).toBe("viewer");
    const admin = callerFor(db.app, await branches.seat(branches.customer, "admin"));
    await expect(admin.members.setFactorPolicy({ ...page, roles: [] })).rejects.toMatchObject({ message: "forbidden" });
    await set([]).catch(() => shown.members.setFactorPolicy({ ...page, roles: [] }));
    expect((await plain.shell.get(page)).role).toBe("viewer");
  });
});

describe("a short password", () => {
  const SHORT = "kx9#mq2vLp";

  test("is taken beside a factor only, and the last factor stays while it is used", async () => {
    const who = await somebody();
    const { as: plain } = await inside(who);
    await expect(plain.passwords.change({ current: PASSWORD, password: SHORT })).rejects.toMatchObject({
      message: "invalid_input",
    });
    const { as } = await withApp(who);
    await as.passwords.change({ current: PASSWORD, password: SHORT });
    await expect(as.security.removeTotp()).rejects.toMatchObject({ message: "invalid_state" });
    await as.passwords.change({ current: SHORT, password: PASSWORD });
    await as.security.removeTotp();
  });

  test("ends with the factor when the operator takes that away, on record", async () => {
    const who = await somebody();
    const { as } = await withApp(who);
    await as.passwords.change({ current: PASSWORD, password: SHORT });
    const { link } = await jsonOf<{ link: string }>(db.appUrl, ["person", "reset-factor", "--email", who.email]);
    expect(link).toMatch(/\/reset#[\w-]{43}$/);
    expect(await enter(who, undefined, SHORT)).toBeUndefined();
    const open = await branches.build.sql("SELECT 1 FROM session WHERE user_id = $1 AND revoked_at IS NULL", [
      who.userId,
    ]);
    expect(open).toEqual([]);
    const stranger = callerFor(db.app, undefined).passwords;
    await stranger.reset({ token: link.split("#")[1] ?? "", password: PASSWORD });
    expect(typeof (await enter(who))).toBe("object");
    expect((await trail(who.userId)).map(({ action }) => action)).toContain("factor.reset");
  });

  test("a long one stays when the factors go", async () => {
    const who = await somebody();
    await withApp(who);
    expect(await jsonOf(db.appUrl, ["person", "reset-factor", "--email", who.email])).toEqual({
      email: who.email,
      link: null,
    });
    expect(typeof (await enter(who))).toBe("object");
  });
});
