import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import superjson from "superjson";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import type { Db } from "@/server/infra/db/client";
import type { LiveChange } from "@/server/infra/live/bus";
import { domainErrors } from "@/server/kernel/errors";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, contextFor, refusalsOf } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: string;
let viewer: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = await branches.seat(branches.customer, "owner");
  viewer = await branches.seat(branches.customer, "viewer");
});
afterAll(() => db.drop());

/** Asks over HTTP, as a browser does: what it reads is what it gets. */
async function post(path: string, input: unknown, userId: string | undefined, db_: Db = db.app, more = {}) {
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: new Request(`http://portal/api/trpc/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(superjson.serialize(input)),
    }),
    router: appRouter,
    createContext: () => contextFor(db_, userId, more),
  });
  const text = await response.text();
  const { error } = JSON.parse(text) as { error?: { json: { message: string; data: Record<string, unknown> } } };
  return { status: response.status, text, error: error?.json };
}

test("a refusal carries its code, a sentence for people, and the number of the request", async () => {
  const answer = await post("members.revoke", { tenantSlug: "inside", userId: owner }, owner);
  expect(answer.status).toBe(412);
  expect(answer.error).toMatchObject({
    message: "invalid_state",
    data: {
      domainCode: "invalid_state",
      sentence: "This is the last owner. Invite another owner first.",
      requestId: "req-test",
    },
  });
});

test("what is wrong with a form is told field by field", async () => {
  const answer = await post("members.invite", { tenantSlug: "inside", email: "nobody", role: "king" }, owner);
  expect(answer.status).toBe(400);
  expect(answer.error).toMatchObject({ message: "invalid_input", data: { domainCode: "invalid_input" } });
  expect(Object.keys(answer.error?.data["problems"] as object).sort()).toEqual(["email", "role"]);
});

test("a missing permission is named, and the attempt is in the trail, once however often it is tried", async () => {
  for (let i = 0; i < 5; i += 1) {
    const answer = await post(
      "members.invite",
      { tenantSlug: "inside", email: "x@test.example", role: "viewer" },
      viewer,
    );
    expect(answer.status).toBe(403);
    expect(answer.error?.data).toMatchObject({
      domainCode: "forbidden",
      sentence: "Your role (viewer) does not include the permission members.write.",
      detail: { permission: "members.write" },
    });
  }
  const events = await branches.build.sql(
    "SELECT actor_id, subject, outcome, after FROM audit_event WHERE action = 'permission.deny' AND actor_id = $1",
    [viewer],
  );
  expect(events).toEqual([
    {
      actor_id: viewer,
      subject: "procedure:members.invite",
      outcome: "denied",
      after: { permission: "members.write", role: "viewer" },
    },
  ]);
});

test("what a stranger tries, and what the domain refuses, is in the trail without a word of what was sent", async () => {
  const refusals = refusalsOf(db.app);
  const stranger = await branches.seat(branches.far, "owner");
  const ask = (path: string, input: Record<string, unknown>, who: string) =>
    post(path, input, who, db.app, { refusals });
  for (const tenantSlug of ["inside", "inside", "nowhere", "no one's ü"]) {
    await ask("members.invite", { tenantSlug, email: "secret@test.example", role: "viewer" }, stranger);
  }
  await ask("members.revoke", { tenantSlug: "inside", userId: owner }, owner);
  await ask("members.revoke", { tenantSlug: "inside", userId: owner }, owner);
  await refusals.close();
  const events = await branches.build.sql(
    `SELECT tenant_id, actor_id, action, subject, outcome, after FROM audit_event WHERE actor_id = $1
     OR actor_id = $2 AND outcome = 'failed' ORDER BY actor_id = $1 DESC, seq`,
    [stranger, owner],
  );
  const byStranger = {
    ...{ tenant_id: branches.operator.tenantId, actor_id: stranger, action: "permission.deny", outcome: "denied" },
  };
  const byOwner = { tenant_id: branches.customer.tenantId, actor_id: owner, outcome: "failed" };
  const subject = "procedure:members.invite";
  expect(events).toEqual([
    { ...byStranger, subject, after: { code: "not_found", tenant: "inside" } },
    { ...byStranger, subject, after: { code: "not_found", tenant: "nowhere" } },
    { ...byStranger, subject, after: { code: "not_found" } },
    { ...byStranger, subject: "refusals:more", after: { times: 1, kinds: 0 } },
    { ...byOwner, action: "member.revoke", subject: "procedure:members.revoke", after: { code: "invalid_state" } },
    { ...byOwner, action: "access.refuse", subject: "refusals:more", after: { times: 1, kinds: 0 } },
  ]);
});

test("a bug says nothing about itself", async () => {
  const broken = {
    $queryRaw: () => Promise.reject(new Error("relation secret_table at /srv/app/db.ts:17")),
  } as unknown as Db;
  const answer = await post(
    "members.invite",
    { tenantSlug: "inside", email: "x@test.example", role: "viewer" },
    owner,
    broken,
  );
  expect(answer.status).toBe(500);
  expect(answer.text).not.toMatch(/secret_table|\/srv|stack|at Object/);
  expect(answer.error).toMatchObject({
    message: "Something went wrong.",
    data: { domainCode: null, requestId: "req-test" },
  });
});

test("a signed-out person is asked to sign in", async () => {
  expect((await post("members.invite", { tenantSlug: "inside" }, undefined)).error).toMatchObject({
    data: { domainCode: "unauthenticated", httpStatus: 401 },
  });
});

test("what was committed is told to the live pages, what was refused is not", async () => {
  const told: LiveChange[] = [];
  const caller = callerFor(db.app, owner, { publish: (change) => told.push(change) });
  const { tenantId } = branches.customer;
  await caller.extensions.create({ tenantSlug: "inside", number: "350", displayName: "Told" });
  expect(told).toEqual([
    { tenantId, kind: "audit" },
    { tenantId, kind: "extensions" },
    { tenantId, kind: "numbers" },
  ]);
  await expect(
    caller.extensions.create({ tenantSlug: "inside", number: "350", displayName: "Taken" }),
  ).rejects.toMatchObject({ message: "number_taken" });
  expect(told).toHaveLength(3);
});

test("every domain error has words", () => {
  for (const [code, sentence] of Object.entries(domainErrors)) expect(sentence, code).toMatch(/\.$/);
});
