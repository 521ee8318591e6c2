import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { createAttempts } from "@/server/auth/attempts";
import { hashPassword } from "@/server/auth/passwords";
import { readSession } from "@/server/auth/session";
import { signIn as anySignIn, type Credentials, type From } from "@/server/auth/sign-in";
import { factorKeysOf } from "@/server/domain/people/seal.rules";
import { checkSession, signOut } from "@/server/domain/tenancy/sessions";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const PASSWORD = "wander tall copper minute";
const SECRET = "s".repeat(32);

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const from = (address: string) => ({ address, userAgent: "Browser", requestId: "r-1" });
const deps = () => ({
  db: db.app,
  attempts: createAttempts({ secret: SECRET, sql: db.pool }),
  keys: factorKeysOf(SECRET),
  appUrl: "https://portal.example",
});
/** Nobody here has a second factor; that has a test of its own. */
async function signIn(given: Parameters<typeof anySignIn>[0], credentials: Credentials, place: From) {
  const done = await anySignIn(given, credentials, place);
  if (typeof done === "string") throw new Error(done);
  return done;
}

async function somebody(email: string, options: { password?: boolean; seat?: boolean } = {}): Promise<string> {
  const id = await branches.person(email);
  if (options.password !== false)
    await db.owner.query("UPDATE person SET password_hash = $2 WHERE id = $1", [id, await hashPassword(PASSWORD)]);
  if (options.seat !== false) await branches.seat(branches.customer, "owner", id);
  return id;
}
/** The same sign-in, read anew on a library that is watched; whatever is read after it has the library as it is. */
async function watched() {
  const real = await vi.importActual<typeof import("@node-rs/argon2")>("@node-rs/argon2");
  const verify = vi.fn(real.verify);
  vi.resetModules();
  vi.doMock("@node-rs/argon2", () => ({ ...real, verify }));
  const { signIn: signInAgain } = await import("@/server/auth/sign-in");
  vi.doUnmock("@node-rs/argon2");
  vi.resetModules();
  return { signInAgain, verify };
}
const trail = async (of: { tenantId: string }) =>
  (
    await db.owner.query(
      "SELECT actor_kind, actor_id, action, subject, outcome, after, address FROM audit_event WHERE tenant_id = $1 ORDER BY seq",
      [of.tenantId],
    )
  ).rows;

test("the right password opens a session, and the trail of each of the person's tenants says so", async () => {
  const userId = await somebody("right@test.example");
  await branches.seat(branches.far, "viewer", userId);
  const done = await signIn(deps(), { email: "right@test.example", password: PASSWORD }, from("192.0.2.1"));
  expect(done?.userId).toBe(userId);
  expect(await checkSession(db.app, done?.sessionId ?? "")).toMatchObject({ userId, email: "right@test.example" });
  const event = {
    actor_kind: "user",
    actor_id: userId,
    action: "session.sign_in",
    outcome: "ok",
    address: "192.0.2.1",
  };
  expect((await trail(branches.customer)).at(-1)).toMatchObject(event);
  expect((await trail(branches.far)).at(-1)).toMatchObject(event);
});

test("a wrong password, an unknown address and an account without a password get one answer", async () => {
  const userId = await somebody("wrong@test.example");
  await somebody("invited@test.example", { password: false });
  for (const [email, password] of [
    ["wrong@test.example", `${PASSWORD}!`],
    ["nobody@test.example", PASSWORD],
    ["invited@test.example", PASSWORD],
  ] as const) {
    expect(await signIn(deps(), { email, password }, from("192.0.2.2"))).toBeUndefined();
  }
  expect(await trail(branches.customer)).toContainEqual(
    expect.objectContaining({
      action: "session.sign_in",
      outcome: "failed",
      subject: `person:${userId}`,
      actor_kind: "anonymous",
    }),
  );
  const strangers = (await trail(branches.operator)).filter((event) => event.outcome === "failed");
  expect(strangers.at(-1)).toMatchObject({ subject: "person:unknown" });
  // What was typed may be a password in the wrong field.
  expect(JSON.stringify(await trail(branches.operator))).not.toContain("nobody@test.example");
  // Each counts once for the network that it came from, with the operator, whose rule it is.
  const counted =
    "SELECT tenant_id, sum(signals)::int AS n FROM signal WHERE kind = 'sign_in' AND source = '192.0.2.0/24' GROUP BY 1";
  expect((await db.owner.query(counted)).rows).toEqual([{ tenant_id: branches.operator.tenantId, n: 3 }]);
});

test("an unknown address costs a digest of the same strength as a known one, so the time tells nothing", async () => {
  await somebody("weighed@test.example");
  const tries = deps();
  const { signInAgain, verify } = await watched();
  const digests = async (email: string) => {
    verify.mockClear();
    await signInAgain(tries, { email, password: "not the password at all" }, from("198.51.100.7"));
    return verify.mock.calls.map(([digest]) => /^\$argon2id\$v=\d+\$[^$]+/.exec(String(digest))?.[0]);
  };
  const known = await digests("weighed@test.example");
  expect(known).toEqual([expect.stringMatching(/m=\d+,t=\d+,p=\d+/)]);
  expect(await digests("gone@test.example")).toEqual(known);
});

test("too many attempts are told to wait, before the password is looked at", async () => {
  await somebody("guessed@test.example");
  // The wait, not the ban that comes after as many.
  await db.owner.query("INSERT INTO ban_setting (tenant_id, scope, automatic) SELECT operator_tenant(), 'web', false");
  const tries = deps();
  for (let i = 0; i < 6; i += 1)
    await signIn(tries, { email: "guessed@test.example", password: "a wrong one" }, from("192.0.2.3"));
  const answer = signIn(tries, { email: "guessed@test.example", password: PASSWORD }, from("192.0.2.3"));
  await expect(answer).rejects.toMatchObject({ code: "rate_limited", detail: { seconds: expect.any(Number) } });
  expect(await signIn(tries, { email: "guessed@test.example", password: PASSWORD }, from("192.0.2.4"))).toBeDefined();
});

test("an address is the same in capitals", async () => {
  await somebody("case@test.example");
  expect(await signIn(deps(), { email: "Case@Test.example", password: PASSWORD }, from("192.0.2.5"))).toBeDefined();
});

test("the cookie names a session; the database decides whether it lets anybody in", async () => {
  const userId = await somebody("cookie@test.example");
  const done = await signIn(deps(), { email: "cookie@test.example", password: PASSWORD }, from("192.0.2.6"));
  const cookie = await encode({ token: { sessionId: done?.sessionId ?? "" }, secret: SECRET });
  const live = await readSession(db.app, cookie, SECRET);
  expect(live).toMatchObject({ userId });

  expect(await readSession(db.app, cookie, "t".repeat(32))).toBeUndefined();
  expect(await readSession(db.app, `${cookie.slice(0, -4)}AAAA`, SECRET)).toBeUndefined();
  expect(
    await readSession(db.app, await encode({ token: { sessionId: "' OR true" }, secret: SECRET }), SECRET),
  ).toBeUndefined();
  expect(await readSession(db.app, undefined, SECRET)).toBeUndefined();

  if (!live) throw new Error("no session");
  await signOut(db.app, live, { kind: "user", id: userId, requestId: "r" });
  expect(await readSession(db.app, cookie, SECRET)).toBeUndefined();
});

test("a session ends by itself", async () => {
  await somebody("late@test.example");
  const done = await signIn(deps(), { email: "late@test.example", password: PASSWORD }, from("192.0.2.7"));
  await db.owner.query("UPDATE session SET expires_at = now() - interval '1 second' WHERE id = $1", [done?.sessionId]);
  expect(await checkSession(db.app, done?.sessionId ?? "")).toBeUndefined();
});

test("a device that was never used before is told by mail, the first one ever is not", async () => {
  const email = "devices@test.example";
  await somebody(email);
  const enter = async (address: string, userAgent: string) => {
    const notify = { appUrl: "https://portal.example" };
    await signIn({ ...deps(), notify }, { email, password: PASSWORD }, { address, userAgent, requestId: "r-1" });
    return (await db.owner.query("SELECT body FROM mail WHERE recipient = $1 ORDER BY created_at", [email])).rows.map(
      ({ body }) => body as string,
    );
  };
  const firefox = (version: number) => `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko Firefox/${version}.0`;
  expect(await enter("203.0.113.1", firefox(150))).toEqual([]);
  // An update, and another address of the same provider, are the same device.
  expect(await enter("203.0.9.9", firefox(151))).toEqual([]);
  const told = await enter("198.51.100.1", firefox(151));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/Firefox 151 on Linux at 198\.51\.100\.1/);
  expect(await enter("203.0.113.1", "curl/8.1")).toHaveLength(2);
  expect(await enter("198.51.100.1", firefox(152))).toHaveLength(2);
});
