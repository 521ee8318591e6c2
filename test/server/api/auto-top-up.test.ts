import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf } from "@/test/server/cli/run-cli";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
const acme = { tenantSlug: "acme" };
let db: TestDatabase;
let on: Stage;
let self: ReturnType<typeof byItself>;
let cardId: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  self = byItself(db, on);
  cardId = await self.card(on.customer);
  await on.topUp(on.customer, 20n * EURO);
});
afterAll(() => db.drop());

const set = (input: object = {}) =>
  on.as("customer").autoTopUp.set({ ...acme, cardId, threshold: "10", amount: "25", monthly: "100", ...input });
const get = async () => (await on.as("customer").autoTopUp.get(acme)).settings;

describe("automatic top-up", () => {
  test("is off until it is set up, and then says how and how far it is used", async () => {
    expect(await get()).toBeNull();
    await expect(on.as("customer").autoTopUp.resume(acme)).rejects.toMatchObject({ message: "invalid_state" });
    await set();
    expect(await get()).toMatchObject({
      state: "on",
      last4: "4242",
      thresholdMicros: 10n * EURO,
      chargedMicros: 0n,
      monthReached: false,
    });
    await self.spend(on.customer, 15n * EURO);
    await self.run(on.customer, "payments.auto_top_up");
    expect(await get()).toMatchObject({ chargedMicros: 25n * EURO });
    await set({ monthly: "40" });
    expect(await get()).toMatchObject({ monthReached: true, monthlyMicros: 40n * EURO });
    const { items } = await on.as("customer").payments.list(acme);
    expect(items).toMatchObject([{ purpose: "auto", state: "paid" }]);
  });

  test("is stopped and resumed, in the trail with who did it", async () => {
    await on.as("customer").autoTopUp.stop(acme);
    await self.spend(on.customer, 25n * EURO);
    expect([await self.take(on.customer, "payments.auto_top_up"), (await get())?.state]).toEqual([[], "off"]);
    await on.topUp(on.customer, 50n * EURO);
    await on.as("customer").autoTopUp.resume(acme);
    expect((await get())?.state).toBe("on");
    const trail = await on.sql(
      "SELECT action FROM audit_event WHERE tenant_id = $1 AND action LIKE '%auto_top_up' AND actor_kind = 'user' ORDER BY seq",
      [on.customer.tenantId],
    );
    expect(trail).toEqual(["set", "set", "stop", "resume"].map((act) => ({ action: `billing.${act}_auto_top_up` })));
  });

  test.each([
    ["a month that allows no single charge", { monthly: "24.99" }, "invalid_input"],
    ["a fraction of a cent", { amount: "25.001" }, "invalid_input"],
    ["no threshold", { threshold: "0" }, "invalid_input"],
    ["a card that is not there", { cardId: "00000000-0000-4000-8000-000000000000" }, "not_found"],
  ])("refuses %s and changes nothing", async (_, input, message) => {
    const before = await everyRow(db);
    await expect(set(input)).rejects.toMatchObject({ message });
    expect(await everyRow(db)).toBe(before);
  });

  test("refuses the card of somebody else, a viewer, the operator itself, and a house without a provider", async () => {
    const theirs = await self.card(on.reseller);
    await expect(set({ cardId: theirs })).rejects.toMatchObject({ message: "not_found" });
    const viewer = { userId: await on.person(on.customer, "viewer") };
    const input = { ...acme, cardId, threshold: "10", amount: "25", monthly: "100" };
    await expect(on.as(viewer).autoTopUp.set(input)).rejects.toMatchObject({ message: "forbidden" });
    const operator = on.as("operator").autoTopUp.set({ ...input, tenantSlug: "operator" });
    await expect(operator).rejects.toMatchObject({ message: "invalid_state" });
    const off = on.as("customer", { payments: undefined }).autoTopUp.set(input);
    await expect(off).rejects.toMatchObject({ message: "payments_off" });
  });

  test("is switched on by the holder of the card alone; whoever stands above may stop it", async () => {
    await set();
    const above = on.as("reseller").autoTopUp;
    expect(await above.stop(acme)).toEqual({ state: "off" });
    const input = { ...acme, cardId, threshold: "10", amount: "25", monthly: "100" };
    await expect(above.set(input)).rejects.toMatchObject({ message: "forbidden" });
    await expect(above.resume(acme)).rejects.toMatchObject({ message: "forbidden" });
    expect(await get()).toMatchObject({ state: "off" });
    await set();
  });

  test("is the same on the command line", async () => {
    const tenant = ["--tenant", "acme"];
    const amounts = ["--threshold", "5", "--amount", "10", "--monthly", "30"];
    expect(await jsonOf(db.appUrl, ["topup", "auto", ...amounts, ...tenant])).toMatchObject({
      tenant: "acme",
      state: "on",
      thresholdMicros: "5000000",
    });
    expect(await jsonOf(db.appUrl, ["topup", "stop", ...tenant])).toMatchObject({ state: "off" });
    expect(await jsonOf(db.appUrl, ["topup", "resume", ...tenant])).toMatchObject({ state: "on" });
    expect(await jsonOf(db.appUrl, ["topup", "auto", ...tenant])).toMatchObject({
      amountMicros: "10000000",
      last4: "4242",
    });
  });
});
