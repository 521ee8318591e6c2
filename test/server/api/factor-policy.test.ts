import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { jsonOf } from "@/test/server/cli/run-cli";
import { accounts, PASSWORD } from "@/test/support/account";
import { callerFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { codeOf } from "@/test/support/totp-codes";

let db: TestDatabase;
let on: Awaited<ReturnType<typeof accounts>>;
beforeAll(async () => {
  db = await createDatabase();
  on = await accounts(db);
});
afterAll(() => db.drop());

describe("a tenant that wants a second factor", () => {
  test("is closed to seats of that role in sessions without one, with the next request", async () => {
    const [owner, viewer] = [await on.somebody("owner"), await on.somebody("viewer")];
    const { as, secret } = await on.withApp(owner);
    const { as: plain } = await on.inside(viewer);
    const page = { tenantSlug: "inside" };
    const set = (roles: ("owner" | "viewer")[]) => as.members.setFactorPolicy({ ...page, roles });
    await expect(set(["owner"]), "one's own session must have shown it").rejects.toMatchObject({
      message: "factor_required",
    });
    expect(await set(["viewer"])).toEqual({ factorPolicy: ["viewer"] });
    await expect(plain.shell.get(page)).rejects.toMatchObject({ code: "FORBIDDEN", message: "factor_required" });
    // What is needed to set one up stays open.
    expect(await plain.security.get()).toMatchObject({ hasFactor: false });
    const { as: shown } = await on.inside(owner, codeOf(secret));
    expect(await shown.members.setFactorPolicy({ ...page, roles: ["owner", "viewer"] })).toEqual({
      factorPolicy: ["owner", "viewer"],
    });
    await expect(as.shell.get(page), "a session from before the factor").rejects.toMatchObject({
      message: "factor_required",
    });
    expect((await shown.shell.get(page)).role).toBe("owner");
    // The tenant above has rules of its own.
    const above = callerFor(db.app, await on.branches.seat(on.branches.reseller, "viewer"));
    expect((await above.shell.get(page)).role).toBe("viewer");
    const admin = callerFor(db.app, await on.branches.seat(on.branches.customer, "admin"));
    await expect(admin.members.setFactorPolicy({ ...page, roles: [] })).rejects.toMatchObject({ message: "forbidden" });
    await set([]).catch(() => shown.members.setFactorPolicy({ ...page, roles: [] }));
    expect((await plain.shell.get(page)).role).toBe("viewer");
  });
});

describe("a short password", () => {
  const SHORT = "kx9#mq2vLp";

  test("is taken beside a factor only, and the last factor stays while it is used", async () => {
    const who = await on.somebody();
    const { as: plain } = await on.inside(who);
    await expect(plain.passwords.change({ current: PASSWORD, password: SHORT })).rejects.toMatchObject({
      message: "invalid_input",
    });
    const { as } = await on.withApp(who);
    await as.passwords.change({ current: PASSWORD, password: SHORT });
    await expect(as.security.removeTotp()).rejects.toMatchObject({ message: "invalid_state" });
    await as.passwords.change({ current: SHORT, password: PASSWORD });
    await as.security.removeTotp();
  });

  test("ends with the factor when the operator takes that away, on record", async () => {
    const who = await on.somebody();
    const { as } = await on.withApp(who);
    await as.passwords.change({ current: PASSWORD, password: SHORT });
    const { link } = await jsonOf<{ link: string }>(db.appUrl, ["person", "reset-factor", "--email", who.email]);
    expect(link).toMatch(/\/reset#[\w-]{43}$/);
    expect(await on.enter(who, undefined, SHORT)).toBeUndefined();
    const open = await on.branches.build.sql("SELECT 1 FROM session WHERE user_id = $1 AND revoked_at IS NULL", [
      who.userId,
    ]);
    expect(open).toEqual([]);
    const stranger = callerFor(db.app, undefined).passwords;
    await stranger.reset({ token: link.split("#")[1] ?? "", password: PASSWORD });
    expect(typeof (await on.enter(who))).toBe("object");
    expect((await on.trail(who.userId)).map(({ action }) => action)).toContain("factor.reset");
  });

  test("a long one stays when the factors go", async () => {
    const who = await on.somebody();
    await on.withApp(who);
    expect(await jsonOf(db.appUrl, ["person", "reset-factor", "--email", who.email])).toEqual({
      email: who.email,
      link: null,
    });
    expect(typeof (await on.enter(who))).toBe("object");
  });
});
