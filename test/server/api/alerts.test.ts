import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf } from "@/test/server/cli/run-cli";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

const EURO = 1_000_000n;
const acme = { tenantSlug: "acme" };
let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.topUp(on.customer, 20n * EURO);
});
afterAll(() => db.drop());

const level = (below: string | null, forDays: number | null) => ({ below, forDays });
const set = (...levels: ReturnType<typeof level>[]) => on.as("customer").alerts.set({ ...acme, levels });
const get = async () => (await on.as("customer").alerts.get(acme)).levels;

describe("the low-balance alert", () => {
  test("is off until it is set, and says when it went off", async () => {
    expect(await get()).toEqual([]);
    await set(level("10", null), level(null, 3), level("2.50", null));
    expect(await get()).toEqual([
      { level: 1, belowMicros: 10n * EURO, belowDays: null, low: false, firedAt: null },
      { level: 2, belowMicros: null, belowDays: 3, low: false, firedAt: null },
      { level: 3, belowMicros: 2_500_000n, belowDays: null, low: false, firedAt: null },
    ]);
    await byItself(db, on).spend(on.customer, 15n * EURO);
    expect((await get()).map(({ low }) => low)).toEqual([true, false, false]);
    await set(level(null, 5), level("10", null));
    expect(
      (await get()).map(({ low }) => low),
      "what was there stays as it is",
    ).toEqual([false, true]);
    await set();
    expect(await get()).toEqual([]);
    const [trail] = await on.sql<{ after: unknown }>(
      "SELECT after FROM audit_event WHERE action = 'billing.set_alert' ORDER BY seq LIMIT 1",
    );
    expect(trail?.after).toEqual({ levels: "10.000000, 3 days, 2.500000" });
  });

  test.each([
    ["nothing", [level("0", null)]],
    ["a negative amount", [level("-1", null)]],
    ["no days", [level(null, 0)]],
    ["too many days", [level(null, 61)]],
    ["half a day", [level(null, 1.5)]],
    ["an amount and days at once", [level("5", 3)]],
    ["neither", [level(null, null)]],
    ["amounts that do not fall", [level("5", null), level(null, 3), level("5.00", null)]],
    ["days that do not fall", [level(null, 3), level(null, 4)]],
    ["four levels", ["4", "3", "2", "1"].map((amount) => level(amount, null))],
  ])("of %s is refused", async (_, levels) => {
    const before = await everyRow(db);
    await expect(set(...levels)).rejects.toMatchObject({ message: "invalid_input" });
    expect(await everyRow(db)).toBe(before);
  });

  test("is not for a viewer, nor for the operator, which has no balance", async () => {
    const viewer = { userId: await on.person(on.customer, "viewer") };
    await expect(on.as(viewer).alerts.set({ ...acme, levels: [level("5", null)] })).rejects.toMatchObject({
      message: "forbidden",
    });
    const operator = on.as("operator").alerts.set({ tenantSlug: "operator", levels: [level("5", null)] });
    await expect(operator).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("is the same on the command line", async () => {
    const tenant = ["--tenant", "acme"];
    const set = await jsonOf(db.appUrl, ["alert", "set", "--below", "7.50", "--below", "3", "--days", "2", ...tenant]);
    expect(set).toMatchObject({ tenant: "acme", belowMicros: "7500000", belowDays: 2 });
    expect(set).toMatchObject({ levels: [{ belowMicros: "7500000" }, { belowMicros: "3000000" }, { belowDays: 2 }] });
    expect(await jsonOf(db.appUrl, ["alert", "set", "--none", ...tenant])).toMatchObject({ belowMicros: null });
    expect(await jsonOf(db.appUrl, ["alert", "show", ...tenant])).toMatchObject({ belowDays: null, low: false });
  });
});
