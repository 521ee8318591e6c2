import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { type Prepaid, perSecond, prepaid } from "@/test/support/prepaid";

let db: TestDatabase;
let world: Prepaid;
let make: Prepaid["make"];
let desk: Prepaid["desk"];
let customer: Prepaid["customer"];
let recordOf: Prepaid["recordOf"];
let talk: Prepaid["talk"];
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
  ({ make, desk, customer, recordOf, talk } = world);
});
afterAll(() => db.drop());
afterEach(async () => expect(await world.differences()).toEqual([]));

describe("caps", () => {
  test.each([
    ["monthly_cap_micros", "tenant", "CAP-02", "monthly cap"],
    ["daily_cap_micros", "extension", "CAP-01", "extension daily cap"],
    ["monthly_cap_micros", "extension", "CAP-02", "extension monthly cap"],
  ])("%s of the %s counts what is spent and what is held", async (column, table, code, gate) => {
    const { ring, set } = await customer(10_000_000n, perSecond, 100);
    await make.sql("UPDATE tenant SET time_zone = $1", [noonZone()]);
    await set(column, 250_000, table);
    expect(await talk((await ring()).call, 100_000)).toBe("100000");
    const open = await Promise.all([ring(), ring(), ring()]);
    expect(open.map((verdict) => verdict.granted_seconds).toSorted((a, b) => b - a)).toEqual([100, 50, 0]);
    const refused = open.find((verdict) => verdict.kind === "refuse");
    expect(refused?.code).toBe(code);
    expect((await recordOf(refused?.call ?? "")).trace.at(-1)).toEqual({
      gate,
      ok: false,
      value: "250000",
      limit: "250000",
    });
  });

  test("a cap per call bounds the call, renewals too, and is not another call's", async () => {
    const { ring, set } = await customer(10_000_000n, perSecond, 100);
    await set("call_cap_micros", 150_000);
    const [one, other] = [await ring(), await ring()];
    expect([one.granted_seconds, other.granted_seconds]).toEqual([100, 100]);
    await desk.answered(one.call);
    expect(await desk.renew(one.call)).toEqual({ granted_seconds: 150, code: "CAP-03" });
    await set("call_cap_micros", 999);
    expect(await ring()).toMatchObject({ kind: "refuse", code: "CAP-03" });
  });

  test("a price per minute above the limit is refused, that of a later step too", async () => {
    const { ring, set, phone } = await customer(10_000_000n, { ...perSecond, steps: [[60, 90_000n, 1]] });
    await set("max_per_minute_micros", 80_000);
    const { call, code } = await ring();
    expect(code).toBe("CAP-04");
    expect((await recordOf(call)).trace.at(-1)).toEqual({
      gate: "price per minute",
      ok: false,
      value: "90000",
      limit: "80000",
    });
    await set("max_per_minute_micros", 90_000);
    expect((await ring()).code).toBe("");
    await make.sql("UPDATE extension SET max_per_minute_micros = 1 WHERE id = $1", [phone.extensionId]);
    expect((await ring()).code).toBe("CAP-04");
  });
});
