import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { previewRollBack } from "@/server/domain/decks/confirm";
import { endRate } from "@/server/domain/rating/plan-edit";
import type { NewRate } from "@/server/domain/rating/rate.schema";
import { setRate } from "@/server/domain/rating/rates";
import type { TenantId } from "@/server/kernel/ids";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof deckDesk>;
let plan: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = deckDesk(db, on.operator);
});
afterAll(() => db.drop());
beforeEach(async () => {
  plan = await on.plan(on.operator, { "49": { perMinute: 10_000n }, "33": { perMinute: 20_000n } });
});

const DAY_MS = 86_400_000;
const later = (days: number) => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + days * DAY_MS);
const deckOf = (...rows: string[]) =>
  ["prefix,rate,initial_increment,increment", ...rows.map((row) => `${row},60,60`), ""].join("\n");
const by = () => {
  const tenantId = on.operator.tenantId as TenantId;
  return { tenantId, actor: { kind: "cli", id: "test", requestId: "r" }, action: "rate.set" } as const;
};
const set = (rate: NewRate) =>
  change(db.app, by(), async (tx) => ({
    subject: "rate:1",
    result: (await setRate(tx, by().tenantId, { planId: plan, ...rate })).rate,
  }));
/** Ends the price of a prefix that holds, or the one planned for a moment. */
async function end(prefix: string, at = new Date()): Promise<void> {
  const { id } = await on.one<{ id: string }>(
    "SELECT id FROM rate WHERE plan_id = $1 AND prefix = $2 AND valid @> $3::timestamptz",
    [plan, prefix, at],
  );
  await change(db.app, { ...by(), action: "rate.end" }, async (tx) => ({
    subject: `rate:${id}`,
    result: await endRate(tx, by().tenantId, { planId: plan, rateId: id }),
  }));
}
/** What holds at a moment, a second from now unless said: prefix and price. */
async function holds(at = new Date(Date.now() + 1_000)): Promise<Record<string, string>> {
  const rows = await on.sql<{ prefix: string; price: string }>(
    "SELECT prefix, per_minute_micros::text AS price FROM rate WHERE plan_id = $1 AND valid @> $2::timestamptz ORDER BY prefix",
    [plan, at],
  );
  return Object.fromEntries(rows.map(({ prefix, price }) => [prefix, price]));
}
const preview = (deckId: string) => desk.read((tx) => previewRollBack(tx, deckId));

describe("a deck that is taken back", () => {
  test("leaves a price ended that was ended by hand since, and says which", async () => {
    const deck = await desk.bring(deckOf("49,0.02", "33,0.03"), { plan });
    await end("49");
    expect(await preview(deck.id)).toMatchObject({ restores: 1, removes: 2, kept: 1, keptPrefixes: ["49"] });
    expect(await desk.rollBack(deck.id)).toEqual({
      restored: 1,
      kept: 1,
      keptPrices: [{ prefix: "49", direction: "out", why: "ended", until: expect.any(String) }],
    });
    expect(await holds()).toEqual({ "33": "20000" });
  });

  test("leaves it ended under the deck before as well", async () => {
    const first = await desk.bring(deckOf("49,0.02"), { plan });
    const second = await desk.bring(deckOf("49,0.03"), { plan });
    await end("49");
    expect(await desk.rollBack(second.id)).toMatchObject({ restored: 0, kept: 1 });
    expect(await desk.rollBack(first.id)).toMatchObject({ restored: 0, kept: 1, keptPrices: [{ why: "ended" }] });
    expect(await holds()).toEqual({ "33": "20000" });
  });

  test("leaves a price that was set by hand since, and lets what it ended hold until then", async () => {
    const deck = await desk.bring(deckOf("49,0.02", "351,0.05"), { plan, mode: "replace" });
    await set({ prefix: "49", perMinute: 40_000n as never });
    expect(await preview(deck.id)).toMatchObject({ restores: 1, kept: 1, keptPrefixes: ["49"] });
    expect(await desk.rollBack(deck.id)).toMatchObject({ restored: 1, kept: 1, keptPrices: [{ why: "set" }] });
    expect(await holds()).toEqual({ "33": "20000", "49": "40000" });
    const gaps = await on.sql(
      "SELECT FROM (SELECT upper(valid) AS ends, lead(lower(valid)) OVER (ORDER BY valid) AS next FROM rate WHERE plan_id = $1 AND prefix = '49') x WHERE next <> ends",
      [plan],
    );
    expect(gaps).toEqual([]);
  });

  test("lets a price that was to give way to it go on", async () => {
    const at = later(3);
    const deck = await desk.bring(deckOf("49,0.02", "44,0.05"), { plan, effective: at });
    await set({ prefix: "49", perMinute: 40_000n as never });
    await set({ prefix: "44", perMinute: 60_000n as never });
    expect(await holds(at)).toMatchObject({ "44": "50000", "49": "20000" });
    expect(await desk.rollBack(deck.id)).toMatchObject({
      restored: 0,
      kept: 1,
      keptPrices: [{ prefix: "49", why: "set" }],
    });
    for (const moment of [new Date(Date.now() + 1_000), at])
      expect(await holds(moment)).toEqual({ "33": "20000", "44": "60000", "49": "40000" });
  });

  test("leaves the end that somebody wished for a price that was set by hand", async () => {
    const [at, until] = [later(3), later(2)];
    const deck = await desk.bring(deckOf("49,0.02"), { plan, effective: at });
    await set({ prefix: "49", perMinute: 40_000n as never, to: until.toISOString() });
    await desk.rollBack(deck.id);
    expect([(await holds())["49"], (await holds(until))["49"], (await holds(at))["49"]]).toEqual([
      "40000",
      undefined,
      undefined,
    ]);
  });

  test("of which a planned price was taken back by hand is taken back as a whole", async () => {
    const at = later(3);
    const deck = await desk.bring(deckOf("49,0.02", "33,0.03"), { plan, effective: at });
    await end("49", at);
    expect(await desk.rollBack(deck.id)).toMatchObject({ kept: 0 });
    for (const moment of [new Date(Date.now() + 1_000), at])
      expect(await holds(moment)).toEqual({ "33": "20000", "49": "10000" });
  });

  test("before its moment leaves a price ended that somebody ended", async () => {
    const at = later(3);
    const deck = await desk.bring(deckOf("49,0.02"), { plan, effective: at });
    await end("49");
    expect(await desk.rollBack(deck.id)).toMatchObject({ restored: 0, kept: 1, keptPrices: [{ why: "ended" }] });
    for (const moment of [new Date(Date.now() + 1_000), at]) expect(await holds(moment)).toEqual({ "33": "20000" });
  });
});
