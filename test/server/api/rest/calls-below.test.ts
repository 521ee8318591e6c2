import { afterAll, beforeAll, expect, test } from "vitest";

import { permissionsFor } from "@/server/domain/tenancy/roles";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { restDesk } from "@/test/support/rest-desk";
import { seedCalls } from "@/test/support/seeded-calls";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let rest: ReturnType<typeof restDesk>;
let token: string;
const calls = { own: "", acme: "", beside: "" };
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  rest = restDesk(db);
  token = (await rest.token(on.owners.reseller, "reseller", permissionsFor("owner"))).tokenOnce;
  const beside = await on.tenant("customer", on.reseller, { slug: "beside" });
  for (const [name, of] of [
    ["own", on.reseller],
    ["acme", on.customer],
    ["beside", beside],
  ] as const)
    [calls[name] = ""] = await seedCalls(builders(db), of, await on.phone(of, "140"), [{ cost: 20_000n }]);
});
afterAll(() => db.drop());

const listed = async (query: string) => {
  const { status, body } = await rest.ask(token, `GET /calls${query}`);
  expect(status).toBe(200);
  return (body["data"] as { id: string }[]).map(({ id }) => id).toSorted();
};

test("a seller's program lists its own calls, those of all below, or those of one tenant below", async () => {
  expect(await listed("")).toEqual([calls.own]);
  expect(await listed("?scope=below")).toEqual(Object.values(calls).toSorted());
  expect(await listed("?scope=below&of_tenant=acme")).toEqual([calls.acme]);
  expect(await listed("?of_tenant=beside")).toEqual([calls.beside]);
  const { body } = await rest.ask(token, "GET /calls?scope=below&of_tenant=acme");
  expect(body["data"]).toMatchObject([{ tenant: "acme" }]);
});

test("it is another thing than to act as a tenant below, and reaches none above or beside", async () => {
  expect(await listed("?tenant=acme")).toEqual([calls.acme]);
  for (const query of ["?of_tenant=operator", "?tenant=acme&of_tenant=beside", "?scope=below&of_tenant=nobody"])
    expect((await rest.ask(token, `GET /calls${query}`)).status).toBe(404);
});

test("a file is narrowed by the same names", async () => {
  const filter = { scope: "below", of_tenant: "acme" };
  const made = await rest.ask(token, "POST /exports", { body: { list: "calls", filter } });
  expect(made.status).toBe(202);
  expect(
    await on.one("SELECT settings -> 'filter' AS filter FROM export_file WHERE id = $1", [made.body["id"]]),
  ).toEqual({ filter: { scope: "below", tenant: "acme" } });
});

test("calls come in the order that is asked for on every page, and those that cost or lasted too little stay out", async () => {
  const phone = await on.phone(on.reseller, "141");
  const made = await seedCalls(builders(db), on.reseller, phone, [{ cost: 500_000n }, { cost: 900_000n }]);
  const page = async (query: string) => (await rest.ask(token, `GET /calls?${query}`)).body;
  const ids = (body: Awaited<ReturnType<typeof page>>) => (body["data"] as { id: string }[]).map(({ id }) => id);
  const newest = ids(await page("order=newest"));
  expect(newest).toHaveLength(3);
  const first = await page("order=oldest&limit=2");
  const second = await page(`order=oldest&limit=2&starting_after=${first["next_cursor"]}`);
  expect([...ids(first), ...ids(second)]).toEqual(newest.toReversed());
  expect(ids(await page("min_cost=0.50")).toSorted()).toEqual(made.toSorted());
  expect(ids(await page("min_seconds=1000000"))).toEqual([]);
  expect((await rest.ask(token, "GET /calls?order=dearest")).status).toBe(400);
});
