import { afterAll, beforeAll, expect, test } from "vitest";

import { hashPassword, verifyPassword } from "@/server/auth/passwords";
import { findSignIn } from "@/server/domain/tenancy/sessions";
import { jsonOf } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const OLD = "wander tall copper minute";
const NEW = "another kettle of herring";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

const settings = { ...testSettings, mailGoesOut: true };
const stranger = () => callerFor(db.app, undefined, { settings }).passwords;

async function somebody(email: string): Promise<{ userId: string; sessions: string[] }> {
  const userId = await branches.seat(branches.customer, "owner", await branches.person(email));
  await branches.build.sql("UPDATE person SET password_hash = $2 WHERE id = $1", [userId, await hashPassword(OLD)]);
  const open = "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id";
  const sessions = [];
  for (let i = 0; i < 2; i += 1) sessions.push((await branches.build.one<{ id: string }>(open, [userId])).id);
  return { userId, sessions };
}
const live = async (userId: string) =>
  (
    await branches.build.sql<{ id: string }>("SELECT id FROM session WHERE user_id = $1 AND revoked_at IS NULL", [
      userId,
    ])
  ).map(({ id }) => id);
const mails = (email: string) =>
  branches.build.sql<{ subject: string; body: string; secret: boolean }>(
    "SELECT subject, body, secret FROM mail WHERE recipient = $1 ORDER BY created_at",
    [email],
  );
async function linkTo(email: string): Promise<string> {
  await stranger().askReset({ email });
  const body = (await mails(email)).at(-1)?.body ?? "";
  const [, token = ""] = /http:\/\/127\.0\.0\.1:3000\/reset#([\w-]{43})/.exec(body) ?? [];
  return token;
}
const fits = async (email: string, password: string) =>
  verifyPassword((await findSignIn(db.app, email))?.passwordHash, password);

test("a link sets a password once; every session ends and the person is told", async () => {
  const { userId } = await somebody("lost@test.example");
  const token = await linkTo("lost@test.example");
  expect((await mails("lost@test.example"))[0]?.secret).toBe(true);
  expect(await stranger().openReset({ token })).toEqual({ email: "lost@test.example" });

  await expect(stranger().reset({ token, password: "too short" })).rejects.toMatchObject({ message: "invalid_input" });
  const tries = await Promise.allSettled([1, 2, 3].map((n) => stranger().reset({ token, password: `${NEW} ${n}` })));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const tried of tries.filter((each) => each.status === "rejected")) {
    expect(tried.reason).toMatchObject({ code: "NOT_FOUND", message: "reset_invalid" });
  }
  const won = tries.findIndex(({ status }) => status === "fulfilled") + 1;
  expect(await fits("lost@test.example", `${NEW} ${won}`)).toBe(true);
  expect(await live(userId)).toEqual([]);
  expect((await mails("lost@test.example")).at(-1)?.subject).toBe("Your password was changed");
  await expect(stranger().openReset({ token })).rejects.toMatchObject({ message: "reset_invalid" });
  const trail = await branches.build.sql(
    "SELECT action, outcome FROM audit_event WHERE subject = $1 AND tenant_id = $2 ORDER BY seq",
    [`person:${userId}`, branches.customer.tenantId],
  );
  expect(trail).toEqual([
    { action: "password.ask_reset", outcome: "ok" },
    { action: "password.reset", outcome: "ok" },
  ]);
});

test("known and unknown addresses get one answer, and nobody is flooded", async () => {
  await somebody("known@test.example");
  await branches.person("invited@test.example");
  const answers = [];
  for (const email of ["known@test.example", "nobody@test.example", "invited@test.example"]) {
    answers.push(await stranger().askReset({ email }));
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await mails("nobody@test.example")).toEqual([]);
  expect(await mails("invited@test.example")).toEqual([]);
  await Promise.all(Array.from({ length: 5 }, () => stranger().askReset({ email: "known@test.example" })));
  expect(await mails("known@test.example")).toHaveLength(3);
  const trail = await branches.build.sql("SELECT subject, after::text, before::text FROM audit_event");
  expect(JSON.stringify(trail)).not.toContain("nobody@test.example");
});

test("a link ends after half an hour, and with the next change; only its digest is kept", async () => {
  const { userId } = await somebody("late@test.example");
  const [first, second] = [await linkTo("late@test.example"), await linkTo("late@test.example")];
  const kept = await branches.build.sql("SELECT t::text AS all FROM password_reset t");
  expect(JSON.stringify(kept)).not.toContain(first);
  await branches.build.sql(
    "UPDATE password_reset SET expires_at = created_at WHERE token_hash = sha256(convert_to($1, 'UTF8'))",
    [first],
  );
  await expect(stranger().reset({ token: first, password: NEW })).rejects.toMatchObject({ message: "reset_invalid" });
  await stranger().reset({ token: second, password: NEW });
  expect(await branches.build.sql("SELECT 1 FROM password_reset WHERE user_id = $1", [userId])).toEqual([]);
});

test("without a mail server nothing waits to be sent later, and the operator makes the link", async () => {
  await somebody("held@test.example");
  const quiet = callerFor(db.app, undefined).passwords;
  expect(await quiet.askReset({ email: "held@test.example" })).toEqual({ mailGoesOut: false });
  expect(await mails("held@test.example")).toEqual([]);
  const { link } = await jsonOf<{ link: string }>(db.appUrl, [
    "person",
    "reset-password",
    "--email",
    "held@test.example",
  ]);
  await stranger().reset({ token: link.split("#")[1] ?? "", password: NEW });
  expect(await fits("held@test.example", NEW)).toBe(true);
  const nobody = jsonOf(db.appUrl, ["person", "reset-password", "--email", "gone@test.example"]);
  await expect(nobody).rejects.toThrow(/not_found/);
});

test("whoever changes a password shows the present one; every other session ends", async () => {
  const { userId, sessions } = await somebody("change@test.example");
  const [here = ""] = sessions;
  const signedIn = { sessionId: here, userId, email: "change@test.example", name: "Somebody" } as never;
  const { passwords } = callerFor(db.app, userId, { signedIn, settings });
  const refused = (input: { current: string; password: string }) =>
    expect(passwords.change(input)).rejects.toMatchObject({ message: "invalid_input" });
  await refused({ current: "not the right one", password: NEW });
  await refused({ current: OLD, password: OLD });
  await refused({ current: OLD, password: "change@test.example" });
  expect(await live(userId)).toHaveLength(2);

  const tries = await Promise.allSettled(
    [1, 2].map((n) => passwords.change({ current: OLD, password: `${NEW} ${n}` })),
  );
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await live(userId)).toEqual([here]);
  expect((await mails("change@test.example")).map(({ subject }) => subject)).toEqual(["Your password was changed"]);
  const trail = await branches.build.sql<{ action: string; outcome: string }>(
    "SELECT action, outcome, before::text || after::text AS said FROM audit_event WHERE subject = $1 AND tenant_id = $2 ORDER BY seq",
    [`person:${userId}`, branches.customer.tenantId],
  );
  expect(trail.map(({ action, outcome }) => [action, outcome])).toEqual([
    ["password.change", "failed"],
    ["password.change", "ok"],
  ]);
  expect(JSON.stringify(trail)).not.toContain("kettle");
});

test("too many tries are made to wait before anything is looked at", async () => {
  const attempts = { begin: async () => 7, succeeded: async () => {} };
  const { userId } = await somebody("guess@test.example");
  const open = callerFor(db.app, undefined, { settings, attempts }).passwords;
  await expect(open.askReset({ email: "guess@test.example" })).rejects.toMatchObject({ message: "rate_limited" });
  const own = callerFor(db.app, userId, { settings, attempts }).passwords;
  await expect(own.change({ current: OLD, password: NEW })).rejects.toMatchObject({ message: "rate_limited" });
});
