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

test("two tokens that choose one key mean two movements; one token's repeat means one", async () => {
  const before = await posted();
  const give = { key: "monday-credit", body: { to_tenant: "acme", amount: "2.00" } };
  const [first, second] = [await token("billing.write"), await token("billing.write")];
  for (const each of [first, first, second]) {
    expect((await rest.ask(each, "POST /top-ups", give)).status).toBe(201);
  }
  expect(await posted()).toBe(before - 4_000_000n);
});
