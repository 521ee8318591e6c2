import { afterAll, beforeAll, expect, test } from "vitest";

import type { Permission } from "@/server/domain/tenancy/roles";
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
  await on.topUp(on.reseller, 50_000_000n);
});
afterAll(() => db.drop());

const token = async (...scopes: Permission[]) => (await rest.token(on.owners.reseller, "reseller", scopes)).tokenOnce;
const posted = async () => (await on.wallet(on.reseller)).posted;
const tenant = (slug: string, credit: string) => ({
  body: {
    ...{ name: "Quay", slug, admin_email: `owner@${slug}.example`, plan_id: null, initial_credit: credit },
    ...{ currency: "EUR", time_zone: "UTC", country: "DE" },
  },
});

test("a token that may make tenants gives them no credit, unless it may move money as well", async () => {
  const before = await posted();
  const narrow = await token("tenants.write");
  const refused = await rest.ask(narrow, "POST /tenants", tenant("quay-one", "1.00"));
  expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
  expect(await posted()).toBe(before);
  expect((await rest.ask(narrow, "POST /tenants", tenant("quay-two", "0"))).status).toBe(201);
  const wide = await token("tenants.write", "billing.write");
  expect((await rest.ask(wide, "POST /tenants", tenant("quay-three", "1.00"))).status).toBe(201);
  expect(await posted()).toBe(before - 1_000_000n);
});

test("a file of a list is asked for, and told about, with the scope of that list only", async () => {
  const narrow = await token("exports.read", "exports.write");
  expect((await rest.ask(narrow, "POST /exports", { body: { list: "calls" } })).status).toBe(403);
  const wide = await token("exports.read", "exports.write", "calls.read");
  const made = await rest.ask(wide, "POST /exports", { body: { list: "calls" } });
  expect(made.status).toBe(202);
  const file = `GET /exports/${made.body["id"]}`;
  expect((await rest.ask(wide, file)).status).toBe(200);
  expect((await rest.ask(narrow, file)).status).toBe(403);
});

test("a scheduled file is asked for, rests, goes on and goes with the scope of its list only", async () => {
  const narrow = await token("exports.read", "exports.write");
  const asked = { body: { list: "calls", every: "month", filter: { outcome: "answered" }, format: "jsonl" } };
  expect((await rest.ask(narrow, "POST /export-schedules", asked)).status).toBe(403);
  const wide = await token("exports.read", "exports.write", "calls.read");
  const made = await rest.ask(wide, "POST /export-schedules", asked);
  expect(made.status).toBe(201);
  const listed = async (of: string) =>
    ((await rest.ask(of, "GET /export-schedules")).body as { data: Record<string, unknown>[] }).data;
  expect(await listed(wide)).toMatchObject([
    {
      id: made.body["id"],
      list: "calls",
      every: "month",
      filter: { outcome: "answered" },
      format: "jsonl",
      paused_at: null,
    },
  ]);
  expect(await listed(narrow)).toEqual([]);
  const act = (of: string, verb: string) => rest.ask(of, `POST /export-schedules/${made.body["id"]}/actions/${verb}`);
  expect((await act(narrow, "pause")).status).toBe(403);
  expect((await act(wide, "pause")).status).toBe(200);
  expect(await listed(wide)).toMatchObject([{ paused_at: expect.any(String) }]);
  expect((await act(wide, "resume")).status).toBe(200);
  expect(await listed(wide)).toMatchObject([{ paused_at: null }]);
  expect((await act(wide, "remove")).status).toBe(200);
  expect(await listed(wide)).toEqual([]);
  expect((await act(wide, "pause")).status).toBe(404);
});

test("two tokens that choose one key mean two movements; one token's repeat means one", async () => {
  const before = await posted();
  const give = { key: "monday-credit", body: { to_tenant: "acme", amount: "2.00" } };
  const [first, second] = [await token("billing.write"), await token("billing.write")];
  for (const each of [first, first, second]) {
    expect((await rest.ask(each, "POST /top-ups", give)).status).toBe(201);
  }
  expect(await posted()).toBe(before - 4_000_000n);
});
