import { createAttempts } from "@/server/auth/attempts";
import { hashPassword } from "@/server/auth/passwords";
import { signIn } from "@/server/auth/sign-in";
import { checkSession } from "@/server/domain/tenancy/sessions";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";
import { codeBefore } from "@/test/support/totp-codes";

export const PASSWORD = "wander tall copper minute";
export type Person = Readonly<{ userId: string; email: string }>;

/** People of one tenant who sign in, set up factors and lose them. */
export async function accounts(db: TestDatabase) {
  const branches: Branches = await makeBranches(db);
  let count = 0;
  const deps = () => ({
    db: db.app,
    attempts: createAttempts({ secret: "s".repeat(32), sql: db.pool }),
    keys: testSettings.factorKeys,
    appUrl: testSettings.appUrl,
  });
  /** From an address of its own each time, so that no wait of another test is in the way. */
  const enter = ({ email }: Person, code?: string, password = PASSWORD) => {
    count += 1;
    const from = { address: `192.0.2.${count}`, userAgent: "Browser", requestId: "r" };
    return signIn(deps(), { email, password, code }, from);
  };
  async function somebody(role: "owner" | "viewer" = "owner"): Promise<Person> {
    count += 1;
    const email = `person${count}@test.example`;
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
    const settings = { ...testSettings, mailGoesOut: true };
    return { signedIn, as: callerFor(db.app, who.userId, { signedIn, settings }) };
  }
  async function withApp(who: Person) {
    const { as, signedIn } = await inside(who);
    const { secretOnce } = await as.security.beginTotp();
    const { recoveryCodes } = await as.security.confirmTotp({ code: await codeBefore(secretOnce) });
    return { as, signedIn, secret: secretOnce, recoveryCodes };
  }
  const trail = (userId: string) =>
    branches.build.sql<{ action: string; outcome: string; said: string }>(
      "SELECT action, outcome, after::text AS said FROM audit_event WHERE subject = $1 ORDER BY seq",
      [`person:${userId}`],
    );
  return { branches, deps, enter, somebody, inside, withApp, trail };
}
