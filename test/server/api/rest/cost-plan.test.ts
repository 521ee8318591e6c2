import { afterAll, beforeAll, expect, test } from "vitest";

import { permissionsFor } from "@/server/domain/tenancy/roles";
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
});
afterAll(() => db.drop());

test("a program of the operator's says which plan tells what carriers ask; nobody below has or reads one, and another or none is for a person", async () => {
  const token = async (of: "operator" | "reseller") =>
    (await rest.token(on.owners[of], of, permissionsFor("owner"))).tokenOnce;
  const [top, below] = [await token("operator"), await token("reseller")];
  const plan = async (of: "operator" | "reseller", name = `Carriers of ${of}`) =>
    (await on.as(of).plans.create({ tenantSlug: of, name, currency: "EUR" })).id;
  const [mine, foreign] = [await plan("operator"), await plan("reseller")];
  const set = (by: string, id: string | null) => rest.ask(by, "PATCH /cost-plan", { body: { plan_id: id } });
  const kept = async (by: string) => (await rest.ask(by, "GET /cost-plan")).body;

  expect(await kept(top)).toEqual({ plan_id: null });
  expect(await set(top, mine)).toMatchObject({ status: 200, body: { plan_id: mine } });
  expect(await kept(top)).toEqual({ plan_id: mine });
  expect(await kept(below)).toEqual({ plan_id: null });
  expect(await set(top, foreign)).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect(await set(below, foreign)).toMatchObject({ status: 412, body: { code: "invalid_state" } });
  expect((await set(top, null)).status).toBe(400);
  // A plan without prices would be as good as none.
  expect(await set(top, await plan("operator", "Nothing in it"))).toMatchObject({ body: { code: "reauth_required" } });
  expect(await kept(top)).toEqual({ plan_id: mine });
  const trail = await on.sql(
    "SELECT actor_kind, after FROM audit_event WHERE action = 'limits.set_cost_plan' AND outcome = 'ok'",
  );
  expect(trail).toEqual([{ actor_kind: "token", after: { costPlan: "Carriers of operator" } }]);
});
