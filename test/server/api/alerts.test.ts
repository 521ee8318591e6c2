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

const set = (below: string | null, forDays: number | null) => on.as("customer").alerts.set({ ...acme, below, forDays });
const get = async () => (await on.as("customer").alerts.get(acme)).alert;

describe("the low-balance alert", () => {
  test("is off until it is set, and says when it went off", async () => {
    expect(await get()).toBeNull();
    await set("10", 3);
    expect(await get()).toEqual({ belowMicros: 10n * EURO, belowDays: 3, low: false, firedAt: null });
    await byItself(db, on).spend(on.customer, 15n * EURO);
    expect(await get()).toMatchObject({ low: true, firedAt: expect.any(Date) });
    await set(null, null);
    expect(await get()).toBeNull();
  });

  test.each([
    ["nothing", "0", null],
    ["a negative amount", "-1", null],
    ["no days", null, 0],
    ["too many days", null, 61],
    ["half a day", null, 1.5],
  ])("of %s is refused", async (_, below, days) => {
    const before = await everyRow(db);
    await expect(set(below, days)).rejects.toMatchObject({ message: "invalid_input" });
    expect(await everyRow(db)).toBe(before);
  });

  test("is not for a viewer, nor for the operator, which has no balance", async () => {
    const viewer = { userId: await on.person(on.customer, "viewer") };
    await expect(on.as(viewer).alerts.set({ ...acme, below: "5", forDays: null })).rejects.toMatchObject({
      message: "forbidden",
    });
    const operator = on.as("operator").alerts.set({ tenantSlug: "operator", below: "5", forDays: null });
    await expect(operator).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("is the same on the command line", async () => {
    const tenant = ["--tenant", "acme"];
    const set = await jsonOf(db.appUrl, ["alert", "set", "--below", "7.50", "--days", "2", ...tenant]);
    expect(set).toMatchObject({ tenant: "acme", belowMicros: "7500000", belowDays: 2 });
    expect(await jsonOf(db.appUrl, ["alert", "set", "--none", ...tenant])).toMatchObject({ belowMicros: null });
    expect(await jsonOf(db.appUrl, ["alert", "show", ...tenant])).toMatchObject({ belowDays: null, low: false });
  });
});
