import { afterAll, beforeAll, expect, test } from "vitest";

import { refusalBookOf } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { restDesk } from "@/test/support/rest-desk";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let rest: ReturnType<typeof restDesk>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  rest = restDesk(db);
  await on.phone(on.customer, "140");
});
afterAll(() => db.drop());

test("a program without a token is a stranger, whose knocking is counted", async () => {
  const refusals = refusalBookOf(db.app);
  await refusals.close();
  for (let n = 0; n < 5; n += 1) expect((await rest.ask("", "GET /extensions")).status).toBe(401);
  await refusals.close();
  const events = await on.sql<{ subject: string; after: { times?: number } }>(
    "SELECT subject, after FROM audit_event WHERE actor_id = 'token' AND tenant_id = $1 ORDER BY at",
    [on.operator.tenantId],
  );
  expect(events[0]).toMatchObject({ subject: "token:none", after: { code: "unauthenticated" } });
  expect(events[1]).toMatchObject({ subject: "refusals:more", after: { times: 4 } });
});

test("what a program is refused is in the trail: a token that is none, a tenant that is not its own, a change", async () => {
  const refusals = refusalBookOf(db.app);
  await refusals.close();
  const { tokenOnce } = await rest.token(on.owners.customer, "acme", ["extensions.write"]);
  const wrong = `rft_${"x".repeat(8)}_${"y".repeat(46)}`;
  expect((await rest.ask(wrong, "GET /extensions")).status).toBe(401);
  expect((await rest.ask(tokenOnce, "GET /extensions?tenant=reseller")).status).toBe(404);
  const again = { body: { number: "140", name: "Taken" } };
  expect((await rest.ask(tokenOnce, "POST /extensions", again)).status).toBe(409);
  await refusals.flush();
  const id = tokenOnce.slice(0, 12);
  const events = await on.sql<{ actor_id: string; action: string; outcome: string; after: unknown }>(
    "SELECT actor_id, action, outcome, after FROM audit_event WHERE actor_id = $1 AND outcome <> 'ok' OR subject = 'token:unknown' ORDER BY at",
    [id],
  );
  const none = { actor_id: "token", action: "access.refuse", outcome: "denied", after: { code: "unauthenticated" } };
  const others = { code: "not_found", tenant: "reseller" };
  expect(events.filter(({ actor_id }) => actor_id === "token").at(-1)).toEqual(none);
  expect(events.filter(({ actor_id }) => actor_id === id)).toEqual([
    { actor_id: id, action: "permission.deny", outcome: "denied", after: others },
    { actor_id: id, action: "extension.create", outcome: "failed", after: { code: "number_taken" } },
  ]);
});
